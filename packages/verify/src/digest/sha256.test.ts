import { expect, it } from 'vitest';
import { codeOf } from '../testing/codes.js';
import { assertSha256Hex, isSha256Hex, sha256Hex } from './sha256.js';

const digest = sha256Hex('x');

it('knows a whole sha256 in lower case from everything else', () => {
  expect(isSha256Hex(digest)).toBe(true);
  expect(assertSha256Hex(digest, 'it')).toBe(digest);
  for (const other of [
    digest.slice(1),
    `${digest}0`,
    `0${digest}`,
    `${digest}\n`,
    digest.toUpperCase(),
    '',
    [digest],
    undefined,
  ]) {
    expect(isSha256Hex(other)).toBe(false);
    expect(codeOf(() => assertSha256Hex(other, 'it'))).toBe('DIGEST_INVALID');
  }
});
