import { seededApart } from '../../other-values.js';
import { seededWord } from '../seeded.js';
import type { Conditions, Variation } from '../../types.js';

/** Above what accounts have, and within what an ordinary user's ids of others reach. */
const numbers = { least: 20_001, below: 30_000 };

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
      uid: seededApart(seed, 'uid', numbers, conditions.user.uid),
      gid: seededApart(seed, 'gid', numbers, conditions.user.gid),
    },
  }),
  values: (before, after) => ({ a: shown(before), b: shown(after) }),
};
