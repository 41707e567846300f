import { expect } from 'vitest';

import { itShows } from '../../testing.js';
import { inodeNumbers } from './inode-numbers.js';

itShows({
  variation: inodeNumbers,
  script: 'stat -c %i given',
  check: ({ before, after }) => {
    expect(before[0]).toMatch(/^\d+$/);
    expect(after).not.toEqual(before);
  },
});
