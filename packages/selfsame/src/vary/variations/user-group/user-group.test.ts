import { expect } from 'vitest';

import { itShows } from '../../testing.js';
import { userGroup } from './user-group.js';

itShows({
  variation: userGroup,
  script: 'id -un; id -gn; id -u; id -g; echo "$USER"; stat -c %U:%G given',
  check: ({ before, after, base, conditions }) => {
    const seen = ({ user }: typeof base): string[] => [
      ...[user.name, user.group, String(user.uid), String(user.gid), user.name],
      `${user.name}:${user.group}`,
    ];
    expect(before).toEqual(seen(base));
    expect(after).toEqual(seen(conditions));
  },
});
