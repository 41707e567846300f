import { seededWord } from '../seeded.js';
import type { Conditions, Variation } from '../../types.js';

const shown = ({ pathDirectories }: Conditions): string =>
  pathDirectories.length === 0 ? 'as it is' : `and ${pathDirectories.join(':')}`;

export const execPath: Variation = {
  name: 'exec-path',
  title: 'search path',
  changes: 'A directory more on `PATH`, which does not exist.',
  needs: 'nothing',
  undo: 'nothing: it ends with the sandbox',
  causes: ['environment-variable'],
  fixedAt: 'fixed',
  sources: [],
  available: () => ({ works: true }),
  apply: (conditions, _host, seed) => ({
    ...conditions,
    pathDirectories: [...conditions.pathDirectories, `/${seededWord(seed, 'path directory')}/bin`],
  }),
  values: (before, after) => ({ a: shown(before), b: shown(after) }),
};
