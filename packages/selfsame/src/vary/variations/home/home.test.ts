import { expect } from 'vitest';

import { itShows } from '../../testing.js';
import { home } from './home.js';

itShows({
  variation: home,
  script: 'echo "$HOME"; cd; pwd -P; getent passwd "$(id -un)" | cut -d: -f6',
  check: ({ before, after, base, conditions }) => {
    expect(before).toEqual([base.home, base.home, base.home]);
    expect(after).toEqual([conditions.home, conditions.home, conditions.home]);
  },
});
