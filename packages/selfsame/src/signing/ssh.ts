// Specification: OpenSSH's PROTOCOL.sshsig; the form of key and signature: RFC 8709.

import { createHash } from 'node:crypto';
import { encodeBase64 } from '@selfsame/verify';
import type { PrivateKey } from './private-key.js';

/** An armoured signature that `ssh-keygen -Y verify -n NAMESPACE` accepts. The same input gives the same text. */
export function signSsh(message: Uint8Array, namespace: string, key: PrivateKey): string {
  const type = string('ssh-ed25519');
  const signature = key.sign(signedData(namespace, message));
  const blob = Buffer.concat([
    Buffer.from(`SSHSIG\0\0\0\u0001`),
    string(Buffer.concat([type, string(key.publicKey.bytes)])),
    string(namespace),
    string(''),
    string('sha512'),
    string(Buffer.concat([type, string(signature)])),
  ]);
  const lines = encodeBase64(blob).match(/.{1,70}/g) ?? [];
  return ['-----BEGIN SSH SIGNATURE-----', ...lines, '-----END SSH SIGNATURE-----', ''].join('\n');
}

/** What is signed: not the message, but its digest and what it is for. */
function signedData(namespace: string, message: Uint8Array): Buffer {
  const digest = createHash('sha512').update(message).digest();
  const fields = [namespace, '', 'sha512', digest].map(string);
  return Buffer.concat([Buffer.from('SSHSIG'), ...fields]);
}

function string(value: string | Uint8Array): Buffer {
  const bytes = Buffer.from(value);
  const length = Buffer.alloc(4);
  length.writeUInt32BE(bytes.length);
  return Buffer.concat([length, bytes]);
}
