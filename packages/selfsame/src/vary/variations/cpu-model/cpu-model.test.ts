import { expect } from 'vitest';

import { itShows } from '../../testing.js';
import { cpuModel } from './cpu-model.js';

itShows({
  variation: cpuModel,
  script: 'grep -m 1 "model name" /proc/cpuinfo',
  check: ({ before, after, conditions: { cpuModel } }) => {
    expect(before[0]).toBe('model name\t: selfsame baseline processor');
    expect(after[0]).toBe(`model name\t: ${cpuModel}`);
  },
});
