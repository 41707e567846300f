// What we sign, read by the trust core and by the programs that others check it with.
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import {
  decodeHex,
  encodeBase64,
  parseMinisignKey,
  parseSshPublicKey,
  verifyMinisign,
  verifySshSignature,
} from '@selfsame/verify';
import { codeOf } from '../attestations/testing-codes.js';
import { testKey } from '../record/testing.js';
import { formatMinisignKey, signMinisign, signSignify } from './minisign.js';
import { signSsh } from './ssh.js';

const folder = mkdtempSync(join(tmpdir(), 'selfsame-signing-'));
afterAll(() => {
  rmSync(folder, { recursive: true });
});
const has = (program: string, ...args: string[]) => spawnSync(program, args).error === undefined;
const place = (name: string) => join(folder, name);
const run = (program: string, args: readonly string[], input: Uint8Array | string = '') =>
  spawnSync(program, args, { cwd: folder, input, encoding: 'utf8' });

const message = Buffer.from('a message\n');
const other = Buffer.from('another message\n');
const alice = testKey('alice');
const number = decodeHex('0123456789abcdef', 8);
const key = { key: alice.publicKey, number };

describe('SSH signatures', () => {
  const armoured = signSsh(message, 'file', alice);

  it('are verified as they were made, the same each time', () => {
    expect(verifySshSignature(armoured, message, 'file').id).toBe(alice.publicKey.id);
    expect(signSsh(message, 'file', alice)).toBe(armoured);
    expect(codeOf(() => verifySshSignature(armoured, message, 'git'))).toBe('SIGNATURE_INVALID');
    const empty = signSsh(message, '', alice);
    expect(codeOf(() => verifySshSignature(empty, message, ''))).toBe('SIGNATURE_INVALID');
  });

  it.skipIf(!has('ssh-keygen', '-?'))('are accepted by ssh-keygen', () => {
    const length = (bytes: Uint8Array) => Buffer.from([0, 0, 0, bytes.length]);
    const type = Buffer.from('ssh-ed25519');
    const { bytes } = alice.publicKey;
    const blob = encodeBase64(Buffer.concat([length(type), type, length(bytes), bytes]));
    expect(parseSshPublicKey(`ssh-ed25519 ${blob} alice@host\n`).id).toBe(alice.publicKey.id);
    writeFileSync(place('allowed'), `alice ssh-ed25519 ${blob}\n`);
    writeFileSync(place('ours.sig'), armoured);
    const args = ['-Y', 'verify', '-f', 'allowed', '-I', 'alice', '-s', 'ours.sig', '-n'];
    expect(run('ssh-keygen', [...args, 'file'], message)).toMatchObject({ status: 0 });
    expect(run('ssh-keygen', [...args, 'file'], other).status).not.toBe(0);
    expect(run('ssh-keygen', [...args, 'git'], message).status).not.toBe(0);
  });
});

describe('signatures of minisign and signify', () => {
  const minisig = signMinisign(message, alice, number, 'timestamp:1 file:a.txt');
  const signify = signSignify(message, alice, number);

  it('are verified as they were made, with the trusted comment', () => {
    expect(verifyMinisign(minisig, message, alice.publicKey)).toBe('timestamp:1 file:a.txt');
    expect(verifyMinisign(signify, message, alice.publicKey)).toBeUndefined();
    expect(parseMinisignKey(formatMinisignKey(key, 'alice'))).toEqual(key);
  });

  it.skipIf(!has('minisign', '-v'))('are accepted by minisign', () => {
    writeFileSync(place('m.txt'), message);
    writeFileSync(place('alice.pub'), formatMinisignKey(key, 'alice'));
    writeFileSync(place('ours.minisig'), minisig);
    const verify = ['-V', '-p', 'alice.pub', '-x', 'ours.minisig', '-m', 'm.txt'];
    expect(run('minisign', verify)).toMatchObject({ status: 0 });
    writeFileSync(place('m.txt'), other);
    expect(run('minisign', verify).status).not.toBe(0);
  });

  it.skipIf(!has('signify-openbsd'))('are accepted by signify', () => {
    writeFileSync(place('s.txt'), message);
    writeFileSync(place('alice-s.pub'), formatMinisignKey(key, 'alice'));
    writeFileSync(place('ours-s.sig'), signify);
    const verify = ['-V', '-p', 'alice-s.pub', '-x', 'ours-s.sig', '-m', 's.txt'];
    expect(run('signify-openbsd', verify)).toMatchObject({ status: 0 });
    writeFileSync(place('s.txt'), other);
    expect(run('signify-openbsd', verify).status).not.toBe(0);
  });

  it('writes key numbers of 8 bytes only', () => {
    for (const wrong of [number.subarray(1), Buffer.concat([number, number])]) {
      expect(codeOf(() => formatMinisignKey({ ...key, number: wrong }, 'x'))).toBe('KEY_INVALID');
      expect(codeOf(() => signSignify(message, alice, wrong))).toBe('KEY_INVALID');
      expect(codeOf(() => signMinisign(message, alice, wrong, 'x'))).toBe('KEY_INVALID');
    }
  });

  it('writes comments of one line only', () => {
    const write = (comment: string) =>
      [
        () => formatMinisignKey(key, comment),
        () => signMinisign(message, alice, number, comment),
      ].map(codeOf);
    expect(write('x'.repeat(1024))).toEqual(['accepted', 'accepted']);
    for (const comment of ['a\nb', '\na', 'a\n', 'a\u0085', 'x'.repeat(1025)]) {
      expect(write(comment)).toEqual(['SIGNATURE_FORMAT', 'SIGNATURE_FORMAT']);
    }
  });
});
