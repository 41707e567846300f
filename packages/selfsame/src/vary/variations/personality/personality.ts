import type { Variation } from '../../types.js';

/** PER_LINUX32 of personality(2). */
const linux32 = 0x0008;

export const personality: Variation = {
  name: 'personality',
  title: 'personality',
  changes:
    'Another machine name, `i686`, and the execution domain of 32-bit programs, as `setarch i686` does.',
  needs: 'nothing',
  undo: 'nothing: it ends with the sandbox',
  onRequest: true,
  causes: ['kernel-version'],
  fixedAt: 'virtual',
  sources: [],
  available: () => ({ works: true }),
  apply: (conditions) => ({
    ...conditions,
    machine: 'i686',
    personality: conditions.personality | linux32,
  }),
  values: (before, after) => ({ a: before.machine, b: after.machine }),
};
