/** An RSA public key as read out of its DER. */
export interface RsaKey {
  /** RSAPublicKey (RFC 8017 §A.1.1). */
  readonly pkcs1: Uint8Array;
  /** SubjectPublicKeyInfo (RFC 5280 §4.1). */
  readonly spki: Uint8Array;
  readonly modulusLength: number;
  readonly publicExponent: bigint;
}

/** AlgorithmIdentifier of rsaEncryption with its NULL (RFC 3279 §2.3.1). */
const RSA_ENCRYPTION = [
  0x30, 0x0d, 0x06, 0x09, 0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x01, 0x01, 0x05, 0x00,
];

/** Reads RSAPublicKey DER; throws for anything that is not exactly one. */
export function readPkcs1(pkcs1: Uint8Array): RsaKey {
  const [sequence, end] = element(pkcs1, 0, 0x30);
  const [modulus, next] = element(sequence, 0, 0x02);
  const [exponent, last] = element(sequence, next, 0x02);
  if (end !== pkcs1.length || last !== sequence.length) throw new TypeError('not an RSA key');
  const n = positive(modulus);
  const spki = wrap(0x30, [...RSA_ENCRYPTION, ...wrap(0x03, [0, ...pkcs1])]);
  return {
    pkcs1,
    spki: Uint8Array.from(spki),
    modulusLength: n.toString(2).length,
    publicExponent: positive(exponent),
  };
}

/** Reads a SubjectPublicKeyInfo of rsaEncryption; throws for anything else. */
export function readRsaSpki(spki: Uint8Array): RsaKey {
  const [outer] = element(spki, 0, 0x30);
  const head = outer.subarray(0, RSA_ENCRYPTION.length);
  if (RSA_ENCRYPTION.some((byte, at) => head[at] !== byte)) throw new TypeError('not an RSA key');
  const [bits] = element(outer, RSA_ENCRYPTION.length, 0x03);
  if (bits[0] !== 0) throw new TypeError('not an RSA key');
  return readPkcs1(bits.slice(1));
}

/** The content of the element at `at`, which must have this tag, and where the next one starts. */
function element(bytes: Uint8Array, at: number, tag: number): [Uint8Array, number] {
  let length = bytes[at + 1] ?? 0;
  let start = at + 2;
  if (length >= 0x80) {
    const count = length - 0x80;
    length = bytes.subarray(start, start + count).reduce((sum, byte) => sum * 256 + byte, 0);
    start += count;
    if (count < 1 || count > 3 || length < 0x80) throw new TypeError('not DER');
  }
  if (bytes[at] !== tag || start + length > bytes.length) throw new TypeError('not DER');
  return [bytes.subarray(start, start + length), start + length];
}

function positive(integer: Uint8Array): bigint {
  const first = integer[0] ?? 0x80;
  if (first >= 0x80 || (first === 0 && integer.length > 1 && (integer[1] ?? 0) < 0x80)) {
    throw new TypeError('not a positive number in DER');
  }
  return BigInt(`0x${Array.from(integer, (byte) => byte.toString(16).padStart(2, '0')).join('')}`);
}

function wrap(tag: number, content: readonly number[]): readonly number[] {
  const { length } = content;
  if (length < 0x80) return [tag, length, ...content];
  if (length < 0x100) return [tag, 0x81, length, ...content];
  return [tag, 0x82, length >> 8, length & 0xff, ...content];
}
