import { withSource } from '../../conditions.js';
import type { Variation } from '../../types.js';

export const addressSpace: Variation = {
  name: 'address-space',
  title: 'address-space layout',
  changes: 'Other addresses of stack, heap and libraries.',
  needs: 'nothing',
  undo: 'nothing: it ends with the sandbox',
  causes: ['address-layout'],
  fixedAt: 'fixed',
  sources: [],
  available: () => ({ works: true }),
  apply: (conditions, _host, seed) => withSource(conditions, 'addressSpace', seed),
  values: () => ({ a: 'not randomised', b: 'another layout' }),
};
