import { seededNumber, seededWord } from '../seeded.js';
import type { Variation } from '../../types.js';

export const kernel: Variation = {
  name: 'kernel',
  title: 'kernel release',
  changes: 'Another release and version of the kernel.',
  needs: 'nothing',
  undo: 'nothing: it ends with the sandbox',
  causes: ['kernel-version'],
  fixedAt: 'fixed',
  sources: [],
  available: () => ({ works: true }),
  apply: (conditions, _host, seed) => ({
    ...conditions,
    kernelRelease: `6.${20 + seededNumber(seed, 'minor', 70)}.${1 + seededNumber(seed, 'patch', 90)}-${seededWord(seed, 'kernel')}`,
    kernelVersion: `#${2 + seededNumber(seed, 'version', 90)} SMP ${seededWord(seed, 'kernel version')}`,
  }),
  values: (before, after) => ({ a: before.kernelRelease, b: after.kernelRelease }),
};
