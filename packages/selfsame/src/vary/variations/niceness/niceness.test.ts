import { expect } from 'vitest';

import { itShows } from '../../testing.js';
import { niceness } from './niceness.js';

itShows({
  variation: niceness,
  script: 'nice',
  check: ({ before, after }) => {
    expect(Number(after[0])).toBeGreaterThan(Number(before[0]));
  },
});
