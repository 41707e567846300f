import { createHash } from 'node:crypto';
import type { InTotoSignature } from '@selfsame/verify';

/**
 * The OpenPGP packet that an in-toto signature object was made of (in-toto specification 1.0 §4.2.2, RFC 4880 §5.2.3),
 * so that one place judges all OpenPGP signatures. Undefined where it is not one of RSA or Ed25519.
 * @param payload what was signed
 */
export function openPgpPacket(
  { keyId, value, openPgp }: InTotoSignature,
  payload: Uint8Array,
): Buffer | undefined {
  if (openPgp === undefined || !/^[0-9a-f]{40}$/.test(keyId)) return undefined;
  const { headers } = openPgp;
  const hash = hashes.get(headers[3] ?? 0);
  const numbers = numbersOf(headers[2] ?? 0, value);
  if (headers[0] !== 4 || hash === undefined || numbers === undefined) return undefined;
  const trailer = Buffer.alloc(6);
  trailer.writeUInt16BE(0x04ff);
  trailer.writeUInt32BE(headers.length, 2);
  const digest = createHash(hash).update(payload).update(headers).update(trailer).digest();
  // Unsigned subpackets (§5.2.3.5): the key id, which in-toto keeps outside of the packet.
  const issuer = Buffer.from(keyId.slice(-16), 'hex');
  const unsigned = Buffer.concat([Buffer.from([0, 10, 9, 16]), issuer]);
  const body = Buffer.concat([headers, unsigned, digest.subarray(0, 2), ...numbers]);
  const head = Buffer.alloc(6);
  head[0] = 0xc2; // A signature packet, its length in five bytes (§4.2.2).
  head[1] = 0xff;
  head.writeUInt32BE(body.length, 2);
  return Buffer.concat([head, body]);
}

const hashes: ReadonlyMap<number, string> = new Map([
  [8, 'sha256'],
  [9, 'sha384'],
  [10, 'sha512'],
]);

function numbersOf(algorithm: number, value: Uint8Array): readonly Buffer[] | undefined {
  if (algorithm === 1 || algorithm === 3) return [multiprecision(value)];
  if (algorithm !== 22 || value.length !== 64) return undefined;
  return [multiprecision(value.subarray(0, 32)), multiprecision(value.subarray(32))];
}

/** A number with its length in bits (§3.2), without zeros before it. */
function multiprecision(bytes: Uint8Array): Buffer {
  const start = bytes.findIndex((byte) => byte !== 0);
  const number = start < 0 ? Buffer.alloc(0) : Buffer.from(bytes.subarray(start));
  const bits = number.length * 8 - (number.length === 0 ? 0 : Math.clz32(number[0] ?? 0) - 24);
  const length = Buffer.alloc(2);
  length.writeUInt16BE(bits);
  return Buffer.concat([length, number]);
}
