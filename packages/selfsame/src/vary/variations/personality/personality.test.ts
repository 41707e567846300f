import { expect } from 'vitest';

import { itShows } from '../../testing.js';
import { personality } from './personality.js';

itShows({
  variation: personality,
  script: 'uname -m; cat /proc/self/personality',
  check: ({ before, after }) => {
    expect(before).toEqual(['x86_64', '00040000']);
    expect(after).toEqual(['i686', '00040008']);
  },
});
