import { expect } from 'vitest';

import { itShows } from '../../testing.js';
import { jobs } from './jobs.js';

itShows({
  variation: jobs,
  script: 'echo "$1 $MAKEFLAGS $DEB_BUILD_OPTIONS $CMAKE_BUILD_PARALLEL_LEVEL"',
  check: ({ before, after, conditions: { jobs: number } }) => {
    expect(before).toEqual(['1   ']);
    expect(after).toEqual([`${number} -j${number} parallel=${number} ${number}`]);
  },
});
