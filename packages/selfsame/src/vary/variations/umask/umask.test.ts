import { expect } from 'vitest';

import { itShows } from '../../testing.js';
import { umask } from './umask.js';

itShows({
  variation: umask,
  script: 'umask; touch made; stat -c %a made',
  check: ({ before, after }) => {
    expect(before).toEqual(['0022', '644']);
    expect(after).toEqual(['0007', '660']);
  },
});
