import { execFileSync, spawnSync } from 'node:child_process';
import { chmodSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { compare } from '../compare.js';
import { normalisersNamed } from '../normalisers/normalisers.js';
import type { Difference } from '../types.js';

let scratch: string;
let a: string;
let b: string;

beforeEach(() => {
  scratch = mkdtempSync(join(tmpdir(), 'tree-attributes-test-'));
  [a, b] = [join(scratch, 'a'), join(scratch, 'b')];
  for (const root of [a, b]) {
    mkdirSync(join(root, 'd'), { recursive: true });
    writeFileSync(join(root, 'd/file'), 'same');
  }
});

afterEach(() => {
  delete process.env['SELFSAME_NATIVE_DIR'];
  rmSync(scratch, { recursive: true, force: true });
});

const setter =
  'import os, sys; os.setxattr(sys.argv[1], sys.argv[2], bytes.fromhex(sys.argv[3]), follow_symlinks=False)';

function set(path: string, name: string, value: string): void {
  const hex = Buffer.from(value, 'latin1').toString('hex');
  execFileSync('python3', ['-c', setter, path, name, hex]);
}

/** Whether this machine has what sets them, on this file system. */
const canSet = (() => {
  const probe = mkdtempSync(join(tmpdir(), 'tree-attributes-probe-'));
  const { status } = spawnSync('python3', ['-c', setter, probe, 'user.probe', '00']);
  rmSync(probe, { recursive: true });
  return status === 0;
})();
/** Links have none of users: what they can have needs root. */
const canSetTrusted = (() => {
  const probe = mkdtempSync(join(tmpdir(), 'tree-attributes-probe-'));
  symlinkSync('nowhere', join(probe, 'link'));
  const link = join(probe, 'link');
  const { status } = spawnSync('python3', ['-c', setter, link, 'trusted.probe', '00']);
  rmSync(probe, { recursive: true });
  return status === 0;
})();
const canSetLists = spawnSync('setfacl', ['--version']).status === 0;

const fields = (difference: Difference | undefined) =>
  (difference?.children ?? []).flatMap(({ name, fields }) =>
    fields.map((field) => [name, field.name, field.a, field.b]),
  );

describe('extended attributes of trees', () => {
  it.skipIf(!canSet)('are compared, of files and directories', async () => {
    for (const root of [a, b]) set(join(root, 'd/file'), 'user.same', 'x');
    expect((await compare(a, b)).verdict).toBe('identical');
    set(join(a, 'd/file'), 'user.only', 'some text');
    set(join(a, 'd'), 'user.bytes', '\0\x01');
    set(join(b, 'd'), 'user.bytes', '');
    const { verdict, difference } = await compare(a, b);
    expect(verdict).toBe('differs');
    expect(fields(difference)).toEqual([
      ['d', 'xattr user.bytes', '0001', ''],
      ['d/file', 'xattr user.only', '"some text"', undefined],
    ]);
  });

  it.skipIf(!canSet)(
    'are compared of the two directories themselves, and nothing else is',
    async () => {
      chmodSync(a, 0o700);
      expect((await compare(a, b)).verdict).toBe('identical');
      set(a, 'user.root', 'x');
      const { verdict, difference, rootCauses, totals } = await compare(a, b);
      expect(verdict).toBe('differs');
      expect(fields(difference)).toEqual([['.', 'xattr user.root', '"x"', undefined]]);
      expect(rootCauses.map(({ place }) => place)).toEqual([['a', '.']]);
      expect(totals).toMatchObject({ differing: 0, differingDirectories: 1 });
      const ignored = await compare(a, b, { ignore: normalisersNamed(['xattr']) });
      expect(ignored.verdict).toBe('equal-after-ignoring');
    },
  );

  it.skipIf(!canSetTrusted)('are compared of symbolic links, not of where they lead', async () => {
    for (const root of [a, b]) symlinkSync('d/file', join(root, 'link'));
    set(join(a, 'link'), 'trusted.note', 'x');
    expect((await compare(a, b)).verdict).toBe('identical');
    const { difference } = await compare(a, b, { metadata: true });
    expect(fields(difference)).toContainEqual(['link', 'xattr trusted.note', '"x"', undefined]);
    const ofFile = fields(difference).filter(([path]) => path === 'd/file');
    expect(ofFile.map(([, name]) => name)).not.toContain('xattr trusted.note');
  });

  it.skipIf(!canSet)('can be ignored, and are then listed as hidden', async () => {
    set(join(a, 'd/file'), 'user.only', 'x');
    const { verdict, hidden } = await compare(a, b, { ignore: normalisersNamed(['xattr']) });
    expect(verdict).toBe('equal-after-ignoring');
    expect(hidden).toMatchObject([{ normaliser: 'xattr', place: ['a', 'd/file'] }]);
  });

  it.skipIf(!canSetLists)('hold access lists, which are shown as getfacl does', async () => {
    execFileSync('setfacl', ['-m', 'u:1234:r', join(a, 'd/file')]);
    execFileSync('chmod', ['g-w', join(a, 'd/file')]);
    const { difference } = await compare(a, b);
    const list = fields(difference).find(([, name]) => name === 'xattr system.posix_acl_access');
    expect(list?.[2]).toBe('user::rw-,user:1234:r--,group::r--,mask::r--,other::r--');
  });

  it('are said to be missing of the answer where nothing can read them', async () => {
    process.env['SELFSAME_NATIVE_DIR'] = scratch;
    const { verdict, unexamined } = await compare(a, b);
    expect(verdict).toBe('undecided');
    expect(unexamined).toMatchObject([{ place: ['a'], reason: 'tool-missing' }]);
    expect(unexamined[0]?.detail).toContain('extended attributes');
    writeFileSync(join(b, 'd/file'), 'more');
    expect((await compare(a, b)).verdict).toBe('differs');
  });

  it('that cannot be listed decide nothing', async () => {
    // A program that answers as ours does where it may not read.
    const program = join(scratch, 'selfsame-tree');
    writeFileSync(program, "#!/bin/sh\nprintf 'd/file\\0user.x\\0!Permission denied\\0\\0'\n", {
      mode: 0o755,
    });
    process.env['SELFSAME_NATIVE_DIR'] = scratch;
    const { verdict, unexamined } = await compare(a, b);
    expect(verdict).toBe('undecided');
    expect(unexamined).toMatchObject([{ place: ['a', 'd/file'], reason: 'unreadable' }]);
  });

  it('that cannot be listed of very many are counted', async () => {
    const program = join(scratch, 'selfsame-tree');
    const loop = "for n in $(seq 150); do printf 'f%s\\0!\\0No such file\\0\\0' $n; done";
    writeFileSync(program, `#!/bin/sh\n${loop}\n`, { mode: 0o755 });
    process.env['SELFSAME_NATIVE_DIR'] = scratch;
    const { unexamined } = await compare(a, b);
    expect(unexamined).toHaveLength(101);
    expect(unexamined.at(-1)?.detail).toMatch(/of 50 more/);
  });

  it('that end in the middle are no answer', async () => {
    const program = join(scratch, 'selfsame-tree');
    writeFileSync(program, '#!/bin/sh\necho it broke >&2\nexit 1\n', { mode: 0o755 });
    process.env['SELFSAME_NATIVE_DIR'] = scratch;
    const { verdict, unexamined } = await compare(a, b);
    expect([verdict, unexamined[0]?.reason]).toEqual(['undecided', 'unsupported']);
  });
});
