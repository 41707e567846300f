import { expect } from 'vitest';

import { itShows } from '../../testing.js';
import { hostName } from './host-name.js';

itShows({
  variation: hostName,
  script: 'uname -n; cat /proc/sys/kernel/hostname /etc/hostname',
  check: ({ before, after, conditions: { hostname } }) => {
    expect(before).toEqual(['selfsame', 'selfsame', 'selfsame']);
    expect(after).toEqual([hostname, hostname, hostname]);
  },
});
