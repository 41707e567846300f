import { withSource } from '../../conditions.js';
import type { Variation } from '../../types.js';

export const memoryPoison: Variation = {
  name: 'memory-poison',
  title: 'memory that is not initialised',
  changes: 'Fills memory that programs get and give back (`MALLOC_PERTURB_`, GNU C library).',
  needs: 'nothing',
  undo: 'nothing: it ends with the sandbox',
  causes: ['uninitialised-memory'],
  fixedAt: undefined,
  sources: [],
  available: () => ({ works: true }),
  apply: (conditions, _host, seed) => withSource(conditions, 'memoryPoison', seed),
  values: () => ({ a: 'as it comes', b: 'filled' }),
};
