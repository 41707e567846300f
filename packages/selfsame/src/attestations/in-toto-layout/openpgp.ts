import { createHash } from 'node:crypto';
import {
  ByteReader,
  decodeHex,
  encodeHex,
  publicKeyFromBytes,
  rsaNumbers,
  rsaPublicKey,
  VerifyError,
  verifySignature,
  type PublicKey,
} from '@selfsame/verify';

// As much of OpenPGP (RFC 4880; EdDSA: draft-koch-eddsa-for-openpgp-04) as in-toto's signature objects need: binary
// version 4 signatures with SHA-256 by RSA or Ed25519 keys, and version 4 key packets. Certificates are
// not judged here: nothing says whose a key is, whether a subkey belongs to it, or whether it was revoked.

const MAX_BYTES = 1024 * 1024;
const ALGORITHMS: ReadonlyMap<number, PublicKey['kind']> = new Map([
  [1, 'rsa'], // §9.1
  [3, 'rsa'],
  [22, 'ed25519'],
]);
const SHA256 = 8; // §9.4
/** Curve OID 1.3.6.1.4.1.11591.15.1 with its length, as in key packets. */
const ED25519_OID = decodeHex('092b06010401da470f01', 10);

/** A version 4 signature: what in-toto keeps of it. */
export interface OpenPgpSignature {
  /** Fingerprint of the key that made it (subpacket 33), 40 hexadecimal digits, if the signature says so. */
  readonly fingerprint: string | undefined;
  /** When its maker says it was made, in seconds since 1970. */
  readonly created: number | undefined;
  /** The packet from its version to the end of the hashed subpackets. */
  readonly headers: Uint8Array;
  /** RSA: the number; Ed25519: R and S, 32 bytes each. */
  readonly value: Uint8Array;
}

/** One key packet: a fact about bytes, not about a person. */
export interface OpenPgpKeyPacket {
  /** 40 lower-case hexadecimal digits (§12.2). */
  readonly fingerprint: string;
  readonly isSubkey: boolean;
  /** Seconds since 1970. */
  readonly created: number;
  readonly key: PublicKey;
}

/**
 * True when the signature is by `key` over `content`: a binary document signature with SHA-256, whose digest
 * is over content, headers, and `04 ff` with the length of the headers (§5.2.4). Throws
 * `SIGNATURE_FORMAT` for headers of another kind.
 */
export function verifyOpenPgp(
  key: PublicKey,
  content: Uint8Array,
  signature: Pick<OpenPgpSignature, 'headers' | 'value'>,
): boolean {
  const { kind } = parseHeaders(signature.headers);
  if (kind !== key.kind) return false;
  const trailer = Buffer.from([4, 0xff, 0, 0, 0, 0]);
  trailer.writeUInt32BE(signature.headers.length, 2);
  const message = Buffer.concat([content, signature.headers, trailer]);
  if (kind === 'rsa') {
    const short = rsaNumbers(key).modulus.length - signature.value.length;
    // Numbers are written without leading zeros.
    const value = Buffer.concat([new Uint8Array(Math.max(0, short)), signature.value]);
    return verifySignature(key, message, value, 'rsa-pkcs1-sha256');
  }
  // EdDSA signs the digest as if it were the message.
  return verifySignature(key, createHash('sha256').update(message).digest(), signature.value);
}

/** Reads the fingerprint and time that signature headers claim. Throws `SIGNATURE_FORMAT`. */
export function parseHeaders(headers: Uint8Array): {
  readonly kind: PublicKey['kind'];
  readonly fingerprint: string | undefined;
  readonly created: number | undefined;
} {
  const read = new ByteReader(headers, 'SIGNATURE_FORMAT');
  const [version, type, algorithm, hash] = [read.uint(1), read.uint(1), read.uint(1), read.uint(1)];
  const kind = ALGORITHMS.get(algorithm);
  if (version !== 4 || type !== 0 || kind === undefined || hash !== SHA256) {
    throw new VerifyError(
      'SIGNATURE_FORMAT',
      'not a version 4 binary signature with SHA-256 by an RSA or Ed25519 key',
    );
  }
  const subpackets = new ByteReader(read.sized(2), 'SIGNATURE_FORMAT');
  read.end();
  let fingerprint: string | undefined;
  let created: number | undefined;
  while (subpackets.left > 0) {
    const body = new ByteReader(subpackets.take(packetLength(subpackets)), 'SIGNATURE_FORMAT');
    const kindOfSubpacket = body.uint(1);
    if (kindOfSubpacket === 2) created = body.uint(4);
    else if (kindOfSubpacket === 33 && body.uint(1) === 4) fingerprint = encodeHex(body.take(20));
    // Critical subpackets (§5.2.3.1) must be understood or the signature not be believed.
    else if ((kindOfSubpacket & 0x80) !== 0) {
      throw new VerifyError('SIGNATURE_FORMAT', 'a critical subpacket is not known');
    }
  }
  return { kind, fingerprint, created };
}

/** Reads one detached binary signature, as `gpg --detach-sign --digest-algo SHA256` writes it. */
export function parseOpenPgpSignature(bytes: Uint8Array): OpenPgpSignature {
  const [packet, ...rest] = readPackets(bytes);
  if (packet?.tag !== 2 || rest.length > 0) {
    throw new VerifyError('SIGNATURE_FORMAT', 'not exactly one OpenPGP signature');
  }
  const read = new ByteReader(packet.body, 'SIGNATURE_FORMAT');
  const start = read.take(6);
  const more = read.take(((start[4] ?? 0) << 8) | (start[5] ?? 0));
  const headers = new Uint8Array(Buffer.concat([start, more]));
  const { kind, fingerprint, created } = parseHeaders(headers);
  read.sized(2); // Subpackets that are not signed.
  read.take(2); // The first bits of the digest.
  const numbers =
    kind === 'rsa' ? [readNumber(read)] : [readNumber(read, 32), readNumber(read, 32)];
  read.end();
  return { fingerprint, created, headers, value: new Uint8Array(Buffer.concat(numbers)) };
}

/** Reads the version 4 RSA and Ed25519 key packets of an exported key; other packets are passed over. */
export function parseOpenPgpKeys(bytes: Uint8Array): readonly OpenPgpKeyPacket[] {
  return readPackets(bytes).flatMap(({ tag, body }) => {
    const isSubkey = tag === 14;
    if ((tag !== 6 && !isSubkey) || body[0] !== 4) return [];
    const read = new ByteReader(body.subarray(1), 'KEY_INVALID');
    const created = read.uint(4);
    const kind = ALGORITHMS.get(read.uint(1));
    let key: PublicKey;
    if (kind === 'rsa') {
      const modulus = readNumber(read);
      key = rsaPublicKey(modulus, readNumber(read));
    } else if (kind === 'ed25519') {
      if (Buffer.compare(read.take(10), ED25519_OID) !== 0) return [];
      // A point is written as 0x40 and its 32 bytes.
      key = publicKeyFromBytes(readNumber(read).subarray(1));
    } else {
      return [];
    }
    const head = Uint8Array.of(0x99, body.length >> 8, body.length & 0xff);
    const fingerprint = createHash('sha1').update(head).update(body).digest('hex');
    return [{ fingerprint, isSubkey, created, key }];
  });
}

function readPackets(bytes: Uint8Array): { readonly tag: number; readonly body: Uint8Array }[] {
  if (bytes.length > MAX_BYTES) throw new VerifyError('LIMIT_EXCEEDED', 'too much OpenPGP data');
  const read = new ByteReader(bytes, 'SIGNATURE_FORMAT');
  const packets = [];
  while (read.left > 0) {
    const head = read.uint(1);
    const isNew = (head & 0xc0) === 0xc0;
    const lengthType = head & 3;
    if ((head & 0x80) === 0 || (!isNew && lengthType === 3)) {
      throw new VerifyError('SIGNATURE_FORMAT', 'not OpenPGP packets');
    }
    const length = isNew ? packetLength(read) : read.uint([1, 2, 4][lengthType] ?? 1);
    packets.push({ tag: isNew ? head & 0x3f : (head >> 2) & 0xf, body: read.take(length) });
  }
  return packets;
}

/** A length of §4.2.2 or §5.2.3.1, never a partial one. */
function packetLength(read: ByteReader): number {
  const first = read.uint(1);
  if (first < 192) return first;
  if (first === 255) return read.uint(4);
  if (first > 223) throw new VerifyError('SIGNATURE_FORMAT', 'a partial length');
  return (first - 192) * 256 + read.uint(1) + 192;
}

/** A multiprecision integer (§3.2), with zeros before it up to `width` bytes. */
function readNumber(read: ByteReader, width = 0): Uint8Array {
  const number = read.take(Math.ceil(read.uint(2) / 8));
  return Buffer.concat([new Uint8Array(Math.max(0, width - number.length)), number]);
}
