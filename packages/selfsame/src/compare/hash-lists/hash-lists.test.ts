import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';

import fc from 'fast-check';
import { afterAll, describe, expect, it } from 'vitest';

import { alignEntries } from './align.js';
import { compareHashLists } from './compare-hash-lists.js';
import { compareOperands, readLocalOperand } from './compare-operands.js';
import type { Operand } from './compare-operands.js';
import type { HashEntry, HashList } from './hash-list.js';
import { canBeHashList, headBytes, readHashList } from './read-hash-list.js';

const corpora = resolve(import.meta.dirname, '../../../../../../shared/corpora');
const scratch = mkdtempSync(join(tmpdir(), 'selfsame-hash-lists-'));
afterAll(() => rmSync(scratch, { recursive: true, force: true }));

function read(text: string | Buffer): HashList {
  const list = readHashList(Buffer.from(text as string));
  if ('problem' in list) throw new Error(`${list.problem} ${list.line ?? ''}`);
  return list;
}

/** Longer than names of lists can be. */
const longest = headBytes + 1;

const d = (letter: string): string => letter.repeat(64);

describe('reading lists of hashes', () => {
  it.each(['md5sum', 'sha1sum', 'sha224sum', 'sha256sum', 'sha384sum', 'sha512sum'])(
    'reads what %s writes, escaped and tagged names as well',
    (program) => {
      const names = ['plain', 'with space', 'back\\slash', 'line\nfeed', ' lead', 'ümlaut'];
      for (const name of names) writeFileSync(join(scratch, name), name);
      const run = (...more: string[]): Buffer =>
        execFileSync(program, [...more, '--', ...names], { cwd: scratch });
      for (const list of [read(run()), read(run('--binary')), read(run('--tag'))]) {
        expect(list.entries.map(({ path }) => path)).toEqual(names);
        expect(new Set(list.entries.map(({ algorithm }) => `${algorithm}sum`))).toEqual(
          new Set([program]),
        );
      }
      expect(compareHashLists(read(run()), read(run('--tag')), names2).difference).toBeUndefined();
    },
  );

  it.each([
    ['', 'it lists nothing'],
    ['<!DOCTYPE html><title>404</title>', 'web page'],
    [`${d('a')}  x\nhello\n`, 'is not a sum'],
    [`${'g'.repeat(64)}  x\n`, 'is not a sum'],
    [`${'a'.repeat(63)}  x\n`, 'is not a sum'],
    [`\\${d('a')}  bad\\escape\n`, 'is not a sum'],
    [`SHA1 (x) = ${d('a')}\n`, 'is not a sum'],
    [Buffer.from([0xff, 0xfe]), 'UTF-8'],
    [`${d('a')}  x\0`, 'no text'],
  ])('says why %j is none', (text, why) => {
    expect(readHashList(Buffer.from(text as string))).toMatchObject({
      problem: expect.stringContaining(why) as string,
    });
  });

  it('sees by its beginning only what is no list', () => {
    const line = fc.constantFrom(
      ...[`${d('a')}  x`, `SHA256 (x) = ${d('a')}`, '# note', '', '-----', ' 12:x', 'no sum'],
      ...[
        '\u00e4'.repeat(30),
        `# ${'x'.repeat(longest)}`,
        `${d('a')}  ${'x'.repeat(4096)}`,
        '--- !!omap',
      ],
      ...[`2026-01-01 12:00 ${'a'.repeat(40)} clean`, '-----BEGIN PGP SIGNED MESSAGE-----', '\0'],
      ...['Hash: SHA256', '- out_manifest: |', `  ${d('a')}  x`, 'x'.repeat(longest)],
    );
    const filler = `${d('b')}  y\n`.repeat(Math.ceil(headBytes / 67));
    const lines = fc.tuple(line, fc.array(line, { maxLength: 8 }), fc.boolean());
    fc.assert(
      fc.property(lines, ([first, more, isLong]) => {
        const text = [first, ...more].join('\n') + (isLong ? `\n${filler}` : '');
        const bytes = Buffer.from(text);
        const list = readHashList(bytes);
        if (!('problem' in list)) expect(canBeHashList(bytes.subarray(0, headBytes))).toBe(true);
      }),
      { numRuns: 300 },
    );
    expect(canBeHashList(Buffer.from(filler).subarray(0, headBytes))).toBe(true);
    expect(canBeHashList(Buffer.from(`no list\n${filler}`).subarray(0, headBytes))).toBe(false);
    expect(canBeHashList(Buffer.alloc(headBytes, 'x'))).toBe(false);
    expect(canBeHashList(Buffer.alloc(headBytes))).toBe(false);
  });

  it('reads any bytes to a list or a reason', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 300 }), (bytes) => {
        const list = readHashList(bytes);
        expect('problem' in list ? list.problem.length : list.entries.length).toBeGreaterThan(0);
      }),
    );
  });

  it('says that a name is there twice', () => {
    const list = read(`${d('a')}  x\n${d('b')}  x\n${d('a')}  x\n`);
    expect(list.notes).toEqual([
      expect.stringContaining('another digest (line 2)') as string,
      expect.stringContaining('the same digest (line 3)') as string,
    ]);
  });

  it('reads the text of a clear-signed list', () => {
    const text = `-----BEGIN PGP SIGNED MESSAGE-----\nHash: SHA512\n\n${d('a')}  x\n-----BEGIN PGP SIGNATURE-----\n\nabc\n-----END PGP SIGNATURE-----\n`;
    expect(read(text).entries).toHaveLength(1);
  });
});

const names2 = { a: 'A', b: 'B' };

/** As Heads' Makefile writes it on a builder whose tree is at `root`. */
function heads(root: string, digests: Record<string, string>, commit = '1'.repeat(40)): string {
  const sum = (name: string): string =>
    digests[name] ?? createHash('sha256').update(name).digest('hex');
  return [
    `2024-05-09 12:12:49+00:00 ${commit} clean`,
    `${sum('tools.cpio')}  ${root}/build/x86/board/tools.cpio`,
    '-----',
    `${sum('flashrom')}  ./bin/flashrom`,
    `${sum('kexec')}  ./bin/kexec`,
    '-----',
    `${sum('gawk')}  ${root}/build/x86/gawk-4.2.1/gawk`,
    `${sum('initrd')}  build/x86/board/initrd.cpio.xz`,
    `${sum('rom')}  ${root}/build/x86/board/heads-board-v0.2.0-2147-g${commit.slice(0, 7)}.rom`,
    '',
  ].join('\n');
}

describe('comparing lists of hashes', () => {
  it('pairs files of builders whose trees are elsewhere, and of images named after commits', () => {
    const one = read(heads('/home/user/heads', {}));
    const other = read(heads('/root/project', {}, `${'2'.repeat(40)}`));
    const { difference, pairs } = compareHashLists(one, other, names2);
    expect(pairs.every(({ a, b }) => a !== undefined && b !== undefined)).toBe(true);
    expect(difference).toMatchObject({
      children: [],
      fields: [{ name: 'commit', a: '1'.repeat(40), b: '2'.repeat(40) }],
    });
  });

  it('puts what differs in an archive below it', () => {
    const one = read(heads('/a', {}));
    const changes = { flashrom: d('1'), 'tools.cpio': d('2'), initrd: d('3'), rom: d('4') };
    const { difference } = compareHashLists(one, read(heads('/b/c', changes)), names2);
    expect(difference?.children.map(({ name }) => name.split('/').at(-1))).toEqual([
      'tools.cpio',
      'initrd.cpio.xz',
      'heads-board-v0.2.0-2147-g1111111.rom',
    ]);
    expect(difference?.children[0]?.children.map(({ name }) => name)).toEqual(['./bin/flashrom']);
  });

  it('never pairs what is ambiguous', () => {
    const entry = (path: string, digest: string): HashEntry => ({
      path,
      digest: d(digest),
      algorithm: 'sha256',
      line: 1,
      size: undefined,
      role: 'artifact',
      within: undefined,
    });
    const pairs = alignEntries(
      [entry('x/lib/a.so', '1'), entry('y/lib/a.so', '2')],
      [entry('z/lib/a.so', '3')],
    );
    expect(pairs.filter(({ a, b }) => a !== undefined && b !== undefined)).toEqual([]);
  });

  it('compares no digests of different kinds', () => {
    const md5 = read(`${'a'.repeat(32)}  x\n`);
    const { difference, incomparable } = compareHashLists(md5, read(`${d('a')}  x\n`), names2);
    expect(incomparable).toHaveLength(1);
    expect(difference).toBeUndefined();
  });

  it('finds exactly the changes that were made to a list', () => {
    const digest = fc.stringMatching(/^[0-9a-f]{64}$/);
    const path = fc.stringMatching(/^[a-z]{1,4}(?:\/[a-z]{1,4}){0,3}$/);
    const list = fc.uniqueArray(fc.record({ path, digest }), {
      selector: (entry) => entry.path,
      minLength: 1,
      maxLength: 30,
    });
    fc.assert(
      fc.property(list, fc.infiniteStream(fc.boolean()), (entries, changes) => {
        const text = (all: typeof entries): string =>
          all.map((entry) => `${entry.digest}  ${entry.path}\n`).join('');
        const changed = entries.map((entry) => {
          const isChanged = changes.next().value === true;
          return isChanged ? { ...entry, digest: entry.digest.replace(/^./, flip) } : entry;
        });
        const expected = entries.filter((entry, at) => changed[at] !== entry);
        const { difference } = compareHashLists(
          read(text(entries)),
          read(text(changed.toReversed())),
          names2,
        );
        expect(difference?.children.map(({ name }) => name) ?? []).toEqual(
          expected.map((entry) => entry.path),
        );
      }),
    );
  });
});

function flip(digit: string): string {
  return digit === '0' ? '1' : '0';
}

describe('an answer for two operands', () => {
  const { signal } = new AbortController();
  const list = (name: string, text: string): Operand => ({ type: 'list', name, list: read(text) });

  it('names the program that explains the image, and what was only measured', async () => {
    const changes = {
      flashrom: d('1'),
      gawk: d('5'),
      'tools.cpio': d('2'),
      initrd: d('3'),
      rom: d('4'),
    };
    const report = await compareOperands(
      list('local', heads('/home/user/heads', {})),
      list('ci', heads('/root/project', changes)),
      { signal },
    );
    expect(report?.verdict).toBe('differs');
    const last = (place: readonly string[]): string => place.at(-1)?.split('/').at(-1) ?? '';
    expect(report?.rootCauses.map((root) => [last(root.place), root.explains.map(last)])).toEqual([
      ['flashrom', ['tools.cpio', 'initrd.cpio.xz', 'heads-board-v0.2.0-2147-g1111111.rom']],
      ['gawk', []],
    ]);
    // The list shows what is in an archive; how the image is made of archives it does not.
    expect(report?.rootCauses[0]?.assumed.map(last)).toEqual([
      'initrd.cpio.xz',
      'heads-board-v0.2.0-2147-g1111111.rom',
    ]);
    expect(report?.notes).toEqual([
      expect.stringMatching(/gawk is in no archive of the list/) as string,
    ]);
  });

  it('compares a list with the files of a directory, and ignores what it does not speak of', async () => {
    const directory = mkdtempSync(join(scratch, 'tree-'));
    writeFileSync(join(directory, 'a'), 'a');
    writeFileSync(join(directory, 'b'), 'b');
    const sums = execFileSync('sha256sum', ['a', 'b'], { cwd: directory }).toString();
    const tree = await readLocalOperand(directory);
    writeFileSync(join(directory, 'SHA256SUMS'), sums);
    const same = await compareOperands(list('sums', sums), tree, { signal });
    expect(same).toMatchObject({ verdict: 'identical', difference: undefined });
    expect(same?.notes).toEqual(['1 file is not in the list: SHA256SUMS']);
    writeFileSync(join(directory, 'b'), 'B');
    const other = await compareOperands(tree, list('sums', sums), { signal });
    expect(other?.verdict).toBe('differs');
    expect(other?.difference?.children.map(({ name }) => name)).toEqual(['b']);
    rmSync(join(directory, 'a'));
    const missing = await compareOperands(tree, list('sums', sums), { signal });
    expect(missing?.difference?.children.map(({ name, presence }) => [name, presence])).toEqual([
      ['b', 'both'],
      ['a', 'only-b'],
    ]);
  });

  it('never calls equal what has digests of different kinds', async () => {
    const report = await compareOperands(
      list('a', `${'a'.repeat(32)}  x\n`),
      list('b', `${d('a')}  x\n`),
      { signal },
    );
    expect(report?.verdict).toBe('undecided');
    expect(report?.unexamined).toHaveLength(1);
  });

  it('leaves other files to others', async () => {
    const path = join(scratch, 'text');
    writeFileSync(path, 'hello\n');
    const operand = await readLocalOperand(path);
    expect(operand.type).toBe('path');
    expect(await compareOperands(operand, operand, { signal })).toBeUndefined();
    expect(await compareOperands(operand, list('a', `${d('a')}  x\n`), { signal })).toBeUndefined();
  });
});

describe.skipIf(!existsSync(corpora))('real lists of many signers', () => {
  const files = (version: string, suffix: string): string[] =>
    readdirSync(join(corpora, version), { withFileTypes: true })
      .filter((entry) => entry.isDirectory())
      .flatMap((entry) => {
        const directory = join(corpora, version, entry.name);
        return readdirSync(directory)
          .filter((name) => name.endsWith(suffix))
          .map((name) => join(directory, name));
      });

  it('reads all of guix.sigs and gitian.sigs', () => {
    const all = ['22.0rc3', '23.0rc1', '26.0rc1', '29.0', '30.0']
      .flatMap((version) => files(`guix.sigs/${version}`, 'SHA256SUMS'))
      .concat(
        ['0.16.3-win-unsigned', '0.19.0rc1-linux', '0.21.1-linux'].flatMap((version) =>
          files(`gitian.sigs/${version}`, '.assert'),
        ),
      );
    expect(all.length).toBeGreaterThan(50);
    // One signer published what a server said instead of the file.
    const unread = all.flatMap((path) => {
      const list = readHashList(readFileSync(path));
      return 'problem' in list ? [`${path.split('/').at(-2) ?? ''}: ${list.problem}`] : [];
    });
    expect(unread).toEqual([
      'jonasschnelli: it is a web page, saved in place of a download that failed',
    ]);
  });

  it('finds the packages in which machines of two gitian builders differ, and no artifact', () => {
    const [one, other] = ['achow101', 'CoinForensics'].map((name) => {
      const [path = ''] = files('gitian.sigs/0.21.1-linux', '.assert').filter((file) =>
        file.includes(`/${name}/`),
      );
      return read(readFileSync(path));
    });
    if (one === undefined || other === undefined) throw new Error('the corpus is incomplete');
    const count = (list: HashList, role: HashEntry['role']): number =>
      list.entries.filter((entry) => entry.role === role).length;
    expect(count(one, 'artifact')).toBe(9);
    expect(count(one, 'environment')).toBeGreaterThan(100);
    const elsewhere = compareHashLists(one, other, names2);
    expect(elsewhere.difference).toBeUndefined();
    expect(elsewhere.notes).toEqual([
      expect.stringMatching(/made in other environments, which differ in: \S+\.deb/) as string,
    ]);
  });
});
