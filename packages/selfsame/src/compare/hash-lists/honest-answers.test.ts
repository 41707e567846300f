import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { compareHeadline } from '../../report/headline.js';
import type { CompareReport } from '../types.js';
import { compareOperands, type Operand } from './compare-operands.js';
import { hashDirectory } from './hash-directory.js';
import { readHashList } from './read-hash-list.js';

const signal = new AbortController().signal;

function operand(name: string, text: string): Operand {
  const list = readHashList(Buffer.from(text));
  if ('problem' in list) throw new Error(list.problem);
  return { type: 'list', name, list };
}

async function report(a: string, b: string): Promise<CompareReport> {
  const found = await compareOperands(operand('a', a), operand('b', b), { signal });
  if (found === undefined) throw new Error('they are lists');
  return found;
}

const sha256 = (letter: string): string => letter.repeat(64);

describe('an answer about lists', () => {
  it('says that digests are equal, not bytes', async () => {
    const found = await report(`${sha256('a')}  x\n`, `${sha256('A')} *x\r\n`);
    expect(found).toMatchObject({ verdict: 'identical', lists: true });
    expect(compareHeadline(found).text).toBe('Every file that is listed has the same digest');
  });

  it('does not take files for the same under names that are others', async () => {
    const found = await report(`${sha256('a')}  good.bin\n`, `${sha256('a')}  evil.bin\n`);
    expect(found.verdict).toBe('differs');
    expect(found.difference?.children).toMatchObject([{ name: 'good.bin', nameInB: 'evil.bin' }]);
    const moved = await report(`${sha256('a')}  here/x-1.2\n`, `${sha256('a')}  there/x-1.3\n`);
    expect(moved.verdict).toBe('identical');
  });

  it('takes another place of all files for what it is, and of one for another name', async () => {
    const list = (...paths: readonly string[]) =>
      paths.map((path, at) => `${sha256('abcdef'[at] ?? '')}  ${path}\n`).join('');
    const verdict = async (a: string, b: string) => (await report(a, b)).verdict;
    const a = list('usr/bin/sshd', 'usr/lib/x-1.2/y', 'z');
    expect(await verdict(a, list('./usr/bin/sshd', 'usr/lib/x-1.3/y', 'z'))).toBe('identical');
    const inHome = list('/home/me/p/usr/bin/sshd', '/home/me/p/usr/lib/x-1.2/y', '/home/me/p/z');
    expect(await verdict(a, inHome)).toBe('identical');
    const moved = await report(a, list('tmp/evil/sshd', 'usr/lib/x-1.2/y', 'z'));
    expect(moved.verdict).toBe('differs');
    expect(moved.difference?.children).toMatchObject([
      { name: 'usr/bin/sshd', nameInB: 'tmp/evil/sshd' },
    ]);
    const movedInHome = inHome.replace('/home/me/p/usr/bin/', '/home/me/p/tmp/');
    expect(await verdict(a, movedInHome)).toBe('differs');
  });

  it('reads sums behind a signature, as programs do that check them', async () => {
    const signed = (behind: string) =>
      `-----BEGIN PGP SIGNED MESSAGE-----\nHash: SHA256\n\n${sha256('a')}  x\n-----BEGIN PGP SIGNATURE-----\nabc\n-----END PGP SIGNATURE-----\n${behind}`;
    expect((await report(signed(''), signed('\n'))).verdict).toBe('identical');
    const found = await report(signed(''), signed(`${sha256('b')}  evil\n`));
    expect(found.difference?.children).toMatchObject([{ name: 'evil', presence: 'only-b' }]);
  });

  it('is none where an assertion has lines about artifacts that cannot be read', () => {
    const assertion = (line: string) =>
      `--- !!omap\n- type: build\n- name: n\n- release: r\n- out_manifest: |\n    ${sha256('a')}  x\n    ${line}\n- in_manifest: |\n    ${sha256('a')}  y\n`;
    expect(readHashList(Buffer.from(assertion(`${sha256('b')}  z`)))).toHaveProperty('entries');
    expect(readHashList(Buffer.from(assertion('no sum at all')))).toHaveProperty('problem');
  });

  it('says which digests can be forged', async () => {
    const md5 = `${'a'.repeat(32)}  x\n`;
    const weak = await report(md5, md5);
    expect(weak.notes?.join()).toMatch(/1 of them was compared by md5 only/);
    const both = `${md5}${sha256('a')}  x\n`;
    expect((await report(both, both)).notes).toEqual([]);
  });

  it('is undecided where nothing can be compared, and goes back to nothing', async () => {
    const found = await report(`${'a'.repeat(32)}  x\n`, `${sha256('a')}  x\n`);
    expect(found.verdict).toBe('undecided');
    expect(found.rootCauses).toEqual([]);
  });
});

describe('a directory', () => {
  let directory: string;
  beforeAll(() => {
    directory = mkdtempSync(join(tmpdir(), 'honest-answers-test-'));
  });
  afterAll(() => rmSync(directory, { recursive: true, force: true }));

  it('that cannot be read is refused with its name', async () => {
    const file = join(directory, 'file');
    writeFileSync(file, '');
    const kinds = new Set(['sha256'] as const);
    await expect(hashDirectory(file, kinds, signal)).rejects.toMatchObject({
      code: 'COMPARE_UNREADABLE',
      message: expect.stringContaining(file) as string,
    });
  });
});
