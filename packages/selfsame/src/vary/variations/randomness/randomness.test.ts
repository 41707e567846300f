import { expect } from 'vitest';

import { itShows } from '../../testing.js';
import { randomness } from './randomness.js';

itShows({
  variation: randomness,
  script: 'od -An -N8 -tx1 /dev/urandom; cat /proc/sys/kernel/random/uuid',
  check: ({ before, after }) => {
    expect(before).toHaveLength(2);
    for (const [index, line] of before.entries()) expect(after[index]).not.toBe(line);
  },
});
