import { expect } from 'vitest';

import { itShows } from '../../testing.js';
import { fileTimes } from './file-times.js';

itShows({
  variation: fileTimes,
  script: 'stat -c %Y given',
  check: ({ before, after, base }) => {
    expect(before).toEqual([String(base.epoch - 1000)]);
    expect(Number(after[0])).toBeLessThan(base.epoch - 1000);
  },
});
