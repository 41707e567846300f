import { createHash, createPublicKey, verify as verifyBytes } from 'node:crypto';
import type { JsonWebKey, KeyObject } from 'node:crypto';
import { config, enums } from 'openpgp';
import type { AnyKeyPacket, SignaturePacket } from 'openpgp';

/** Nothing is refused by the library for its age or kind: that is judged in one place, the same for all. */
export const lenient = {
  ...config,
  rejectHashAlgorithms: new Set<enums.hash>(),
  rejectMessageHashAlgorithms: new Set<enums.hash>(),
};

/** `unsupported`: of a kind that can not be checked here, which is no word on the signature. */
export type BytesResult = 'good' | 'wrong' | 'unsupported';

/** The library's own words for bytes that do not fit. */
const wrong = /did not match|verification failed|not issued by|does not match/;

/**
 * Whether the signature is by this key over this data: mathematics only, at no time and by no policy.
 * @param data a packet for documents; for certificates what the library wants of each type
 */
export async function checkBytes(
  packet: SignaturePacket,
  key: AnyKeyPacket,
  type: enums.signature,
  data: object,
  options: { readonly detached: boolean } = { detached: false },
): Promise<BytesResult> {
  try {
    const known = kindOf(key);
    if (known !== undefined)
      return await checkHere(packet, key, type, data, options.detached, known);
    // At its own time, so that the library leaves alone whether it has expired.
    const at = packet.created ?? new Date(0);
    await packet.verify(key, type, data, at, options.detached, lenient);
    return 'good';
  } catch (error) {
    return error instanceof Error && wrong.test(error.message) ? 'wrong' : 'unsupported';
  }
}

/** What the library has of a signature and a key but does not declare. */
interface Insides {
  toHash(type: enums.signature, data: object, detached: boolean): Uint8Array;
  readonly params: Promise<{ readonly r: Uint8Array; readonly s: Uint8Array }>;
  readonly publicParams: {
    readonly Q: Uint8Array;
    readonly n: Uint8Array;
    readonly e: Uint8Array;
  };
  /** First two bytes of the digest. */
  readonly signedHashValue: Uint8Array;
  readonly revocationKeyClass: number | null;
}

const nodeHashes: ReadonlyMap<number, string> = new Map([
  [2, 'sha1'],
  [8, 'sha256'],
  [9, 'sha384'],
  [10, 'sha512'],
  [11, 'sha224'],
  [12, 'sha3-256'],
  [14, 'sha3-512'],
]);

const rsaAlgorithms: ReadonlySet<number> = new Set([
  enums.publicKey.rsaEncryptSign,
  enums.publicKey.rsaSign,
]);

/**
 * What the library checks beside the mathematics, for signatures that it does not check itself. Undefined: nothing is
 * wrong with it.
 */
function outerProblem(packet: SignaturePacket, key: AnyKeyPacket): BytesResult | undefined {
  if (!packet.issuerKeyID.equals(key.getKeyID()) || packet.publicKeyAlgorithm !== key.algorithm) {
    return 'wrong';
  }
  const isUnknown =
    packet.unknownSubpackets.some(({ critical }) => critical) ||
    packet.rawNotations.some(({ critical }) => critical) ||
    (packet as unknown as Insides).revocationKeyClass !== null;
  return isUnknown || !nodeHashes.has(packet.hashAlgorithm ?? 0) ? 'unsupported' : undefined;
}

/** Keys as Node.js reads them: reading one takes longer than checking a signature. */
const nodeKeys = new WeakMap<AnyKeyPacket, KeyObject>();

function nodeKey(key: AnyKeyPacket, kind: Kind): KeyObject | undefined {
  const known = nodeKeys.get(key);
  if (known !== undefined) return known;
  const jwk = kind.jwk((key as unknown as Insides).publicParams);
  if (jwk === undefined) return undefined;
  const read = createPublicKey({ format: 'jwk', key: jwk });
  nodeKeys.set(key, read);
  return read;
}

/** A kind of signature that node:crypto checks itself, from the numbers in the packets. */
interface Kind {
  jwk(numbers: Insides['publicParams']): JsonWebKey | undefined;
  check(
    signed: { readonly message: Uint8Array; readonly digest: Buffer; readonly hash: string },
    numbers: Awaited<Insides['params']>,
    key: KeyObject,
  ): boolean;
}

/** Over the digest (draft-koch-eddsa-for-openpgp-04); the point is written after a byte 0x40. */
const ed25519: Kind = {
  jwk: ({ Q: point }) =>
    point.length === 33 && point[0] === 0x40
      ? { kty: 'OKP', crv: 'Ed25519', x: base64Url(point.subarray(1)) }
      : undefined,
  check: ({ digest }, { r, s }, key) => verifyBytes(null, digest, key, fixedWidth(r, s)),
};

/** As the library does it, but with a key that is read once, and without a thread for each signature: a third of the time. */
const rsa: Kind = {
  jwk: ({ n, e }) => ({ kty: 'RSA', n: base64Url(n), e: base64Url(e) }),
  check({ message, hash }, { s }, key) {
    const width = Math.ceil((key.asymmetricKeyDetails?.modulusLength ?? 0) / 8);
    return verifyBytes(hash, message, key, padded(s, width));
  },
};

/** The library needs a package for this curve that it does not bring along; OpenSSL knows it. */
const secp256k1: Kind = {
  jwk: ({ Q: point }) => ({
    kty: 'EC',
    crv: 'secp256k1',
    x: base64Url(point.subarray(1, 33)),
    y: base64Url(point.subarray(33, 65)),
  }),
  check: ({ message, hash }, { r, s }, key) =>
    verifyBytes(hash, message, { key, dsaEncoding: 'ieee-p1363' }, fixedWidth(r, s)),
};

function kindOf(key: AnyKeyPacket): Kind | undefined {
  if (key.getAlgorithmInfo().curve === enums.curve.secp256k1) return secp256k1;
  if (key.algorithm === enums.publicKey.eddsaLegacy) return ed25519;
  return rsaAlgorithms.has(key.algorithm) ? rsa : undefined;
}

async function checkHere(
  packet: SignaturePacket,
  key: AnyKeyPacket,
  type: enums.signature,
  data: object,
  detached: boolean,
  kind: Kind,
): Promise<BytesResult> {
  const problem = outerProblem(packet, key);
  if (problem !== undefined) return problem;
  const publicKey = nodeKey(key, kind);
  if (publicKey === undefined) return 'unsupported';
  const hash = nodeHashes.get(packet.hashAlgorithm ?? 0) ?? '';
  const insides = packet as unknown as Insides;
  const message = insides.toHash(type, data, detached);
  const digest = createHash(hash).update(message).digest();
  if (!digest.subarray(0, 2).equals(insides.signedHashValue)) return 'wrong';
  const numbers = await insides.params;
  return kind.check({ message, digest, hash }, numbers, publicKey) ? 'good' : 'wrong';
}

function fixedWidth(r: Uint8Array, s: Uint8Array): Buffer {
  return Buffer.concat([padded(r, 32), padded(s, 32)]);
}

function base64Url(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString('base64url');
}

function padded(number: Uint8Array, width: number): Buffer {
  return Buffer.concat([Buffer.alloc(Math.max(0, width - number.length)), number]);
}
