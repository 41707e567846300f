import { decodeBase64, encodeBase64 } from '../encoding/base64.js';
import { VerifyError } from '../errors.js';
import {
  keyKinds,
  p256PublicKey,
  publicKeyFromBytes,
  publicKeyFromPkcs1,
  publicKeyFromSpki,
  publicKeyToSpki,
  type KeyKind,
  type PublicKey,
} from './public-key.js';

/** Largest key file read, in UTF-16 units. */
const MAX_TEXT = 8192;
/** Room for the SubjectPublicKeyInfo of an RSA key of 8192 bits. */
const MAX_KEY_BYTES = 1200;
/** How the line of a private key begins. */
const PRIVATE_PREFIX = 'ed25519-private:';

/** `ed25519:`, `ecdsa-p256:` or `rsa:` and the key's bytes in base64: how policies and key files write a key. */
export function formatPublicKey(key: PublicKey): string {
  return `${key.kind}:${encodeBase64(key.bytes)}`;
}

/** SubjectPublicKeyInfo PEM (RFC 7468 §13), as OpenSSL reads it. */
export function publicKeyToPem(key: PublicKey): string {
  const der = encodeBase64(publicKeyToSpki(key));
  return `-----BEGIN PUBLIC KEY-----\n${der}\n-----END PUBLIC KEY-----\n`;
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
  const lines = keyFileLines(text);
  if (lines.some((line) => line.startsWith(PRIVATE_PREFIX) || line.includes('PRIVATE KEY'))) {
    throw new VerifyError('KEY_INVALID', 'this is a private key where a public key is expected');
  }
  if (lines[0]?.startsWith('-----')) {
    return {
      key: publicKeyFromSpki(parseKeyPem(lines, 'PUBLIC KEY', MAX_KEY_BYTES)),
      name: undefined,
    };
  }
  if (lines.length !== 1) throw new VerifyError('KEY_INVALID', `${lines.length} keys, not one`);
  return parsePublicLine(lines[0] ?? '');
}

function parsePublicLine(line: string): NamedPublicKey {
  const found = /^([a-z0-9-]+):(\S+)(?: (\S.{0,255}))?$/u.exec(line);
  const kind = keyKinds.find((known) => known === found?.[1]);
  if (found === null || kind === undefined) {
    throw new VerifyError('KEY_INVALID', 'the text is not a key like "ed25519:<base64>"');
  }
  return { key: readers[kind](decodeKey(found[2] ?? '', MAX_KEY_BYTES)), name: found[3] };
}

const readers: Readonly<Record<KeyKind, (bytes: Uint8Array) => PublicKey>> = {
  ed25519: publicKeyFromBytes,
  'ecdsa-p256': p256PublicKey,
  rsa: publicKeyFromPkcs1,
};

/** The bytes of a key, or `KEY_INVALID`. */
export function decodeKey(base64: string, maxBytes: number): Uint8Array {
  try {
    return decodeBase64(base64, maxBytes);
  } catch {
    throw new VerifyError('KEY_INVALID', `the key is not base64 of at most ${maxBytes} bytes`);
  }
}

/** The lines of a key file without blanks around them, empty ones and comments. `KEY_INVALID` where it is too large. */
export function keyFileLines(text: string): readonly string[] {
  if (text.length > MAX_TEXT) throw new VerifyError('KEY_INVALID', 'the key file is too large');
  return text
    .split(/\r?\n/)
    .map((line) => line.trim())
    .filter((line) => line !== '' && !line.startsWith('#'));
}

/** What is in lines that are one PEM block with this label (RFC 7468), or `KEY_INVALID`. */
export function parseKeyPem(lines: readonly string[], label: string, maxBytes: number): Uint8Array {
  const [begin, ...body] = lines;
  const end = body.pop();
  if (begin !== `-----BEGIN ${label}-----` || end !== `-----END ${label}-----`) {
    throw new VerifyError('KEY_INVALID', `the text is not one PEM block of a ${label}`);
  }
  return decodeKey(body.join(''), maxBytes);
}
