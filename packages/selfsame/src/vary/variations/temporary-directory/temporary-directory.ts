import { seededWord } from '../seeded.js';
import type { Variation } from '../../types.js';

export const temporaryDirectory: Variation = {
  name: 'temporary-directory',
  title: 'directory for temporary files',
  changes: 'Another directory for temporary files, by `TMPDIR`.',
  needs: 'nothing',
  undo: 'nothing: it ends with the sandbox',
  causes: ['build-path', 'environment-variable'],
  fixedAt: 'fixed',
  sources: [],
  available: () => ({ works: true }),
  apply: (conditions, _host, seed) => ({
    ...conditions,
    temporaryDirectory: `/var/tmp/${seededWord(seed, 'temporary')}`,
  }),
  values: (before, after) => ({ a: before.temporaryDirectory, b: after.temporaryDirectory }),
};
