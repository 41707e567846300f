import { createHash, sign } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { decodeHex, rsaNumbers } from '@selfsame/verify';
import { codeOf } from '../testing-codes.js';
import { parseHeaders, parseOpenPgpKeys, parseOpenPgpSignature, verifyOpenPgp } from './openpgp.js';
import { newPair, openPgpHeaders, openPgpSign } from './testing.js';

const concatBytes = (...parts: readonly Uint8Array[]) => new Uint8Array(Buffer.concat(parts));

// RFC 9580 appendix A.1 and A.2: an EdDSA key, and its signature over "OpenPGP".
const SAMPLE_KEY =
  '98330453f35f0b16092b06010401da470f010107403f098994bdd916ed4053197934e4a87c80733a1280d62f8010992e43ee3b2406';
const SAMPLE_SIGNATURE =
  '885e040016080006050255f95f95000a09108cfde12197965a9af62200ff56f90cca98e2102637bd983fdb16c131' +
  'dfd27ed82bf4dde5606e0d756aed33660100d09c4fa11527f038e0f57f2201d82f2ea2c9033265fa6ceb489e854bae61b404';

const hex = (text: string) => decodeHex(text, text.length / 2);
const u16 = (value: number) => Uint8Array.of(value >> 8, value & 0xff);
const u32 = (value: number) => concatBytes(u16(value >>> 16), u16(value & 0xffff));
/** A packet with an old head and two bytes of length, unless another head is given. */
const packet = (
  tag: number,
  body: Uint8Array,
  length: Uint8Array = u16(body.length),
  head = 0x81 | (tag << 2),
) => concatBytes(Uint8Array.of(head), length, body);
const multiprecision = (bytes: Uint8Array) => {
  const start = bytes.findIndex((byte) => byte !== 0);
  const rest = bytes.subarray(start);
  return concatBytes(u16(rest.length * 8 - Math.clz32(rest[0] ?? 0) + 24), rest);
};

const message = Buffer.from('a message\n');
const fingerprint = 'ab'.repeat(20);
const rsa = newPair('rsa');
const ed25519 = newPair('ed25519');
const numbers = {
  rsa: (value: Uint8Array) => [multiprecision(value)],
  ed25519: (value: Uint8Array) => [
    multiprecision(value.subarray(0, 32)),
    multiprecision(value.subarray(32)),
  ],
};

function signatureBody(kind: 'rsa' | 'ed25519', content: Uint8Array = message): Uint8Array {
  const headers = openPgpHeaders(kind, fingerprint);
  const value = openPgpSign((kind === 'rsa' ? rsa : ed25519).privateKey, content, headers);
  const unsigned = hex('000a0910abababababababab');
  return concatBytes(headers, unsigned, hex('1234'), ...numbers[kind](value));
}

function rsaKeyBody(version = 4, algorithm = 1): Uint8Array {
  const { modulus, exponent } = rsaNumbers(rsa.publicKey);
  const head = concatBytes(Uint8Array.of(version), u32(1_600_000_000), Uint8Array.of(algorithm));
  return concatBytes(head, multiprecision(modulus), multiprecision(exponent));
}

function ed25519KeyBody(curve = '092b06010401da470f01'): Uint8Array {
  const point = concatBytes(Uint8Array.of(0x40), ed25519.publicKey.bytes);
  const head = concatBytes(Uint8Array.of(4), u32(1_600_000_000), Uint8Array.of(22), hex(curve));
  return concatBytes(head, multiprecision(point));
}

const fingerprintOf = (body: Uint8Array) =>
  createHash('sha1')
    .update(concatBytes(Uint8Array.of(0x99), u16(body.length), body))
    .digest('hex');

describe('OpenPGP packets', () => {
  it('give the key and signature of RFC 9580 appendix A', () => {
    const [read, ...more] = parseOpenPgpKeys(hex(SAMPLE_KEY));
    expect(more).toEqual([]);
    expect(read).toMatchObject({
      fingerprint: 'c959bdbafa32a2f89a153b678cfde12197965a9a',
      isSubkey: false,
      created: 0x53f35f0b,
    });
    const signature = parseOpenPgpSignature(hex(SAMPLE_SIGNATURE));
    expect(signature).toMatchObject({ fingerprint: undefined, created: 0x55f95f95 });
    expect(verifyOpenPgp(read!.key, Buffer.from('OpenPGP'), signature)).toBe(true);
    expect(verifyOpenPgp(read!.key, Buffer.from('OpenPGP '), signature)).toBe(false);
  });

  it('of other kinds, versions, algorithms and curves are passed over', () => {
    const bodies = [rsaKeyBody(), ed25519KeyBody(), rsaKeyBody(4, 3)] as const;
    const bytes = concatBytes(
      packet(6, bodies[0]),
      packet(13, Buffer.from('alice')),
      packet(6, rsaKeyBody(3)),
      packet(6, rsaKeyBody(4, 17)),
      packet(5, rsaKeyBody()),
      packet(14, ed25519KeyBody().with(5, 18)),
      // Ed448, and Curve25519 for encryption.
      packet(14, ed25519KeyBody('092b06010401da470f02')),
      packet(14, bodies[1]),
      packet(14, bodies[2]),
    );
    const created = 1_600_000_000;
    expect(parseOpenPgpKeys(bytes)).toEqual([
      { fingerprint: fingerprintOf(bodies[0]), isSubkey: false, created, key: rsa.publicKey },
      { fingerprint: fingerprintOf(bodies[1]), isSubkey: true, created, key: ed25519.publicKey },
      { fingerprint: fingerprintOf(bodies[2]), isSubkey: true, created, key: rsa.publicKey },
    ]);
  });

  it('may have heads and lengths of every kind', () => {
    const body = rsaKeyBody();
    const { length } = body;
    for (const one of [
      packet(6, body),
      packet(6, body, u32(length), 0x80 | (6 << 2) | 2),
      packet(6, body, Uint8Array.of(((length - 192) >> 8) + 192, (length - 192) & 0xff), 0xc6),
      packet(6, body, concatBytes(Uint8Array.of(255), u32(length)), 0xc6),
      packet(6, ed25519KeyBody(), Uint8Array.of(ed25519KeyBody().length), 0xc6),
      packet(6, ed25519KeyBody(), Uint8Array.of(ed25519KeyBody().length), 0x80 | (6 << 2)),
    ]) {
      expect(parseOpenPgpKeys(one)).toHaveLength(1);
    }
    // Lengths beside the bounds of their kinds; the tag's low bits are those of a head that has no length.
    for (const [size, lengthBytes] of [
      [0, '00'],
      [191, 'bf'],
      [192, 'c000'],
      [8383, 'dfff'],
      [8384, 'ff000020c0'],
    ] as const) {
      const other = packet(15, new Uint8Array(size), hex(lengthBytes), 0xcf);
      expect(parseOpenPgpKeys(concatBytes(other, packet(6, body)))).toHaveLength(1);
    }
  });

  it.each([
    [
      'a byte that begins none',
      packet(6, ed25519KeyBody(), Uint8Array.of(ed25519KeyBody().length), 0x18),
    ],
    ['a length that is not said', Uint8Array.of(0x9b, 0)],
    ['a partial length', concatBytes(Uint8Array.of(0xc6, 224), new Uint8Array(8385))],
    ['a cut packet', packet(6, rsaKeyBody()).subarray(0, -1)],
  ])('are refused with %s', (_what, bytes) => {
    expect(codeOf(() => parseOpenPgpKeys(bytes))).toBe('SIGNATURE_FORMAT');
  });

  it('are read up to a mebibyte', () => {
    const filled = (size: number) => packet(13, new Uint8Array(size - 5), u32(size - 5), 0xb6);
    expect(parseOpenPgpKeys(filled(1024 * 1024))).toEqual([]);
    expect(codeOf(() => parseOpenPgpKeys(filled(1024 * 1024 + 1)))).toBe('LIMIT_EXCEEDED');
  });
});

describe('a detached OpenPGP signature', () => {
  it.each(['rsa', 'ed25519'] as const)('by %s is read from its packet', (kind) => {
    const { publicKey } = kind === 'rsa' ? rsa : ed25519;
    // Contents whose signatures have numbers of all lengths among them.
    for (let n = 0; n < 20; n += 1) {
      const content = Buffer.from(String(n));
      const read = parseOpenPgpSignature(packet(2, signatureBody(kind, content)));
      expect(read).toMatchObject({ fingerprint, created: 0x664ad800 });
      expect(verifyOpenPgp(publicKey, content, read)).toBe(true);
    }
  });

  it('is one packet, whole, and nothing else', () => {
    const body = signatureBody('rsa');
    expect(codeOf(() => parseOpenPgpSignature(packet(2, body)))).toBe('accepted');
    for (const bytes of [
      new Uint8Array(),
      packet(3, body),
      concatBytes(packet(2, body), packet(2, body)),
      concatBytes(packet(2, body), packet(13, Buffer.from('x'))),
      packet(2, concatBytes(body, Uint8Array.of(0))),
      packet(2, body.subarray(0, -1)),
    ]) {
      expect(codeOf(() => parseOpenPgpSignature(bytes))).toBe('SIGNATURE_FORMAT');
    }
  });
});

describe('headers of an OpenPGP signature', () => {
  const headersWith = (...subpackets: readonly string[]) => {
    const area = hex(subpackets.join(''));
    return concatBytes(hex('04000108'), u16(area.length), area);
  };

  it('say when and by which key', () => {
    const issuer = `162104${fingerprint}`;
    expect(parseHeaders(headersWith('0502664ad800', issuer))).toEqual({
      kind: 'rsa',
      fingerprint,
      created: 0x664ad800,
    });
    // An issuer of version 5, somebody it is meant for, the time until which it counts, and a notation.
    const others = [`162105${fingerprint}`, `162304${fingerprint}`, '05030000ffff', '0514800000ff'];
    expect(parseHeaders(headersWith(...others))).toEqual({
      kind: 'rsa',
      fingerprint: undefined,
      created: undefined,
    });
  });

  it('end where they say', () => {
    const headers = headersWith('0502664ad800');
    for (const changed of [concatBytes(headers, Uint8Array.of(0)), headers.subarray(0, -1)]) {
      expect(codeOf(() => parseHeaders(changed))).toBe('SIGNATURE_FORMAT');
    }
  });

  it('name the kind of key that the signature is by', () => {
    // Valid as far as numbers go: RSA over the digest, which headers of EdDSA ask for.
    const headers = openPgpHeaders('ed25519', fingerprint);
    const trailer = concatBytes(Uint8Array.of(4, 0xff), u32(headers.length));
    const digest = createHash('sha256')
      .update(concatBytes(message, headers, trailer))
      .digest();
    const value = sign('sha256', digest, rsa.privateKey);
    expect(verifyOpenPgp(rsa.publicKey, message, { headers, value })).toBe(false);
  });
});
