import { expect } from 'vitest';

import { itShows } from '../../testing.js';
import { buildPath } from './build-path.js';

itShows({
  variation: buildPath,
  script: 'pwd -P',
  check: ({ before, after, base, conditions }) => {
    expect(before).toEqual([base.path]);
    expect(after).toEqual([conditions.path]);
  },
});
