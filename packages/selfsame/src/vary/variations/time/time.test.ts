import { expect } from 'vitest';

import { itShows } from '../../testing.js';
import { time } from './time.js';

itShows({
  variation: time,
  script: 'date +%s; touch made; stat -c %Y made',
  check: ({ before, after, base, conditions }) => {
    expect(before).toEqual([String(base.epoch + 2), String(base.epoch + 1)]);
    expect(after).toEqual([String(conditions.epoch + 2), String(conditions.epoch + 1)]);
    expect(conditions.epoch - base.epoch).toBeGreaterThan(365 * 86_400);
  },
});
