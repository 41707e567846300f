import { expect } from 'vitest';

import { itShows } from '../../testing.js';
import { memoryPoison } from './memory-poison.js';

itShows({
  variation: memoryPoison,
  script: 'echo "${MALLOC_PERTURB_:-none}"',
  check: ({ before, after }) => {
    expect(before).toEqual(['none']);
    expect(after[0]).toMatch(/^\d+$/);
  },
});
