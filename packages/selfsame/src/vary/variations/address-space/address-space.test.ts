import { expect } from 'vitest';

import { itShows } from '../../testing.js';
import { addressSpace } from './address-space.js';

itShows({
  variation: addressSpace,
  script: 'grep -m 1 libc /proc/self/maps',
  check: ({ before, after }) => {
    expect(before).toHaveLength(1);
    expect(after).not.toEqual(before);
  },
});
