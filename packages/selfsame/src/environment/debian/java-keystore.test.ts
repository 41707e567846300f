import { createHash } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { normaliseKeystore } from './java-keystore.js';

function keystore(
  dates: readonly bigint[],
  options: { password?: string; tag?: number } = {},
): Buffer {
  const { password = 'changeit', tag = 2 } = options;
  const number = (value: number) => {
    const bytes = Buffer.alloc(4);
    bytes.writeUInt32BE(value);
    return bytes;
  };
  const text = (value: string) =>
    Buffer.concat([number(value.length).subarray(2), Buffer.from(value)]);
  const content = Buffer.concat([
    number(0xfeedfeed),
    number(2),
    number(dates.length),
    ...dates.map((date, index) => {
      const time = Buffer.alloc(8);
      time.writeBigUInt64BE(date);
      const certificate = Buffer.from(`certificate ${index}`);
      return Buffer.concat([
        number(tag),
        text(`debian:${index}`),
        time,
        text('X.509'),
        number(certificate.length),
        certificate,
      ]);
    }),
  ]);
  const hash = createHash('sha1')
    .update(Buffer.from(password, 'utf16le').swap16())
    .update('Mighty Aphrodite')
    .update(content);
  return Buffer.concat([content, hash.digest()]);
}

describe('a Java key store', () => {
  it('says the same whenever its certificates were taken in, and stays valid', () => {
    const [one, two] = [
      normaliseKeystore(keystore([1n, 2n]), 77),
      normaliseKeystore(keystore([8n, 9n]), 77),
    ];
    expect(one).toEqual(two);
    expect(one).toEqual(keystore([77_000n, 77_000n]));
    expect(normaliseKeystore(keystore([]), 77)).toEqual(keystore([]));
  });

  it.each([
    ['of another format', Buffer.alloc(100)],
    ['too short', Buffer.from('feedfeed00000002', 'hex')],
    ['with another password', keystore([1n], { password: 'other' })],
    ['with private keys', keystore([1n], { tag: 1 })],
    ['that is damaged', Buffer.concat([keystore([1n, 2n]).subarray(0, -1), Buffer.from([1])])],
  ])('is left alone when it is one %s', (_what, bytes) => {
    expect(normaliseKeystore(bytes, 77)).toBeUndefined();
  });
});
