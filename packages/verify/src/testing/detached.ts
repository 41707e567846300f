import { createHash } from 'node:crypto';
import { encodeBase64 } from '../encoding/base64.js';
import type { MinisignKey } from '../signatures/minisign.js';
import type { TestKey } from './sign.js';

/** For tests: an armoured SSH signature. */
export function signSsh(message: Uint8Array, namespace: string, key: TestKey): string {
  const digest = createHash('sha512').update(message).digest();
  const fields = [namespace, '', 'sha512', digest].map(sshString);
  const signature = key.sign(Buffer.concat([Buffer.from('SSHSIG'), ...fields]));
  const type = sshString('ssh-ed25519');
  const blob = Buffer.concat([
    Buffer.from('SSHSIG\0\0\0\u0001'),
    sshString(Buffer.concat([type, sshString(key.publicKey.bytes)])),
    ...[namespace, '', 'sha512'].map(sshString),
    sshString(Buffer.concat([type, sshString(signature)])),
  ]);
  const lines = encodeBase64(blob).match(/.{1,70}/g) ?? [];
  return `-----BEGIN SSH SIGNATURE-----\n${lines.join('\n')}\n-----END SSH SIGNATURE-----\n`;
}

function sshString(value: string | Uint8Array): Buffer {
  const length = Buffer.alloc(4);
  length.writeUInt32BE(Buffer.from(value).length);
  return Buffer.concat([length, Buffer.from(value)]);
}

/** For tests: a public key file of minisign. */
export function formatMinisignKey({ key, number }: MinisignKey, comment: string): string {
  return commented(comment, 'Ed', number, key.bytes);
}

/** For tests: a prehashed signature of minisign. */
export function signMinisign(
  message: Uint8Array,
  key: TestKey,
  number: Uint8Array,
  trusted: string,
): string {
  const signature = key.sign(createHash('blake2b512').update(message).digest());
  const global = key.sign(Buffer.concat([signature, Buffer.from(trusted)]));
  const head = commented('signature', 'ED', number, signature);
  return `${head}trusted comment: ${trusted}\n${encodeBase64(global)}\n`;
}

/** For tests: a signature of signify. */
export function signSignify(message: Uint8Array, key: TestKey, number: Uint8Array): string {
  return commented('signature', 'Ed', number, key.sign(message));
}

function commented(comment: string, kind: string, number: Uint8Array, data: Uint8Array): string {
  const bytes = Buffer.concat([Buffer.from(kind), number, data]);
  return `untrusted comment: ${comment}\n${encodeBase64(bytes)}\n`;
}
