import { expect } from 'vitest';

import { itShows } from '../../testing.js';
import { readlinkSync } from 'node:fs';
import { network } from './network.js';

itShows({
  variation: network,
  script: 'readlink /proc/self/ns/net',
  check: ({ before, after }) => {
    const ours = readlinkSync('/proc/self/ns/net');
    expect(before).not.toEqual([ours]);
    expect(after).toEqual([ours]);
  },
});
