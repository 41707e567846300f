import { expect } from 'vitest';

import { itShows } from '../../testing.js';
import { terminal } from './terminal.js';

itShows({
  variation: terminal,
  script:
    '[ -t 0 ] && [ -t 2 ] && echo terminal; stty size <&2; (: >/dev/tty) && echo controlling; echo "$TERM"',
  check: ({ before, after }) => {
    expect(before).toEqual(['']);
    expect(after).toEqual(['terminal', '24 80', 'controlling', 'xterm-256color']);
  },
});
