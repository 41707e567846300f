import { execFileSync } from 'node:child_process';
import fc from 'fast-check';
import { expect, it } from 'vitest';

import { shellWords } from './shell-words.js';

it('is read by a shell as the words it was made of', () => {
  const words = fc.array(
    fc.string({ unit: 'binary' }).map((text) => text.replaceAll('\0', '')),
    { minLength: 1, maxLength: 40 },
  );
  fc.assert(
    fc.property(words, (list) => {
      const script = `printf '%s\\0' ${shellWords(list)}`;
      const read = execFileSync('/bin/sh', ['-c', script], { encoding: 'utf8' });
      expect(read).toBe(list.map((word) => `${word}\0`).join(''));
    }),
    { numRuns: 30 },
  );
});

it('leaves plain words as they are', () => {
  expect(shellWords(['make', '-j4', 'CC=gcc', 'a b', ''])).toBe("make -j4 CC=gcc 'a b' ''");
});
