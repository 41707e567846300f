import { withSource } from '../../conditions.js';
import type { Variation } from '../../types.js';

export const pids: Variation = {
  name: 'pids',
  title: 'process numbers',
  changes: 'Another first process number.',
  needs: 'nothing',
  undo: 'nothing: it ends with the sandbox',
  causes: ['process-number'],
  fixedAt: 'virtual',
  sources: [],
  available: () => ({ works: true }),
  apply: (conditions, _host, seed) => withSource(conditions, 'pids', seed),
  values: () => ({ a: 'from 2', b: 'from another number' }),
};
