import { createHash } from 'node:crypto';
import { execFileSync } from 'node:child_process';
import { mkdir, mkdtemp, readFile, readdir, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { testContext } from '../../download/testing.js';
import type { TestContext } from '../../download/testing.js';
import { SelfsameError } from '../../errors/selfsame-error.js';
import { scanTree } from '../../store/tree-digest.js';
import { unpackLimits } from './limits.js';
import { pax, tar, tarMember, zip } from './testing.js';
import { unpackArchive } from './unpack.js';

let context: TestContext;
beforeAll(async () => {
  context = await testContext();
});
afterAll(async () => {
  await context[Symbol.asyncDispose]();
});

async function unpack(bytes: Uint8Array, limits = unpackLimits) {
  const { sha256 } = await context.store.putFile(bytes);
  const path = context.store.filePath(sha256);
  return await unpackArchive({ path, sha256 }, 'the archive', context, limits);
}

/** `path content`, `path -> target` or `path/` for each entry. */
async function listing(bytes: Uint8Array): Promise<string[]> {
  const { path } = await unpack(bytes);
  const entries = await scanTree(path);
  return await Promise.all(
    entries.map(async (entry) => {
      if (entry.type === 'directory') return `${entry.path}/`;
      if (entry.type === 'symlink') return `${entry.path} -> ${entry.target}`;
      const content = await readFile(join(path, entry.path), 'utf8');
      return `${entry.path}${entry.mode === 0o755 ? '*' : ''} ${content}`;
    }),
  );
}

async function refusal(bytes: Uint8Array, limits = unpackLimits): Promise<SelfsameError> {
  const before = await readdir(join(context.store.root, 'trees'));
  const error: unknown = await unpack(bytes, limits).catch((reason: unknown) => reason);
  if (!(error instanceof SelfsameError))
    throw new TypeError(`not refused: ${JSON.stringify(error)}`);
  expect(await readdir(join(context.store.root, 'trees'))).toEqual(before);
  return error;
}

const directory = (name: string) => ({ name, type: '5', mode: 0o755 });

describe('unpacking a tar archive', () => {
  const members = [
    directory('top/'),
    { name: 'top/run', mode: 0o4711, content: 'x' },
    { name: 'top/sub/file', mode: 0o600, content: 'content', modified: 1_600_000_000 },
    { name: 'top/sub/link', type: '2', linkName: '../run' },
    { name: 'top/hard', type: '1', linkName: 'top/run' },
  ];
  const expected = ['hard* x', 'run* x', 'sub/', 'sub/file content', 'sub/link -> ../run'];

  it('takes off the single top directory and normalises modes', async () => {
    expect(await listing(tar(...members))).toEqual(expected);
  });

  it('gives the newest time of a member as the date', async () => {
    expect(await unpack(tar(...members))).toMatchObject({ date: 1_600_000_000 });
  });

  it('keeps several top entries as they are', async () => {
    const bytes = tar({ name: './a', content: '1' }, { name: 'b/c', content: '2' });
    expect(await listing(bytes)).toEqual(['a 1', 'b/', 'b/c 2']);
  });

  it.each([
    ['gzip', ['gzip', '-c']],
    ['xz', ['xz', '-c']],
    ['lzma', ['xz', '--format=lzma', '-c']],
    ['bzip2', ['bzip2', '-c']],
    ['zstd', ['zstd', '-c', '-q']],
  ] as const)('reads %s', async (_, [program, ...args]) => {
    const bytes = execFileSync(program, [...args], { input: tar(...members) });
    expect((await unpack(bytes)).digest).toBe((await unpack(tar(...members))).digest);
  });

  it.each(['v7', 'ustar', 'gnu', 'posix'])('reads what GNU tar writes as %s', async (format) => {
    const work = await mkdtemp(join(tmpdir(), 'selfsame-tar-'));
    try {
      const deep = format === 'v7' ? 'd' : `d/${'long-directory-name/'.repeat(6)}`;
      const name = format === 'v7' || format === 'ustar' ? 'file' : `ü-${'n'.repeat(120)}`;
      await mkdir(join(work, 'top', deep), { recursive: true });
      await writeFile(join(work, 'top', deep, name), 'deep');
      await symlink(format === 'v7' ? 'x' : `${'y/'.repeat(30)}z`, join(work, 'top', 'link'));
      const bytes = execFileSync('tar', ['-C', work, `--format=${format}`, '-cf', '-', 'top']);
      expect((await scanTree((await unpack(bytes)).path)).map((entry) => entry.path)).toEqual(
        (await scanTree(join(work, 'top'))).map((entry) => entry.path),
      );
      expect((await unpack(bytes)).path).toSatisfy((path: string) => path.includes('trees'));
    } finally {
      await rm(work, { recursive: true });
    }
  });

  it('takes path, link and size from pax headers, and the date with a fraction', async () => {
    const long = `${'n'.repeat(150)}/file`;
    const bytes = tar(
      pax({ comment: 'a commit', mtime: '5' }, 'g'),
      pax({ path: long, size: '3', mtime: '1500000000.75', 'LIBARCHIVE.x': '1' }),
      { name: 'short', content: 'abc', size: 0 },
      { name: 'other', content: '' },
    );
    expect(await listing(bytes)).toEqual([`${'n'.repeat(150)}/`, `${long} abc`, 'other ']);
    expect((await unpack(bytes)).date).toBe(1_500_000_000);
  });

  it('does not unpack the same archive again', async () => {
    const bytes = tar({ name: 'once', content: 'once' });
    const first = await unpack(bytes);
    await writeFile(
      context.store.filePath(createHash('sha256').update(bytes).digest('hex')),
      '',
    ).catch(() => undefined);
    expect(await unpack(bytes)).toEqual(first);
  });

  it('reads any archive of small files back', async () => {
    const name = fc.stringMatching(/^[a-z]{1,5}$/);
    const files = fc.dictionary(name, fc.string({ maxLength: 2000 }), { minKeys: 2, maxKeys: 8 });
    await fc.assert(
      fc.asyncProperty(files, async (contents) => {
        const all = Object.entries(contents);
        const bytes = gzipSync(tar(...all.map(([key, content]) => ({ name: key, content }))));
        expect(await listing(bytes)).toEqual(
          all.map(([key, content]) => `${key} ${content}`).sort(),
        );
      }),
      { numRuns: 20 },
    );
  });
});

describe('a tar archive is refused with', () => {
  const file = { name: 'a', content: 'a' };
  it.each([
    ['a path out of it', tar({ name: '../evil', content: 'x' })],
    ['a path out of it in the middle', tar({ name: 'a/../../evil', content: 'x' })],
    ['an absolute path', tar({ name: '/etc/evil', content: 'x' })],
    ['a path out of it in a pax header', tar(pax({ path: '../evil' }), file)],
    ['a path out of it in a long name', tar({ name: 'L', type: 'L', content: '../evil\0' }, file)],
    ['a character device', tar({ name: 'null', type: '3' })],
    ['a block device', tar({ name: 'disk', type: '4' })],
    ['a fifo', tar({ name: 'fifo', type: '6' })],
    ['a sparse file', tar({ name: 'sparse', type: 'S' })],
    ['a sparse file of pax', tar(pax({ 'GNU.sparse.major': '1', 'GNU.sparse.name': 'x' }), file)],
    ['an unknown type', tar({ name: 'x', type: 'Z' })],
    ['an absolute link', tar(file, { name: 'l', type: '2', linkName: '/etc/passwd' })],
    ['a link out of it', tar(file, { name: 'l', type: '2', linkName: '../x' })],
    [
      'a link out of the directory that is taken off',
      tar({ name: 'top/l', type: '2', linkName: '../x' }),
    ],
    [
      'a link out of it through another link',
      tar(
        file,
        { name: 'l', type: '2', linkName: '.' },
        { name: 'm', type: '2', linkName: 'l/../x' },
      ),
    ],
    ['a link without target', tar(file, { name: 'l', type: '2' })],
    ['a link with content', tar(file, { name: 'l', type: '2', linkName: 'a', content: 'x' })],
    [
      'a file written through a link',
      tar(file, { name: 'l', type: '2', linkName: 'd' }, { name: 'l/x', content: 'x' }),
    ],
    [
      'a file written over a link',
      tar(file, { name: 'l', type: '2', linkName: 'a' }, { name: 'l', content: 'x' }),
    ],
    ['a file below a file', tar(file, { name: 'a/b', content: 'x' })],
    ['a file twice', tar(file, { name: './a', content: 'other' })],
    ['a directory over a file', tar(file, directory('a/'))],
    ['a hard link out of it', tar(file, { name: 'h', type: '1', linkName: '../x' })],
    ['an absolute hard link', tar(file, { name: 'h', type: '1', linkName: '/etc/passwd' })],
    ['a hard link to nothing', tar(file, { name: 'h', type: '1', linkName: 'b' })],
    [
      'a hard link to a link',
      tar(file, { name: 'l', type: '2', linkName: 'a' }, { name: 'h', type: '1', linkName: 'l' }),
    ],
    ['a global path', tar(pax({ path: 'x' }, 'g'), file)],
    ['two extended headers', tar(pax({ path: 'x' }), pax({ path: 'y' }), file)],
    ['two long names', tar({ name: 'L', type: 'L', content: 'x' }, { name: 'L', type: 'L' }, file)],
    ['a name that is not UTF-8', tar({ name: 'caf\u00e9', content: 'x' })],
  ])('%s', async (_, bytes) => {
    const error = await refusal(bytes);
    expect(error.code).toBe('ARCHIVE_UNSAFE');
    expect(error.message).toContain('the archive cannot be unpacked');
  });

  it.each([
    ['a cut in a file', tarMember({ name: 'a', content: 'x'.repeat(600) }).subarray(0, 800)],
    [
      'a cut in a header',
      tar(file)
        .subarray(0, 1024 + 100)
        .fill(1, 1024),
    ],
    ['a wrong checksum', Buffer.concat([tarMember(file), Buffer.alloc(512, 7)])],
    ['a number that is none', tar(pax({ size: '1x' }), file)],
    ['a malformed pax record', tar({ name: 'p', type: 'x', content: '99 path=x\n' }, file)],
    ['an extended header at its end', tar(pax({ path: 'x' }))],
  ])('%s as damaged', async (_, bytes) => {
    expect((await refusal(bytes)).code).toBe('ARCHIVE_DAMAGED');
  });

  it('a damaged compression', async () => {
    const bytes = gzipSync(tar({ name: 'a', content: 'x'.repeat(5000) }));
    bytes[bytes.length - 6] = (bytes[bytes.length - 6] ?? 0) ^ 1;
    expect((await refusal(bytes)).code).toBe('DECOMPRESS_FAILED');
    const cut = execFileSync('xz', ['-c'], { input: tar(file) }).subarray(0, 60);
    expect((await refusal(cut)).code).toBe('DECOMPRESS_FAILED');
  });

  it.each([
    [
      'more bytes than allowed',
      { freeBytes: 1000, ratio: 1 },
      gzipSync(tar({ name: 'a', content: Buffer.alloc(100_000) })),
    ],
    [
      'more bytes by hard links',
      { freeBytes: 5000, ratio: 0 },
      tar(
        { name: 'a', content: Buffer.alloc(2000) },
        ...[1, 2].map((index) => ({ name: `h${index}`, type: '1', linkName: 'a' })),
      ),
    ],
    ['more entries than allowed', { entries: 2 }, tar(file, { name: 'b' }, { name: 'c' })],
    [
      'more implied directories than allowed',
      { entries: 5 },
      tar({ name: 'a/b/c/d/e/f', content: '' }),
    ],
    ['a path deeper than allowed', { depth: 3 }, tar({ name: 'a/b/c/d', content: '' })],
    ['a path longer than allowed', { pathBytes: 5 }, tar({ name: 'abcdef', content: '' })],
    ['a name longer than allowed', {}, tar(pax({ path: 'n'.repeat(256) }), file)],
    ['an enormous extended header', {}, tar({ name: 'x', type: 'x', size: 2 ** 30 })],
  ])('%s', async (_, limits, bytes) => {
    const error = await refusal(bytes, { ...unpackLimits, ...limits });
    expect(error.code).toBe('ARCHIVE_TOO_LARGE');
  });

  it('more bytes than allowed from a program that has more to say', async () => {
    const bytes = execFileSync('xz', ['-c'], {
      input: tar({ name: 'a', content: Buffer.alloc(50_000_000) }),
    });
    const limits = { ...unpackLimits, freeBytes: 1_000_000, ratio: 1 };
    expect((await refusal(bytes, limits)).code).toBe('ARCHIVE_TOO_LARGE');
  });

  it('endless compressed zeros, long before they fill the disk', async () => {
    const zeros = gzipSync(Buffer.alloc(64 * 1024 ** 2));
    const limits = { ...unpackLimits, freeBytes: 1024 ** 2, ratio: 2 };
    const error = await refusal(
      Buffer.concat([gzipSync(tarMember({ name: 'a', size: 8 * 1024 ** 3 - 1 })), zeros]),
      limits,
    );
    expect(error.code).toBe('ARCHIVE_TOO_LARGE');
  });

  it('something that is no archive', async () => {
    for (const bytes of [Buffer.from('hello'), gzipSync('hello'), gzipSync(Buffer.alloc(600, 1))]) {
      expect((await refusal(bytes)).code).toBe('ARCHIVE_UNKNOWN');
    }
  });

  it('arbitrary damage, without anything but a named error', async () => {
    const good = tar(
      directory('top/'),
      { name: 'top/a', content: 'x'.repeat(700) },
      pax({ path: 'top/b' }),
      file,
    );
    const place = fc.nat(good.length - 1);
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.tuple(place, fc.nat(255)), { maxLength: 5 }),
        async (changes) => {
          const bytes = Buffer.from(good);
          for (const [offset, value] of changes) bytes[offset] = value;
          const outcome: unknown = await unpack(bytes).catch((error: unknown) => error);
          if (outcome instanceof Error) expect(outcome).toBeInstanceOf(SelfsameError);
        },
      ),
      { numRuns: 200 },
    );
  });
});

describe('a zip archive', () => {
  it('is unpacked with its modes and links', async () => {
    const bytes = zip(
      { name: 'top/', mode: 0o40755 },
      { name: 'top/run', mode: 0o100755, content: 'x' },
      { name: 'top/dos', mode: 0, content: 'y', method: 0 },
      { name: 'top/link', mode: 0o120777, content: 'run' },
    );
    expect(await listing(bytes)).toEqual(['dos y', 'link -> run', 'run* x']);
    expect((await unpack(bytes)).date).toBe(Date.UTC(2020, 0, 1) / 1000);
    expect(await listing(zip())).toEqual([]);
  });

  it.each([
    ['a path out of it', zip({ name: '../evil', content: 'x' })],
    ['an absolute path', zip({ name: '/evil', content: 'x' })],
    ['a backslash', zip({ name: '..\\evil', content: 'x' })],
    ['a device', zip({ name: 'null', mode: 0o20666 })],
    ['a link out of it', zip({ name: 'l', mode: 0o120777, content: '../x' })],
    ['a very long link', zip({ name: 'l', mode: 0o120777, content: 'x'.repeat(5000) })],
    ['another name in its local header', zip({ name: 'a', localName: 'b', content: 'x' })],
    ['an encrypted entry', zip({ name: 'a', content: 'x', flags: 0x801 })],
    ['an unknown method', zip({ name: 'a', content: 'x', method: 99 })],
    ['a file twice', zip({ name: 'a', content: 'x' }, { name: 'a', content: 'y' })],
  ])('is refused with %s', async (_, bytes) => {
    expect((await refusal(bytes)).code).toBe('ARCHIVE_UNSAFE');
  });

  it.each([
    ['a wrong checksum', zip({ name: 'a', content: 'x', crc: 1 })],
    ['a wrong size', zip({ name: 'a', content: 'x', size: 2 })],
    ['a cut', zip({ name: 'a', content: 'x' }).subarray(0, 60)],
  ])('is refused as damaged with %s', async (_, bytes) => {
    expect((await refusal(bytes)).code).toBe('ARCHIVE_DAMAGED');
  });

  it('is refused when it says it is larger than allowed', async () => {
    const limits = { ...unpackLimits, freeBytes: 1000, ratio: 1 };
    const error = await refusal(zip({ name: 'a', content: Buffer.alloc(100_000) }), limits);
    expect(error.code).toBe('ARCHIVE_TOO_LARGE');
  });
});
