import { decodeBase64, encodeBase64 } from '../encoding/base64.js';
import { concatBytes, equalBytes } from '../encoding/bytes.js';
import { VerifyError } from '../errors.js';
import { PKCS8_PREFIX, PrivateKey } from './private-key.js';
import {
  keyKinds,
  p256PublicKey,
  publicKeyFromBytes,
  publicKeyFromPkcs1,
  publicKeyFromSpki,
  publicKeyToSpki,
  SPKI_NULL_PREFIX,
  type KeyKind,
  type PublicKey,
} from './public-key.js';

/** Largest key file read, in UTF-16 units. */
const MAX_TEXT = 8192;
/** Room for the SubjectPublicKeyInfo of an RSA key of 8192 bits. */
const MAX_KEY_BYTES = 1200;
const PRIVATE_PREFIX = 'ed25519-private:';
const PRIVATE_HEADER = '# selfsame private key: whoever reads this file can sign as you';
/** `ed25519:`, `ecdsa-p256:` or `rsa:` and the key's bytes in base64: how policies and key files write a key. */
export function formatPublicKey(key: PublicKey): string {
  return `${key.kind}:${encodeBase64(key.bytes)}`;
}

/** A public key file: the key, then a name for people, on one line. */
export function formatPublicKeyFile(key: PublicKey, name: string): string {
  return `${formatPublicKey(key)} ${name}\n`;
}

/** A private key file: a warning, the private key, the public key to check it against. Keep it at mode 0600. */
export function formatPrivateKeyFile(key: PrivateKey, name: string): string {
  const secret = PRIVATE_PREFIX + encodeBase64(key.exportSeed());
  return `${PRIVATE_HEADER}\n${secret}\n${formatPublicKeyFile(key.publicKey, name)}`;
}

/** SubjectPublicKeyInfo PEM (RFC 7468 §13), as OpenSSL reads it. */
export function publicKeyToPem(key: PublicKey): string {
  return pem('PUBLIC KEY', publicKeyToSpki(key));
}

/** The PEM of an Ed25519 key with a NULL parameter, which rebuilderd's clients require and OpenSSL refuses. */
export function publicKeyToRebuilderdPem(key: PublicKey): string {
  if (key.kind !== 'ed25519') throw new VerifyError('KEY_INVALID', 'the key is not Ed25519');
  return pem('PUBLIC KEY', concatBytes(SPKI_NULL_PREFIX, key.bytes));
}

/** PKCS#8 PEM (RFC 8410), as OpenSSL reads it. Not encrypted. */
export function privateKeyToPem(key: PrivateKey): string {
  return pem('PRIVATE KEY', concatBytes(PKCS8_PREFIX, key.exportSeed()));
}

export interface NamedPublicKey {
  readonly key: PublicKey;
  /** The name written beside the key, undefined where there is none. A note for people, never trusted. */
  readonly name: string | undefined;
}

/**
 * Reads a public key: `<kind>:<base64>` with an optional name, `#` comment lines around it, or one
 * SubjectPublicKeyInfo PEM block. `KEY_INVALID` for anything else, for a private key with a word of
 * warning, and for more than one key.
 */
export function parsePublicKey(text: string): NamedPublicKey {
  const lines = keyLines(text);
  if (lines.some((line) => line.startsWith(PRIVATE_PREFIX) || line.includes('PRIVATE KEY'))) {
    throw new VerifyError('KEY_INVALID', 'this is a private key where a public key is expected');
  }
  if (lines[0]?.startsWith('-----')) {
    return { key: publicKeyFromSpki(parsePem(lines, 'PUBLIC KEY')), name: undefined };
  }
  if (lines.length !== 1) throw new VerifyError('KEY_INVALID', `${lines.length} keys, not one`);
  return parsePublicLine(lines[0] ?? '');
}

export interface NamedPrivateKey {
  readonly key: PrivateKey;
  readonly name: string | undefined;
}

/**
 * Reads a private key file as `formatPrivateKeyFile` writes it (whose public key must belong to the
 * private one), or one unencrypted PKCS#8 PEM block. `KEY_INVALID` for anything else.
 */
export function parsePrivateKey(text: string): NamedPrivateKey {
  const lines = keyLines(text);
  if (lines[0] === '-----BEGIN ENCRYPTED PRIVATE KEY-----') {
    throw new VerifyError('KEY_INVALID', 'the private key is encrypted, which is not read');
  }
  if (lines[0]?.startsWith('-----')) {
    const seed = after(PKCS8_PREFIX, parsePem(lines, 'PRIVATE KEY'));
    if (seed === undefined) {
      throw new VerifyError('KEY_INVALID', 'the PEM block is not an Ed25519 private key');
    }
    return { key: new PrivateKey(seed), name: undefined };
  }
  const [secret, shown, ...rest] = lines;
  if (!secret?.startsWith(PRIVATE_PREFIX) || rest.length > 0) {
    throw new VerifyError('KEY_INVALID', 'the text is not a private key file');
  }
  const key = new PrivateKey(decode(secret.slice(PRIVATE_PREFIX.length), 32));
  if (shown === undefined) return { key, name: undefined };
  const named = parsePublicLine(shown);
  if (named.key.id !== key.publicKey.id) {
    throw new VerifyError('KEY_INVALID', 'the private and the public key are not of one pair');
  }
  return { key, name: named.name };
}

function parsePublicLine(line: string): NamedPublicKey {
  const found = /^([a-z0-9-]+):(\S+)(?: (\S.{0,255}))?$/u.exec(line);
  const kind = keyKinds.find((known) => known === found?.[1]);
  if (found === null || kind === undefined) {
    throw new VerifyError('KEY_INVALID', 'the text is not a key like "ed25519:<base64>"');
  }
  return { key: readers[kind](decode(found[2] ?? '', MAX_KEY_BYTES)), name: found[3] };
}

const readers: Readonly<Record<KeyKind, (bytes: Uint8Array) => PublicKey>> = {
  ed25519: publicKeyFromBytes,
  'ecdsa-p256': p256PublicKey,
  rsa: publicKeyFromPkcs1,
};

function decode(base64: string, maxBytes: number): Uint8Array {
  try {
    return decodeBase64(base64, maxBytes);
  } catch {
    throw new VerifyError('KEY_INVALID', `the key is not base64 of at most ${maxBytes} bytes`);
  }
}

function keyLines(text: string): readonly string[] {
  if (text.length > MAX_TEXT) throw new VerifyError('KEY_INVALID', 'the key file is too large');
  return text
    .split(/\r?\n/)
    .map((line) => line.trim())
    .filter((line) => line !== '' && !line.startsWith('#'));
}

function parsePem(lines: readonly string[], label: string): Uint8Array {
  const [begin, ...body] = lines;
  const end = body.pop();
  if (begin !== `-----BEGIN ${label}-----` || end !== `-----END ${label}-----`) {
    throw new VerifyError('KEY_INVALID', `the text is not one PEM block of a ${label}`);
  }
  return decode(body.join(''), MAX_KEY_BYTES);
}

function after(prefix: Uint8Array, der: Uint8Array): Uint8Array | undefined {
  return equalBytes(der.subarray(0, prefix.length), prefix)
    ? der.subarray(prefix.length)
    : undefined;
}

function pem(label: string, der: Uint8Array): string {
  return `-----BEGIN ${label}-----\n${encodeBase64(der)}\n-----END ${label}-----\n`;
}
