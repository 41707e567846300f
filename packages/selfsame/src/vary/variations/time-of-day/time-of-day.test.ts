import { expect } from 'vitest';

import { itShows } from '../../testing.js';
import { timeOfDay } from './time-of-day.js';

itShows({
  variation: timeOfDay,
  script: `bash -c 'for i in 1 2 3 4 5 6 7 8 9 10 11; do printf "%(%Y %H:%M)T\\n" -1; done' | sort -u`,
  check: ({ before, after }) => {
    expect(before).toEqual(['2023 22:13']);
    expect(after).toEqual(['2023 23:59', '2024 00:00']);
  },
});
