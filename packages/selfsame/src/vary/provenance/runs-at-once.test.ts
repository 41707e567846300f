import { describe, expect, it } from 'vitest';

import { runsAtOnce } from './runs-at-once.js';

describe('a program that runs several others at once', () => {
  it.each([
    '/usr/bin/make -j4',
    '/usr/bin/make -s -j 24 all',
    '/usr/bin/make -j',
    '/usr/bin/make -kj8',
    '/usr/bin/gmake --jobs=3',
    '/usr/bin/xargs -n 1 -P 4 gzip',
    '/usr/bin/ninja',
    '/usr/bin/ninja -C out',
    '/usr/bin/cargo build',
  ])('%s', (line) => {
    const words = line.split(' ');
    expect(runsAtOnce(words[0] ?? '', words)).toBe(true);
  });

  it.each([
    '/usr/bin/make',
    '/usr/bin/make -j1',
    '/usr/bin/make -j 1 all',
    '/usr/bin/ninja -j1',
    '/usr/bin/xargs gzip',
    '/usr/bin/cc -j4',
    '/usr/bin/echo make -j4',
    '',
  ])('not %s', (line) => {
    const words = line.split(' ');
    expect(runsAtOnce(words[0] ?? '', words)).toBe(false);
  });
});
