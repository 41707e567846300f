import { expect } from 'vitest';

import { itShows } from '../../testing.js';
import { cpuFeatures } from './cpu-features.js';

itShows({
  variation: cpuFeatures,
  script:
    '/lib64/ld-linux-x86-64.so.2 --list-diagnostics 2>/dev/null | grep "cpu_features.*usable\\|^x86.cpu_features.*active" | sort; echo "$GLIBC_TUNABLES"',
  check: ({ before, after, conditions: { variables } }) => {
    expect(before.at(-1)).toBe('');
    expect(after.at(-1)).toBe(variables['GLIBC_TUNABLES']);
    // Where this loader can say it, it takes other features for active.
    if (before.length > 1) expect(after.slice(0, -1)).not.toEqual(before.slice(0, -1));
  },
});
