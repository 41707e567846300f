// What minisign (jedisct1.github.io/minisign, "Signature format", "Public key format") and OpenBSD's signify(1) read.

import { createHash } from 'node:crypto';
import { encodeBase64, VerifyError, type MinisignKey } from '@selfsame/verify';
import type { PrivateKey } from './private-key.js';

const COMMENT = 'untrusted comment: ';
const TRUSTED = 'trusted comment: ';
/** Ed25519 over the message. */
const PURE = 'Ed';
/** Ed25519 over the BLAKE2b-512 of the message. */
const PREHASHED = 'ED';

/** A public key file of minisign or signify. */
export function formatMinisignKey({ key, number }: MinisignKey, comment: string): string {
  const bytes = Buffer.concat([Buffer.from(PURE), checkNumber(number), key.bytes]);
  return `${COMMENT}${oneLine(comment)}\n${encodeBase64(bytes)}\n`;
}

/** A `.minisig` file, prehashed, that `minisign -V` accepts. */
export function signMinisign(
  message: Uint8Array,
  key: PrivateKey,
  number: Uint8Array,
  trustedComment: string,
): string {
  const signature = key.sign(createHash('blake2b512').update(message).digest());
  const global = key.sign(Buffer.concat([signature, Buffer.from(oneLine(trustedComment))]));
  const bytes = Buffer.concat([Buffer.from(PREHASHED), checkNumber(number), signature]);
  const head = `${COMMENT}signed with selfsame\n${encodeBase64(bytes)}\n`;
  return `${head}${TRUSTED}${trustedComment}\n${encodeBase64(global)}\n`;
}

/** A `.sig` file that `signify -V` accepts. */
export function signSignify(message: Uint8Array, key: PrivateKey, number: Uint8Array): string {
  const bytes = Buffer.concat([Buffer.from(PURE), checkNumber(number), key.sign(message)]);
  return `${COMMENT}signed with selfsame\n${encodeBase64(bytes)}\n`;
}

function checkNumber(number: Uint8Array): Uint8Array {
  if (number.length !== 8) throw new VerifyError('KEY_INVALID', 'a key number has 8 bytes');
  return number;
}

function oneLine(comment: string): string {
  if (!/^[^\p{Cc}]{0,1024}$/u.test(comment)) {
    throw new VerifyError('SIGNATURE_FORMAT', 'a comment is one line of at most 1024 characters');
  }
  return comment;
}
