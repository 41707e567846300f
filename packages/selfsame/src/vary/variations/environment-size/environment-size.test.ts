import { expect } from 'vitest';

import { itShows } from '../../testing.js';
import { environmentSize } from './environment-size.js';

itShows({
  variation: environmentSize,
  script: 'env | wc -c',
  check: ({ before, after }) => {
    expect(Number(after[0])).toBeGreaterThan(Number(before[0]));
  },
});
