import { chmodSync, mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { formatPublicKey, sha256Hex } from '@selfsame/verify';
import { describe, expect, it } from 'vitest';
import { keyOf, newOpenPgpKey, signedBy, testFolder } from '../../attestations/testing.js';
import { testResult } from '../../record/testing.js';
import { formatPrivateKeyFile } from '../../signing/key-files.js';
import { PrivateKey } from '../../signing/private-key.js';
import type { CommandContext } from '../command.js';
import { testCommandContext } from '../testing.js';
import { createSignCommand } from './sign.js';
import { createVerifyCommand } from './verify.js';

const context = testCommandContext;

const nothing = () => Promise.resolve({ results: [], missing: [], workspaceRoot: '/' });
const verify = createVerifyCommand(() => Promise.resolve(undefined), nothing);
const sign = createSignCommand(nothing);
const good = `${sha256Hex('a')}  a.tar.gz\n${sha256Hex('b')}  b.zip\n`;
const other = good.replace(sha256Hex('b'), sha256Hex('other'));

/** The command's answer about lists by alice and bob, of whom a policy wants both. */
async function judge(lists: Readonly<Record<string, string>>, more: Record<string, string> = {}) {
  using folder = testFolder();
  const lines: string[] = [];
  for (const [name, list] of Object.entries(lists)) {
    const key = await newOpenPgpKey();
    if (name !== 'stranger') lines.push(`  ${name}: ${keyOf(key)}\n`);
    folder.write(`keys/${name}.gpg`, key.toPublic().armor());
    folder.write(`pigz.sigs/2.8/${name}/all.SHA256SUMS`, list);
    folder.write(`pigz.sigs/2.8/${name}/all.SHA256SUMS.asc`, await signedBy(list, key));
  }
  for (const [name, content] of Object.entries(more)) folder.write(`pigz.sigs/${name}`, content);
  folder.write('policy.yaml', `threshold: 2\nsigners:\n${lines.join('')}`);
  const options = { attestations: 'pigz.sigs', keyring: [join(folder.path, 'keys')] };
  const found = await verify.run([], options, context(folder.path));
  // Where the person's settings name the keyrings nothing else changes.
  const settings = { keyrings: options.keyring } as unknown as CommandContext['settings'];
  const { attestations } = options;
  const same = await verify.run([], { attestations }, { ...context(folder.path), settings });
  expect(same).toEqual(found);
  return found;
}

describe('verify, of what others sign', () => {
  it('accepts what enough signers got, without any claim', async () => {
    const { exitCode, text } = await judge({ alice: good, bob: good });
    expect(exitCode).toBe(0);
    expect(text.join('\n')).toMatch(
      /pigz 2\.8 \(all\)[^]*what was built is not stated[^]*accepted: pigz 2\.8 \(all\): 2 artifacts/,
    );
  });

  it('attack 8: ends with 1 where anything is refused', async () => {
    const { exitCode, text } = await judge({ alice: good, bob: other });
    expect(exitCode).toBe(1);
    expect(text.at(-1)).toContain('signers got different bits for b.zip');
    expect((await judge({ alice: good, bob: good, stranger: other })).exitCode).toBe(0);
    expect((await judge({ stranger: good, alice: good, bob: '<html>' })).exitCode).toBe(1);
  });

  it('tells what it could not judge, which changes nothing', async () => {
    const page = '<!DOCTYPE html><title>not found</title>';
    const { exitCode, text, data } = await judge(
      { alice: good, bob: good },
      { '9.9/eve/all.SHA256SUMS': page, 'README.md': 'hello' },
    );
    expect(exitCode).toBe(0);
    expect(text.join('\n')).toContain(
      'not judged: pigz 9.9 (all) (9.9/eve/all.SHA256SUMS): eve: it is a web page',
    );
    expect(text.join('\n')).toContain('no attestations: README.md');
    expect(data).toMatchObject({ otherFiles: ['README.md'], notJudged: [{ version: '9.9' }] });
  });

  it('tells artifacts that are alike once, and in full what differs', async () => {
    const names = Array.from({ length: 9 }, (_, index) => `a-long-name-of-a-signer-${index}`);
    const lists = Object.fromEntries(
      names.map((name, index) => [name, index === 0 ? other : good]),
    );
    const { text } = await judge(lists);
    const lines = text.map((line) => line.trim());
    expect(lines).toContain('b.zip: dissent');
    expect(lines).toContain('a.tar.gz: accepted');
    expect(lines.indexOf('b.zip: dissent')).toBeLessThan(lines.indexOf('a.tar.gz: accepted'));
  });
});

describe('sign --as', () => {
  it.each(['in-toto', 'minisign', 'signify', 'ssh'])(
    '%s writes what verify reads, and never replaces the list of others',
    async (as) => {
      using folder = testFolder();
      mkdirSync(join(folder.path, 'store'));
      const lines = ['alice', 'bob'].map((name, index) => {
        const key = new PrivateKey(new Uint8Array(32).fill(index + 1));
        const file = folder.write(`${name}.key`, formatPrivateKeyFile(key, name));
        chmodSync(file, 0o600);
        return `  ${name}: ${formatPublicKey(key.publicKey)}\n`;
      });
      folder.write('policy.yaml', `threshold: 2\nsigners:\n${lines.join('')}`);
      const write = async (name: string, content: string) => {
        const results = [testResult(join(folder.path, 'store'), { 'a.txt': content })];
        const found = () => Promise.resolve({ results, missing: [], workspaceRoot: folder.path });
        const options = { as, key: `${name}.key` };
        return await createSignCommand(found).run([], options, context(folder.path));
      };
      await write('alice', 'same');
      expect((await verify.run([], {}, context(folder.path))).exitCode).toBe(1);
      expect((await write('bob', 'same')).exitCode).toBe(0);
      const verdict = await verify.run([], {}, context(folder.path));
      expect(verdict.text.join('\n')).toMatch(/accepted: .*the same from alice and bob/);
      if (as === 'in-toto') return;
      await expect(write('bob', 'other')).rejects.toMatchObject({ code: 'SIGN_FORMAT' });
    },
  );

  it.each([
    ['a format that does not exist', { as: 'floppy' }, 'SIGN_FORMAT'],
    ['guix without gpg', { as: 'guix' }, 'SIGN_FORMAT'],
    ['minisign with gpg', { as: 'minisign', gpg: 'me' }, 'SIGN_FORMAT'],
    ['claims with gpg', { gpg: 'me' }, 'SIGN_FORMAT'],
    ['two keys', { as: 'in-toto', gpg: 'me', key: 'mine.key' }, 'WRONG_USE'],
  ])('refuses %s', async (_, options, code) => {
    await expect(sign.run([], options, context('/'))).rejects.toMatchObject({ code });
  });
});
