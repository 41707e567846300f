import { seededWord } from '../seeded.js';
import type { Variation } from '../../types.js';

export const buildPath: Variation = {
  name: 'build-path',
  title: 'build path',
  changes: 'Puts the tree at another path.',
  needs: 'nothing',
  undo: 'nothing: it ends with the sandbox',
  causes: ['build-path'],
  fixedAt: 'fixed',
  sources: [],
  available: () => ({ works: true }),
  apply: (conditions, _host, seed) => ({
    ...conditions,
    path: `/srv/${seededWord(seed, 'path')}/${seededWord(seed, 'last of the path')}-tree`,
  }),
  values: (before, after) => ({ a: before.path, b: after.path }),
};
