import { seededNumber, seededWord } from '../seeded.js';
import type { Conditions, Variation } from '../../types.js';

const shown = ({ user }: Conditions): string =>
  `${user.name}:${user.group} (${user.uid}:${user.gid})`;

export const userGroup: Variation = {
  name: 'user-group',
  title: 'user and group',
  changes: 'Another user and group, by name and number.',
  needs: 'nothing',
  undo: 'nothing: it ends with the sandbox',
  causes: ['user-name', 'ownership'],
  fixedAt: 'fixed',
  sources: [],
  available: () => ({ works: true }),
  apply: (conditions, _host, seed) => ({
    ...conditions,
    user: {
      name: seededWord(seed, 'user'),
      group: seededWord(seed, 'group'),
      uid: 20_001 + seededNumber(seed, 'uid', 30_000),
      gid: 20_001 + seededNumber(seed, 'gid', 30_000),
    },
  }),
  values: (before, after) => ({ a: shown(before), b: shown(after) }),
};
