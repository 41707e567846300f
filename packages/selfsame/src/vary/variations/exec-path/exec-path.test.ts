import { expect } from 'vitest';

import { itShows } from '../../testing.js';
import { execPath } from './exec-path.js';

itShows({
  variation: execPath,
  script: 'echo "$PATH"',
  check: ({ before, after, conditions: { pathDirectories } }) => {
    expect(pathDirectories).toHaveLength(1);
    expect(after).toEqual([`${before[0]}:${pathDirectories[0]}`]);
  },
});
