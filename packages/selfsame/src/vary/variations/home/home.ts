import { seededWord } from '../seeded.js';
import type { Variation } from '../../types.js';

export const home: Variation = {
  name: 'home',
  title: 'home',
  changes: 'Another path of the home directory, with the same files.',
  needs: 'nothing',
  undo: 'nothing: it ends with the sandbox',
  causes: ['home-directory'],
  fixedAt: 'fixed',
  sources: [],
  available: () => ({ works: true }),
  apply: (conditions, _host, seed) => ({
    ...conditions,
    home: `/home/${seededWord(seed, 'home')}`,
  }),
  values: (before, after) => ({ a: before.home, b: after.home }),
};
