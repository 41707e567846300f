import { expect } from 'vitest';

import { itShows } from '../../testing.js';
import { cpuCount } from './cpu-count.js';

itShows({
  variation: cpuCount,
  script: 'nproc; grep -c ^processor /proc/cpuinfo; cat /sys/devices/system/cpu/online',
  check: ({ before, after, conditions: { cpus } }) => {
    expect(before).toEqual(['4', '4', '0-3']);
    expect(after).toEqual([String(cpus), String(cpus), `0-${cpus - 1}`]);
  },
});
