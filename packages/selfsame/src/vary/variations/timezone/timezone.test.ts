import { expect } from 'vitest';

import { itShows } from '../../testing.js';
import { timezone } from './timezone.js';

itShows({
  variation: timezone,
  script: 'date +%z',
  check: ({ before, after }) => {
    expect(before).toEqual(['+0000']);
    expect(after).not.toEqual(before);
  },
});
