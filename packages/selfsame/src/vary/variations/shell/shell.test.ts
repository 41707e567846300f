import { expect } from 'vitest';

import { itShows } from '../../testing.js';
import { shell } from './shell.js';

itShows({
  variation: shell,
  script:
    'sh -c "test /proc/\\$\\$/exe -ef $(command -v dash) && echo dash || echo other"; sh -c "echo \\${BASH_VERSION:+bash}"; sha256sum </bin/sh; sha256sum <"$(command -v dash)"',
  check: ({ before, after, base, conditions }) => {
    expect(base.shell).toBeUndefined();
    expect(conditions.shell).toBeDefined();
    expect(after.slice(0, 3)).not.toEqual(before.slice(0, 3));
    // By its own name it is what it was.
    expect(after[3]).toBe(before[3]);
  },
});
