import { expect } from 'vitest';

import { itShows } from '../../testing.js';
import { cpuAffinity } from './cpu-affinity.js';

itShows({
  variation: cpuAffinity,
  script: 'grep Cpus_allowed_list /proc/self/status; nproc',
  check: ({ before, after }) => {
    expect(before[0]).toMatch(/[-,]/);
    expect(after[0]).toMatch(/\t\d+$/);
    expect(after[1]).toBe(before[1]);
  },
});
