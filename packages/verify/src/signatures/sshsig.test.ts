import { createHash, generateKeyPairSync, sign } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { encodeBase64 } from '../encoding/base64.js';
import { concatBytes } from '../encoding/bytes.js';
import { publicKeyFromSpki, rsaNumbers } from '../keys/public-key.js';
import { codeOf } from '../testing/codes.js';
import { signSsh } from '../testing/detached.js';
import { newPair } from '../testing/in-toto.js';
import { testKey } from '../testing/sign.js';
import { parseSshPublicKey, verifySshSignature } from './sshsig.js';

const message = Buffer.from('a message\n');
const alice = testKey('alice');
const field = (value: string | Uint8Array) => {
  const bytes = Buffer.from(value);
  const length = Buffer.alloc(4);
  length.writeUInt32BE(bytes.length);
  return concatBytes(length, bytes);
};
const digest = createHash('sha512').update(message).digest();
const signed = concatBytes(
  Buffer.from('SSHSIG'),
  ...['file', '', 'sha512', digest].map((value) => field(value)),
);

/** An armoured signature by a key of any shape, with more behind it if wanted. */
function armoured(key: Uint8Array, signature: Uint8Array, more = new Uint8Array()): string {
  const head = concatBytes(Buffer.from('SSHSIG'), Uint8Array.of(0, 0, 0, 1));
  const fields = [key, 'file', '', 'sha512', signature].map((value) => field(value));
  const text = encodeBase64(concatBytes(head, ...fields, more));
  return `-----BEGIN SSH SIGNATURE-----\n${text}\n-----END SSH SIGNATURE-----\n`;
}
const verifyCode = (text: string) => codeOf(() => verifySshSignature(text, message, 'file'));

const ed25519Blob = concatBytes(field('ssh-ed25519'), field(alice.publicKey.bytes));
const ed25519Signature = concatBytes(field('ssh-ed25519'), field(alice.sign(signed)));

describe('SSH keys', () => {
  const p256 = newPair('ecdsa-p256').publicKey;
  const rsa = rsaNumbers(newPair('rsa').publicKey);
  const contents = {
    ed25519: field(alice.publicKey.bytes),
    ecdsa: concatBytes(field('nistp256'), field(p256.bytes)),
    rsa: concatBytes(field(rsa.exponent), field(rsa.modulus)),
  };
  const line = (type: string, content: Uint8Array, named = type) =>
    `${named} ${encodeBase64(concatBytes(field(type), content))} a comment`;

  it.each([
    ['ssh-ed25519', contents.ed25519],
    ['ecdsa-sha2-nistp256', contents.ecdsa],
    ['ssh-rsa', contents.rsa],
    ['sk-ssh-ed25519@openssh.com', concatBytes(contents.ed25519, field('ssh:'))],
    ['sk-ecdsa-sha2-nistp256@openssh.com', concatBytes(contents.ecdsa, field('ssh:'))],
  ])('of type %s are read', (type, content) => {
    expect(codeOf(() => parseSshPublicKey(line(type, content)))).toBe('accepted');
    const longer = concatBytes(content, Uint8Array.of(0));
    expect(codeOf(() => parseSshPublicKey(line(type, longer)))).toBe('KEY_INVALID');
    expect(codeOf(() => parseSshPublicKey(line(type, content, 'ssh-dss')))).toBe('KEY_INVALID');
  });

  it.each([
    ['ssh-dss', contents.rsa],
    ['ssh-ed25519@openssh.com', contents.ed25519],
    ['xecdsa-sha2-nistp256', contents.ecdsa],
    ['ecdsa-sha2-nistp256x', contents.ecdsa],
    ['ecdsa-sha2-nistp256@openssh.com', contents.ecdsa],
    ['sk-ecdsa-sha2-nistp256', concatBytes(contents.ecdsa, field('ssh:'))],
    ['sk-ssh-ed25519@openssh.com', concatBytes(contents.ed25519, field('web:ssh:'))],
    ['ecdsa-sha2-nistp256', concatBytes(field('nistp384'), field(p256.bytes))],
  ])('of type %s are refused when that is no key of OpenSSH', (type, content) => {
    expect(codeOf(() => parseSshPublicKey(line(type, content)))).toBe('KEY_INVALID');
  });
});

describe('SSH signatures', () => {
  it('end where they say', () => {
    expect(verifyCode(armoured(ed25519Blob, ed25519Signature))).toBe('accepted');
    const more = Uint8Array.of(0);
    const longer = armoured(ed25519Blob, ed25519Signature, more);
    expect(verifyCode(longer)).toBe('SIGNATURE_FORMAT');
    const longerKey = armoured(concatBytes(ed25519Blob, more), ed25519Signature);
    expect(verifyCode(longerKey)).toBe('SIGNATURE_FORMAT');
  });

  it('are read up to 32768 characters', () => {
    const text = signSsh(message, 'file', alice);
    // Line breaks mean nothing to base64.
    const longer = (length: number) => text.replace('\n', '\n'.repeat(1 + length - text.length));
    expect(verifyCode(longer(32_768))).toBe('accepted');
    expect(verifyCode(longer(32_769))).toBe('SIGNATURE_FORMAT');
  });
});

describe('SSH signatures by P-256', () => {
  const { privateKey, publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const type = 'ecdsa-sha2-nistp256';
  const point = publicKeyFromSpki(publicKey.export({ type: 'spki', format: 'der' })).bytes;
  const keyBlob = concatBytes(field(type), field('nistp256'), field(point));
  const raw = sign('sha256', signed, { key: privateKey, dsaEncoding: 'ieee-p1363' });
  const [r, s] = [raw.subarray(0, 32), raw.subarray(32)];
  const code = (...numbers: readonly Uint8Array[]) =>
    verifyCode(
      armoured(
        keyBlob,
        concatBytes(field(type), field(concatBytes(...numbers.map((number) => field(number))))),
      ),
    );
  const padded = concatBytes(Uint8Array.of(0), r);

  it('are two numbers, of which a positive one may have a zero before it', () => {
    expect(code(r, s)).toBe('accepted');
    expect(code(padded, s)).toBe('accepted');
  });

  it.each([
    ['another byte before a number', [concatBytes(Uint8Array.of(1), r), s]],
    ['a number that is too long', [concatBytes(new Uint8Array(2), r), s]],
    ['a third number', [r, s, s]],
    ['one number', [r]],
  ])('are refused with %s', (_what, numbers) => {
    expect(code(...numbers)).toBe('SIGNATURE_FORMAT');
  });
});
