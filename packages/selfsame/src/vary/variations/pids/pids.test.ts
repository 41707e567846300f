import { expect } from 'vitest';

import { itShows } from '../../testing.js';
import { pids } from './pids.js';

itShows({
  variation: pids,
  script: 'echo $$',
  check: ({ before, after }) => {
    expect(before).toEqual(['2']);
    expect(Number(after[0])).toBeGreaterThan(300);
  },
});
