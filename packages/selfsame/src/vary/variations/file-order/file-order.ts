import { withSource } from '../../conditions.js';
import { kindOfValues } from '../../other-values.js';
import type { Conditions, Variation } from '../../types.js';

const shown = ({ sources }: Conditions): string =>
  sources.directoryOrder === 'vary:reversed' ? 'by name, backwards' : 'shuffled';

export const fileOrder: Variation = {
  name: 'file-order',
  title: 'order of files',
  changes: 'Directories list their entries in another order.',
  needs: 'nothing',
  undo: 'nothing: it ends with the sandbox',
  causes: ['order'],
  fixedAt: 'virtual',
  sources: ['directoryOrder'],
  available: () => ({ works: true }),
  apply: (conditions, _host, seed) =>
    withSource(conditions, 'directoryOrder', kindOfValues(seed) === 0 ? 'reversed' : seed),
  values: (_before, after) => ({ a: 'by name', b: shown(after) }),
};
