import { expect } from 'vitest';

import { itShows } from '../../testing.js';
import { blockSize } from './block-size.js';

itShows({
  variation: blockSize,
  script: 'printf 12345 >made; stat -c "%o %b" made; stat -f -c %S .',
  check: ({ before, after }) => {
    expect(before).toEqual(['4096 8', '4096']);
    expect(after).toEqual(['1024 2', '1024']);
  },
});
