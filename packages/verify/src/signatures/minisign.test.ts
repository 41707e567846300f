import { expect, it } from 'vitest';
import { encodeBase64 } from '../encoding/base64.js';
import { concatBytes } from '../encoding/bytes.js';
import { decodeHex } from '../encoding/hex.js';
import { codeOf } from '../testing/codes.js';
import { formatMinisignKey, signSignify } from '../testing/detached.js';
import { testKey } from '../testing/sign.js';
import { parseMinisignKey, verifyMinisign } from './minisign.js';

const COMMENT = 'untrusted comment: ';
const message = Buffer.from('a message\n');
const alice = testKey('alice');
const number = decodeHex('0123456789abcdef', 8);
const signify = signSignify(message, alice, number);
const key = { key: alice.publicKey, number };
const [, keyLine = ''] = formatMinisignKey(key, 'alice').split('\n');
const verifyCode = (text: string) => codeOf(() => verifyMinisign(text, message, alice.publicKey));

it('reads a key from its file or from its line', () => {
  for (const text of [formatMinisignKey(key, 'alice'), `${keyLine}\n`, keyLine]) {
    expect(parseMinisignKey(text)).toEqual(key);
  }
});

it.each([
  ['two keys', `${keyLine}\n${keyLine}\n`],
  ['a key below something else', `comment: x\n${keyLine}\n`],
  ['a key with more behind it', `${COMMENT}x\n${keyLine}\n${keyLine}\n`],
  ['no key', `${COMMENT}x\n`],
  [
    'a key of another algorithm',
    encodeBase64(concatBytes(Buffer.from('Ex'), number, alice.publicKey.bytes)),
  ],
])('refuses %s', (_what, text) => {
  expect(codeOf(() => parseMinisignKey(text))).toBe('KEY_INVALID');
});

it('reads signatures with and without a line feed at the end, and no other lines', () => {
  expect(verifyCode(signify)).toBe('accepted');
  expect(verifyCode(signify.trimEnd())).toBe('accepted');
  for (const text of [`${signify}x\n`, `${signify}\n`, `${signify}x\ny\n`, signify.slice(1)]) {
    expect(verifyCode(text)).toBe('SIGNATURE_FORMAT');
  }
});

it('reads at most 16384 characters', () => {
  const longer = (length: number) =>
    signify.replace(COMMENT, COMMENT + 'x'.repeat(length - signify.length));
  expect(verifyCode(longer(16_384))).toBe('accepted');
  expect(verifyCode(longer(16_385))).toBe('SIGNATURE_FORMAT');
});
