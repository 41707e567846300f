import { expect } from 'vitest';

import { itShows } from '../../testing.js';
import { fileOrder } from './file-order.js';

itShows({
  variation: fileOrder,
  script: 'mkdir made; for i in 1 2 3 4 5 6 7 8 9; do : >made/$i; done; ls -U made',
  check: ({ before, after }) => {
    expect(before).toEqual(['1', '2', '3', '4', '5', '6', '7', '8', '9']);
    expect(after).not.toEqual(before);
    expect([...after].sort()).toEqual(before);
  },
});
