import {
  decodeKey,
  encodeBase64,
  formatPublicKey,
  keyFileLines,
  parseKeyPem,
  parsePublicKey,
  VerifyError,
  type PublicKey,
} from '@selfsame/verify';
import { PKCS8_PREFIX, PrivateKey } from './private-key.js';

/** Most bytes of a PEM block that are read. */
const MAX_DER = 8192;
const PRIVATE_PREFIX = 'ed25519-private:';
const PRIVATE_HEADER = '# selfsame private key: whoever reads this file can sign as you';
/**
 * SubjectPublicKeyInfo of Ed25519 with a NULL parameter before the 32 bytes of the key, against RFC 8410 §3 but
 * written and required by rebuilderd's programs.
 */
const SPKI_NULL_PREFIX = Buffer.from('302c300706032b65700500032100', 'hex');

/** A public key file: the key, then a name for people, on one line. */
export function formatPublicKeyFile(key: PublicKey, name: string): string {
  return `${formatPublicKey(key)} ${name}\n`;
}

/** A private key file: a warning, the private key, the public key to check it against. Keep it at mode 0600. */
export function formatPrivateKeyFile(key: PrivateKey, name: string): string {
  const secret = PRIVATE_PREFIX + encodeBase64(key.exportSeed());
  return `${PRIVATE_HEADER}\n${secret}\n${formatPublicKeyFile(key.publicKey, name)}`;
}

/** The PEM of an Ed25519 key with a NULL parameter, which rebuilderd's clients require and OpenSSL refuses. */
export function publicKeyToRebuilderdPem(key: PublicKey): string {
  if (key.kind !== 'ed25519') throw new VerifyError('KEY_INVALID', 'the key is not Ed25519');
  return pem('PUBLIC KEY', Buffer.concat([SPKI_NULL_PREFIX, key.bytes]));
}

/** PKCS#8 PEM (RFC 8410), as OpenSSL reads it. Not encrypted. */
export function privateKeyToPem(key: PrivateKey): string {
  return pem('PRIVATE KEY', Buffer.concat([PKCS8_PREFIX, key.exportSeed()]));
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
  const lines = keyFileLines(text);
  if (lines[0] === '-----BEGIN ENCRYPTED PRIVATE KEY-----') {
    throw new VerifyError('KEY_INVALID', 'the private key is encrypted, which is not read');
  }
  if (lines[0]?.startsWith('-----')) {
    return { key: new PrivateKey(seedFromPem(lines)), name: undefined };
  }
  const [secret, shown, ...rest] = lines;
  if (!secret?.startsWith(PRIVATE_PREFIX) || rest.length > 0) {
    throw new VerifyError('KEY_INVALID', 'the text is not a private key file');
  }
  const key = new PrivateKey(decodeKey(secret.slice(PRIVATE_PREFIX.length), 32));
  if (shown === undefined) return { key, name: undefined };
  const named = parsePublicKey(shown);
  if (named.key.id !== key.publicKey.id) {
    throw new VerifyError('KEY_INVALID', 'the private and the public key are not of one pair');
  }
  return { key, name: named.name };
}

/** The seed of an Ed25519 key from PrivateKeyInfo in a PEM block (RFC 7468 §10). */
function seedFromPem(lines: readonly string[]): Uint8Array {
  const der = Buffer.from(parseKeyPem(lines, 'PRIVATE KEY', MAX_DER));
  if (!der.subarray(0, PKCS8_PREFIX.length).equals(PKCS8_PREFIX)) {
    throw new VerifyError('KEY_INVALID', 'the PEM block is not an Ed25519 private key');
  }
  return der.subarray(PKCS8_PREFIX.length);
}

function pem(label: string, der: Uint8Array): string {
  return `-----BEGIN ${label}-----\n${encodeBase64(der)}\n-----END ${label}-----\n`;
}
