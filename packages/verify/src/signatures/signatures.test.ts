import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterAll, describe, expect, it } from 'vitest';
import { encodeBase64 } from '../encoding/base64.js';
import { concatBytes } from '../encoding/bytes.js';
import { decodeHex } from '../encoding/hex.js';
import { codeOf, mutate } from '../testing/codes.js';
import { formatMinisignKey, signMinisign, signSignify, signSsh } from '../testing/detached.js';
import { testKey } from '../testing/sign.js';
import { parseMinisignKey, verifyMinisign } from './minisign.js';
import { parseSshPublicKey, verifySshSignature } from './sshsig.js';

const folder = mkdtempSync(join(tmpdir(), 'signatures-'));
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

/** Line breaks are not signed, nor is the one at the end needed. */
const sameButLines = (altered: Uint8Array, text: string) =>
  Buffer.from(altered)
    .toString('latin1')
    .replace(/[\r\n]/g, '') === text.replaceAll('\n', '');

const u32 = (n: number) => Buffer.from([n >> 24, n >> 16, n >> 8, n]);
const ssh = (value: string | Uint8Array) =>
  concatBytes(u32(Buffer.from(value).length), Buffer.from(value));

/** An SSH signature made by hand, of any shape. */
function sshSignature(parts: {
  key: Uint8Array;
  signature: Uint8Array;
  namespace?: string;
  hash?: string;
  version?: number;
}): string {
  const blob = concatBytes(
    Buffer.from('SSHSIG'),
    u32(parts.version ?? 1),
    ssh(parts.key),
    ssh(parts.namespace ?? 'file'),
    ssh(''),
    ssh(parts.hash ?? 'sha512'),
    ssh(parts.signature),
  );
  return `-----BEGIN SSH SIGNATURE-----\n${encodeBase64(blob)}\n-----END SSH SIGNATURE-----\n`;
}

function sshSigned(namespace: string, hash = 'sha512'): Uint8Array {
  const digest = createHash(hash).update(message).digest();
  return concatBytes(Buffer.from('SSHSIG'), ssh(namespace), ssh(''), ssh(hash), ssh(digest));
}

describe('SSH signatures', () => {
  const armoured = signSsh(message, 'file', alice);

  it('are verified as they were made', () => {
    expect(verifySshSignature(armoured, message, 'file').id).toBe(alice.publicKey.id);
  });

  it('are refused for another message or purpose', () => {
    expect(codeOf(() => verifySshSignature(armoured, other, 'file'))).toBe('SIGNATURE_INVALID');
    expect(codeOf(() => verifySshSignature(armoured, message, 'git'))).toBe('SIGNATURE_INVALID');
    const empty = signSsh(message, '', alice);
    expect(codeOf(() => verifySshSignature(empty, message, ''))).toBe('SIGNATURE_INVALID');
  });

  it('are never accepted altered', () => {
    const check = (altered: Uint8Array) =>
      verifySshSignature(Buffer.from(altered).toString('latin1'), message, 'file');
    expect(mutate(armoured, check, (_at, altered) => sameButLines(altered, armoured))).toEqual([]);
  });

  describe('by security keys', () => {
    const type = 'sk-ssh-ed25519@openssh.com';
    const make = (application: string, flags: number) => {
      const key = concatBytes(ssh(type), ssh(alice.publicKey.bytes), ssh(application));
      const proof = concatBytes(Uint8Array.of(flags), u32(7));
      const hash = (data: Uint8Array) => createHash('sha256').update(data).digest();
      const signed = concatBytes(hash(Buffer.from(application)), proof, hash(sshSigned('file')));
      return sshSignature({
        key,
        signature: concatBytes(ssh(type), ssh(alice.sign(signed)), proof),
      });
    };

    it('count when somebody touched the key', () => {
      expect(verifySshSignature(make('ssh:', 1), message, 'file').id).toBe(alice.publicKey.id);
      expect(verifySshSignature(make('ssh:work', 5), message, 'file').id).toBe(alice.publicKey.id);
    });

    it('do not count without a touch, or made for a web page', () => {
      expect(codeOf(() => verifySshSignature(make('ssh:', 0), message, 'file'))).toBe(
        'SIGNATURE_INVALID',
      );
      expect(codeOf(() => verifySshSignature(make('ssh:', 4), message, 'file'))).toBe(
        'SIGNATURE_INVALID',
      );
      expect(codeOf(() => verifySshSignature(make('example.org', 1), message, 'file'))).toBe(
        'SIGNATURE_FORMAT',
      );
    });
  });

  it.each([
    ['SHA-1', { hash: 'sha1' }],
    ['another version', { version: 2 }],
    [
      'another kind of signature',
      { signature: concatBytes(ssh('ssh-rsa'), ssh(new Uint8Array(64))) },
    ],
    [
      'a signature with more behind it',
      {
        signature: concatBytes(
          ssh('ssh-ed25519'),
          ssh(alice.sign(sshSigned('file'))),
          Uint8Array.of(0),
        ),
      },
    ],
    ['an unknown kind of key', { key: concatBytes(ssh('ssh-dss'), ssh('')) }],
    [
      'a certificate',
      { key: concatBytes(ssh('ssh-ed25519-cert-v01@openssh.com'), ssh(alice.publicKey.bytes)) },
    ],
  ])('of %s are not read', (_what, changes) => {
    const key = concatBytes(ssh('ssh-ed25519'), ssh(alice.publicKey.bytes));
    const signature = concatBytes(ssh('ssh-ed25519'), ssh(alice.sign(sshSigned('file'))));
    expect(
      codeOf(() => verifySshSignature(sshSignature({ key, signature }), message, 'file')),
    ).toBe('accepted');
    expect(
      codeOf(() =>
        verifySshSignature(sshSignature({ key, signature, ...changes }), message, 'file'),
      ),
    ).toBe('SIGNATURE_FORMAT');
  });

  it.skipIf(!has('ssh-keygen', '-?')).each(['ed25519', 'rsa', 'ecdsa'])(
    'of ssh-keygen are verified (%s)',
    (kind) => {
      expect(run('ssh-keygen', ['-q', '-t', kind, '-N', '', '-f', kind]).status).toBe(0);
      writeFileSync(place(`${kind}.txt`), message);
      for (const hash of ['sha512', 'sha256']) {
        rmSync(place(`${kind}.txt.sig`), { force: true });
        const made = run('ssh-keygen', [
          '-Y',
          'sign',
          '-O',
          `hashalg=${hash}`,
          '-n',
          'file',
          '-f',
          kind,
          `${kind}.txt`,
        ]);
        expect(made.status).toBe(0);
        const key = parseSshPublicKey(readFileSync(place(`${kind}.pub`), 'utf8'));
        const text = readFileSync(place(`${kind}.txt.sig`), 'utf8');
        expect(verifySshSignature(text, message, 'file').id).toBe(key.id);
        expect(codeOf(() => verifySshSignature(text, other, 'file'))).toBe('SIGNATURE_INVALID');
      }
    },
  );
});

describe('minisign and signify', () => {
  const key = { key: alice.publicKey, number };
  const minisig = signMinisign(message, alice, number, 'timestamp:1 file:a.txt');
  const signify = signSignify(message, alice, number);

  it('are verified as they were made, with the trusted comment', () => {
    expect(verifyMinisign(minisig, message, alice.publicKey)).toBe('timestamp:1 file:a.txt');
    expect(verifyMinisign(signify, message, alice.publicKey)).toBeUndefined();
    expect(parseMinisignKey(formatMinisignKey(key, 'alice'))).toEqual(key);
  });

  it('are refused for another message or key', () => {
    for (const text of [minisig, signify]) {
      expect(codeOf(() => verifyMinisign(text, other, alice.publicKey))).toBe('SIGNATURE_INVALID');
      expect(codeOf(() => verifyMinisign(text, message, testKey('bob').publicKey))).toBe(
        'SIGNATURE_INVALID',
      );
    }
    const comment = minisig.replace('a.txt', 'b.txt');
    expect(codeOf(() => verifyMinisign(comment, message, alice.publicKey))).toBe(
      'SIGNATURE_INVALID',
    );
  });

  it('are never accepted altered, but for what nobody signs', () => {
    for (const text of [minisig, signify]) {
      const [untrusted = ''] = text.split('\n');
      // The comment, and in the base64 after it the key number: bytes 2 to 9, characters 2 to 13.
      const free = (at: number) =>
        at <= untrusted.length || (at > untrusted.length + 2 && at < untrusted.length + 15);
      const check = (altered: Uint8Array) =>
        verifyMinisign(Buffer.from(altered).toString('latin1'), message, alice.publicKey);
      const mayPass = (at: number, altered: Uint8Array) => free(at) || sameButLines(altered, text);
      expect(mutate(text, check, mayPass)).toEqual([]);
    }
  });

  it.each([
    ['a web page', '<!DOCTYPE html>\n<html></html>\n'],
    ['nothing', ''],
    ['a prehashed signature of signify', minisig.split('\n').slice(0, 2).join('\n')],
    ['three lines', minisig.split('\n').slice(0, 3).join('\n')],
  ])('refuse %s', (_what, text) => {
    expect(codeOf(() => verifyMinisign(text, message, alice.publicKey))).toBe('SIGNATURE_FORMAT');
  });

  it.skipIf(!has('minisign', '-v'))('of the program minisign are verified', () => {
    writeFileSync(place('m.txt'), message);
    expect(run('minisign', ['-G', '-W', '-p', 'm.pub', '-s', 'm.key']).status).toBe(0);
    const theirs = parseMinisignKey(readFileSync(place('m.pub'), 'utf8'));
    for (const [name, options] of [
      ['new', []],
      ['old', ['-l']],
    ] as const) {
      const args = [
        '-S',
        ...options,
        '-s',
        'm.key',
        '-x',
        `${name}.minisig`,
        '-m',
        'm.txt',
        '-t',
        'hello',
      ];
      expect(run('minisign', args).status).toBe(0);
      const text = readFileSync(place(`${name}.minisig`), 'utf8');
      expect(verifyMinisign(text, message, theirs.key)).toBe('hello');
    }
  });

  it.skipIf(!has('signify-openbsd'))('of the program signify are verified', () => {
    writeFileSync(place('s.txt'), message);
    expect(run('signify-openbsd', ['-G', '-n', '-p', 's.pub', '-s', 's.sec']).status).toBe(0);
    expect(run('signify-openbsd', ['-S', '-s', 's.sec', '-m', 's.txt', '-x', 's.sig']).status).toBe(
      0,
    );
    const theirs = parseMinisignKey(readFileSync(place('s.pub'), 'utf8'));
    expect(
      verifyMinisign(readFileSync(place('s.sig'), 'utf8'), message, theirs.key),
    ).toBeUndefined();
  });
});

describe('whatever the bytes', () => {
  it('only the own error is thrown', () => {
    const text = fc.oneof(
      fc.string({ maxLength: 300 }),
      fc
        .base64String({ maxLength: 400 })
        .map((b) => `-----BEGIN SSH SIGNATURE-----\n${b}\n-----END SSH SIGNATURE-----`),
      fc.base64String({ maxLength: 400 }).map((b) => `untrusted comment: x\n${b}\n`),
    );
    fc.assert(
      fc.property(text, (input) => {
        codeOf(() => verifySshSignature(input, message, 'file'));
        codeOf(() => parseSshPublicKey(input));
        codeOf(() => verifyMinisign(input, message, alice.publicKey));
        codeOf(() => parseMinisignKey(input));
      }),
      { numRuns: 2000 },
    );
  });
});
