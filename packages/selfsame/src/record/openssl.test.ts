import { execFileSync, spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { publicKeyToPem } from '@selfsame/verify';
import { describe, expect, it } from 'vitest';
import { privateKeyToPem } from '../signing/key-files.js';
import { signResults } from './sign-results.js';
import { temporaryDirectory, testKey, testResult } from './testing.js';

const version = spawnSync('openssl', ['version'], { encoding: 'utf8' }).stdout ?? '';
/** Ed25519 from files, `-rawin`: since 3.0. */
const canVerify = /^OpenSSL (?:[3-9]|\d\d)/.test(version);
if (!canVerify)
  process.stderr.write(`skipping what needs OpenSSL 3 (found: ${version.trim() || 'none'})\n`);

/** A peer with nothing of ours but files: the envelope is taken apart by hand, as DSSE 1.0.2 has it. */
describe.skipIf(!canVerify)('OpenSSL', () => {
  async function signed(folder: string) {
    using store = temporaryDirectory();
    const result = testResult(store.path, { 'naïve name.txt': 'x' }, { project: 'pröjekt' });
    const [one] = await signResults([result], testKey('alice'), folder);
    const envelope = JSON.parse(readFileSync(join(folder, one!.path), 'utf8')) as {
      payload: string;
      payloadType: string;
      signatures: { keyid: string; sig: string }[];
    };
    const payload = Buffer.from(envelope.payload, 'base64');
    const { payloadType: type, signatures } = envelope;
    const header = `DSSEv1 ${Buffer.byteLength(type)} ${type} ${payload.length} `;
    const file = (name: string, content: string | Buffer) => {
      writeFileSync(join(folder, name), content);
      return join(folder, name);
    };
    return {
      message: file('message', Buffer.concat([Buffer.from(header), payload])),
      signature: file('signature', Buffer.from(signatures[0]!.sig, 'base64')),
      key: file('key.pem', publicKeyToPem(testKey('alice').publicKey)),
      keyId: signatures[0]!.keyid,
      file,
    };
  }

  const verifies = (key: string, message: string, signature: string) =>
    spawnSync('openssl', [
      ...['pkeyutl', '-verify', '-pubin', '-inkey', key, '-rawin'],
      ...['-in', message, '-sigfile', signature],
    ]).status === 0;

  it('verifies a signed claim, and none that was changed', async () => {
    using folder = temporaryDirectory();
    const { message, signature, key, file } = await signed(folder.path);
    expect(verifies(key, message, signature)).toBe(true);
    const changed = readFileSync(message);
    changed[changed.length - 1]! ^= 1;
    expect(verifies(key, file('changed', changed), signature)).toBe(false);
    const other = file('other.pem', publicKeyToPem(testKey('bob').publicKey));
    expect(verifies(other, message, signature)).toBe(false);
  });

  it('makes the very same signature with the key', async () => {
    using folder = temporaryDirectory();
    const { message, signature, file } = await signed(folder.path);
    const key = file('private.pem', privateKeyToPem(testKey('alice')));
    const made = execFileSync('openssl', [
      ...['pkeyutl', '-sign', '-inkey', key, '-rawin', '-in', message],
    ]);
    expect(made).toEqual(readFileSync(signature));
  });

  it('computes the key id', async () => {
    using folder = temporaryDirectory();
    const { key, keyId } = await signed(folder.path);
    const der = execFileSync('openssl', ['pkey', '-pubin', '-in', key, '-outform', 'DER']);
    expect(createHash('sha256').update(der).digest('hex')).toBe(keyId);
  });
});
