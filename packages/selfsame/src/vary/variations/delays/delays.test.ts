import { readFileSync } from 'node:fs';

import { expect } from 'vitest';

import { itShows } from '../../testing.js';
import { delays } from './delays.js';

function modeOfDelays(logPath: string): unknown {
  const [first = ''] = readFileSync(logPath, 'utf8').split('\n');
  return (JSON.parse(first) as { sources: { delays: string } }).sources.delays;
}

itShows({
  variation: delays,
  script: 'i=0; while [ $i -lt 400 ]; do [ -e given ]; i=$((i + 1)); done; echo end',
  check: ({ before, after, logs }) => {
    expect(after).toEqual(before);
    const modes = logs.map(modeOfDelays);
    // How long something took is no sure sign: what the supervisor was told is.
    expect(modes).toEqual(['real', 'vary']);
  },
});
