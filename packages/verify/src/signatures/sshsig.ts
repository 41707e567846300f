import { createHash } from 'node:crypto';
import { decodeStandardBase64 } from '../encoding/base64.js';
import { concatBytes } from '../encoding/bytes.js';
import { ByteReader } from '../encoding/reader.js';
import { VerifyError } from '../errors.js';
import {
  p256PublicKey,
  publicKeyFromBytes,
  rsaPublicKey,
  verifySignature,
  type PublicKey,
  type SignatureScheme,
} from '../keys/public-key.js';

// OpenSSH's PROTOCOL.sshsig; key and signature formats: RFC 4253 §6.6, RFC 5656 §3.1, RFC 8332 §3,
// RFC 8709 and, for security keys, PROTOCOL.u2f.

const MAGIC = 'SSHSIG';
const BEGIN = '-----BEGIN SSH SIGNATURE-----';
const END = '-----END SSH SIGNATURE-----';
const MAX_BYTES = 16_384;

interface SshKey {
  readonly type: string;
  readonly key: PublicKey;
  /** For keys on a security token: what they were made for. */
  readonly application: string | undefined;
}

/** A line as in `id_ed25519.pub` or after the options of `authorized_keys`. Throws `KEY_INVALID`. */
export function parseSshPublicKey(line: string): PublicKey {
  const [type, base64 = ''] = line.trim().split(/[ \t]+/);
  const found = parseKey(decodeStandardBase64(base64, { max: MAX_BYTES }), 'KEY_INVALID');
  if (found.type !== type)
    throw new VerifyError('KEY_INVALID', 'the line names another kind of key');
  return found.key;
}

/**
 * Checks an armoured signature over `message` in this namespace, and returns the key that made it: whether
 * that key is trusted is for the caller to say. The namespace keeps signatures for one purpose from being
 * shown for another, so it must be equal, and not empty.
 *
 * Keys on security tokens count when the token says that a person touched it, and when they were made
 * for ssh (application `ssh:…`): otherwise a web page could have had the signature made.
 * SHA-1 (`ssh-rsa`) and certificates are refused. Throws `SIGNATURE_FORMAT` or `SIGNATURE_INVALID`.
 */
export function verifySshSignature(
  armoured: string,
  message: Uint8Array,
  namespace: string,
): PublicKey {
  const blob = new ByteReader(unarmour(armoured), 'SIGNATURE_FORMAT');
  if (Buffer.from(blob.take(6)).toString('latin1') !== MAGIC || blob.uint(4) !== 1) {
    throw new VerifyError('SIGNATURE_FORMAT', 'not an SSH signature of version 1');
  }
  const { type, key, application } = parseKey(blob.sized(4), 'SIGNATURE_FORMAT');
  const signedNamespace = Buffer.from(blob.sized(4));
  blob.sized(4); // Reserved, and to be ignored: it is not part of what is signed here.
  const hash = blob.name(4);
  const signature = new ByteReader(blob.sized(4), 'SIGNATURE_FORMAT');
  blob.end();
  if (namespace === '' || !signedNamespace.equals(Buffer.from(namespace))) {
    throw new VerifyError('SIGNATURE_INVALID', 'the SSH signature was made for another purpose');
  }
  const scheme = schemes.get(`${type} ${signature.name(4)}`);
  if (scheme === undefined)
    throw new VerifyError('SIGNATURE_FORMAT', 'the kinds of key and signature do not fit');
  const value = signature.sized(4);
  let signed = signedData(namespace, hash, message);
  if (application !== undefined) {
    const proof = signature.take(5); // Flags, then a counter of 4 bytes.
    if (((proof[0] ?? 0) & 1) === 0) {
      throw new VerifyError('SIGNATURE_INVALID', 'nobody touched the security key');
    }
    signed = concatBytes(
      digest('sha256', Buffer.from(application)),
      proof,
      digest('sha256', signed),
    );
  }
  signature.end();
  const bytes = key.kind === 'ecdsa-p256' ? rawEcdsa(value) : value;
  if (!verifySignature(key, signed, bytes, scheme)) {
    throw new VerifyError('SIGNATURE_INVALID', 'the SSH signature is not over these bytes');
  }
  return key;
}

const schemes: ReadonlyMap<string, SignatureScheme> = new Map([
  ['ssh-ed25519 ssh-ed25519', 'ed25519'],
  ['ssh-rsa rsa-sha2-256', 'rsa-pkcs1-sha256'],
  ['ssh-rsa rsa-sha2-512', 'rsa-pkcs1-sha512'],
  ['ecdsa-sha2-nistp256 ecdsa-sha2-nistp256', 'ecdsa-p256-sha256-raw'],
  ['sk-ssh-ed25519@openssh.com sk-ssh-ed25519@openssh.com', 'ed25519'],
  [
    'sk-ecdsa-sha2-nistp256@openssh.com sk-ecdsa-sha2-nistp256@openssh.com',
    'ecdsa-p256-sha256-raw',
  ],
]);

function parseKey(blob: Uint8Array, code: 'KEY_INVALID' | 'SIGNATURE_FORMAT'): SshKey {
  const read = new ByteReader(blob, code);
  const type = read.name(4);
  const isToken = type.startsWith('sk-');
  let key: PublicKey;
  if (type === 'ssh-ed25519' || type === 'sk-ssh-ed25519@openssh.com') {
    key = publicKeyFromBytes(read.sized(4));
  } else if (type === 'ecdsa-sha2-nistp256' || type === 'sk-ecdsa-sha2-nistp256@openssh.com') {
    if (read.name(4) !== 'nistp256') throw new VerifyError(code, 'the curve is not nistp256');
    key = p256PublicKey(read.sized(4));
  } else if (type === 'ssh-rsa') {
    const exponent = read.sized(4);
    key = rsaPublicKey(read.sized(4), exponent);
  } else {
    throw new VerifyError(code, 'this kind of SSH key is not read');
  }
  const application = isToken ? read.name(4) : undefined;
  if (application !== undefined && !/^ssh:/.test(application)) {
    throw new VerifyError(code, 'the security key was not made for ssh');
  }
  read.end();
  return { type, key, application };
}

function signedData(namespace: string, hash: string, message: Uint8Array): Uint8Array {
  if (hash !== 'sha256' && hash !== 'sha512') {
    throw new VerifyError('SIGNATURE_FORMAT', 'the hash is neither sha256 nor sha512');
  }
  return concatBytes(
    Buffer.from(MAGIC),
    string(namespace),
    string(''),
    string(hash),
    string(digest(hash, message)),
  );
}

/** 64 bytes from the two numbers of RFC 5656 §3.1.2. */
function rawEcdsa(value: Uint8Array): Uint8Array {
  const read = new ByteReader(value, 'SIGNATURE_FORMAT');
  const numbers = [read.sized(4), read.sized(4)].map((number) => {
    const bytes = number[0] === 0 ? number.subarray(1) : number;
    if (bytes.length > 32) throw new VerifyError('SIGNATURE_FORMAT', 'a number is too long');
    return concatBytes(new Uint8Array(32 - bytes.length), bytes);
  });
  read.end();
  return concatBytes(...numbers);
}

function unarmour(text: string): Uint8Array {
  const lines = text.length > 2 * MAX_BYTES ? [] : text.replace(/\r?\n$/, '').split(/\r?\n/);
  const [begin, end] = [lines.shift(), lines.pop()];
  if (begin !== BEGIN || end !== END) {
    throw new VerifyError('SIGNATURE_FORMAT', 'the text is not one armoured SSH signature');
  }
  return decodeStandardBase64(lines.join(''), { max: MAX_BYTES });
}

function digest(hash: 'sha256' | 'sha512', data: Uint8Array): Uint8Array {
  return new Uint8Array(createHash(hash).update(data).digest());
}

function string(value: string | Uint8Array): Uint8Array {
  const bytes = Buffer.from(value);
  const length = Buffer.alloc(4);
  length.writeUInt32BE(bytes.length);
  return concatBytes(length, bytes);
}
