import { expect } from 'vitest';

import { itShows } from '../../testing.js';
import { machineFacts } from './machine-facts.js';

itShows({
  variation: machineFacts,
  script:
    'grep MemTotal /proc/meminfo; cat /proc/loadavg; cut -d. -f1 /proc/uptime; stat -f -c %b .',
  check: ({ before, after }) => {
    expect(before).toHaveLength(4);
    for (const [index, line] of before.entries()) expect(after[index]).not.toBe(line);
  },
});
