import { createPublicKey, verify as verifyBytes } from 'node:crypto';
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
    if (key.getAlgorithmInfo().curve === enums.curve.secp256k1) {
      return await checkSecp256k1(packet, key, type, data, options.detached);
    }
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
  readonly publicParams: { readonly Q: Uint8Array };
}

const nodeHashes: ReadonlyMap<number, string> = new Map([
  [2, 'sha1'],
  [8, 'sha256'],
  [9, 'sha384'],
  [10, 'sha512'],
]);

/** The library needs a package for this curve that it does not bring along; OpenSSL knows it. */
async function checkSecp256k1(
  packet: SignaturePacket,
  key: AnyKeyPacket,
  type: enums.signature,
  data: object,
  detached: boolean,
): Promise<BytesResult> {
  if (!packet.issuerKeyID.equals(key.getKeyID()) || packet.publicKeyAlgorithm !== key.algorithm) {
    return 'wrong';
  }
  const hash = nodeHashes.get(packet.hashAlgorithm ?? 0);
  if (hash === undefined || packet.unknownSubpackets.some(({ critical }) => critical)) {
    return 'unsupported';
  }
  const point = (key as unknown as Insides).publicParams.Q;
  const { r, s } = await (packet as unknown as Insides).params;
  const number = (bytes: Uint8Array) => Buffer.from(bytes).toString('base64url');
  const publicKey = createPublicKey({
    format: 'jwk',
    key: {
      kty: 'EC',
      crv: 'secp256k1',
      x: number(point.subarray(1, 33)),
      y: number(point.subarray(33, 65)),
    },
  });
  const message = (packet as unknown as Insides).toHash(type, data, detached);
  const signature = Buffer.concat([padded(r), padded(s)]);
  const good = verifyBytes(hash, message, { key: publicKey, dsaEncoding: 'ieee-p1363' }, signature);
  return good ? 'good' : 'wrong';
}

function padded(number: Uint8Array): Buffer {
  return Buffer.concat([Buffer.alloc(Math.max(0, 32 - number.length)), number]);
}
