import { expect } from 'vitest';

import { itShows } from '../../testing.js';
import { temporaryDirectory } from './temporary-directory.js';

itShows({
  variation: temporaryDirectory,
  script: 'echo "${TMPDIR:-none}"; dirname "$(mktemp)"',
  check: ({ before, after, conditions: { temporaryDirectory: path } }) => {
    expect(before).toEqual(['none', '/tmp']);
    expect(after).toEqual([path, path]);
  },
});
