// Vectors that specifications print themselves, and that are not beside the code of one folder.
import { describe, expect, it } from 'vitest';
import { parseEnvelope } from './dsse/envelope.js';
import { verifyEnvelope } from './dsse/verify.js';
import { concatBytes } from './encoding/bytes.js';
import { p256PublicKey, publicKeyFromBytes, verifySignature } from './keys/public-key.js';
import { parseNote, parseNoteKey, verifyNote } from './log/note.js';

const hex = (text: string) => Uint8Array.from(Buffer.from(text, 'hex'));
const point = (x: string, y: string) => p256PublicKey(concatBytes(hex('04'), hex(x), hex(y)));

describe('RFC 6979 A.2.5, ECDSA P-256 with SHA-256', () => {
  const key = point(
    '60fed4ba255a9d31c961eb74c6356d68c049b8923b61fa6ce669622e60f29fb6',
    '7903fe1008b8bc99a41ae9e95628bc64f2f1b20c2d7e9f5177a3c294d4462299',
  );
  it.each([
    [
      'sample',
      'efd48b2aacb6a8fd1140dd9cd45e81d69d2c877b56aaf991c34d0ea84eaf3716',
      'f7cb1c942d657c41d436c7a1b6e29f65f3e900dbb9aff4064dc4ab2f843acda8',
    ],
    [
      'test',
      'f1abb023518351cd71d881567b1ea663ed3efcf6c5132b354f28d3b0b7d38367',
      '019f4113742a2b14bd25926b49c649155f267e60d3814b4c0cc84250e46f0083',
    ],
  ])('message %s', (message, r, s) => {
    const check = (text: string, ...parts: readonly string[]) =>
      verifySignature(
        key,
        Buffer.from(text),
        concatBytes(...parts.map(hex)),
        'ecdsa-p256-sha256-raw',
      );
    expect(check(message, r, s)).toBe(true);
    expect(check(`${message}.`, r, s)).toBe(false);
    expect(check(message, s, r)).toBe(false);
  });
});

describe('RFC 8032 §7.1', () => {
  it('test 3, two bytes', () => {
    const key = publicKeyFromBytes(
      hex('fc51cd8e6218a1a38da47ed00230f0580816ed13ba3303ac5deb911548908025'),
    );
    const signature = hex(
      '6291d657deec24024827e69c3abe01a30ce548a284743a445e3680d7db5ac3ac' +
        '18ff9b538d16f290ae67f760984dc6594a7c15e9716ed28dc027beceea1ec40a',
    );
    expect(verifySignature(key, hex('af82'), signature)).toBe(true);
    expect(verifySignature(key, hex('af83'), signature)).toBe(false);
  });
});

describe('DSSE protocol.md, Test Vectors', () => {
  const text = JSON.stringify({
    payload: 'aGVsbG8gd29ybGQ=',
    payloadType: 'http://example.com/HelloWorld',
    signatures: [
      {
        sig: 'A3JqsQGtVsJ2O2xqrI5IcnXip5GToJ3F+FnZ+O88SjtR6rDAajabZKciJTfUiHqJPcIAriEGAHTVeCUjW2JIZA==',
      },
    ],
  });
  // X and Y, printed there in decimal.
  const number = (decimal: string) => BigInt(decimal).toString(16).padStart(64, '0');
  const key = point(
    number('46950820868899156662930047687818585632848591499744589407958293238635476079160'),
    number('5640078356564379163099075877009565129882514886557779369047442380624545832820'),
  );

  it('the signature, over the bytes that are encoded', () => {
    const { payload, signatures } = parseEnvelope(text);
    const signed = Buffer.from('DSSEv1 29 http://example.com/HelloWorld 11 hello world');
    expect(Buffer.from(payload).toString()).toBe('hello world');
    const check = (message: Uint8Array) =>
      verifySignature(key, message, signatures[0].signature, 'ecdsa-p256-sha256-raw');
    expect([check(signed), check(payload)]).toEqual([true, false]);
  });

  it('its raw r and s are no signature where DER is expected', () => {
    expect(verifyEnvelope(parseEnvelope(text), [key]).map(({ result }) => result)).not.toContain(
      'valid',
    );
  });
});

describe('C2SP signed notes that others made', () => {
  it.each([
    [
      'an implementation that documents its output',
      'example.com/foo+530d903a+AekyeRrm56hApGFkyQR4ZCbV54Id2LKaANYcrnKv3U2k',
      'This is an example message.\n',
      '— example.com/foo Uw2QOkn8srV1yJGh2VYRlL1Tnagv1YEq6TfXppzi2ONncAlTgK7Ztg1ERYNZXsYjOBH3mFXmRKuwHjG1Yu72IneyaQM=\n',
    ],
    [
      'golang.org/x/mod/sumdb/note',
      'PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW',
      "If you think cryptography is the answer to your problem,\nthen you don't know what your problem is.\n",
      '— PeterNeumann x08go/ZJkuBS9UG/SffcvIAQxVBtiFupLLr8pAcElZInNIuGUgYN1FFYC2pZSNXgKvqfqdngotpRZb6KE6RyyBwJnAM=\n',
    ],
  ])('%s', (_where, vkey, text, signature) => {
    const key = parseNoteKey(vkey);
    expect(verifyNote(parseNote(`${text}\n${signature}`), [key])).toEqual([{ key }]);
    expect(() => verifyNote(parseNote(`${text}more\n\n${signature}`), [key])).toThrow(
      expect.objectContaining({ code: 'SIGNATURE_INVALID' }),
    );
  });
});
