import { execFileSync } from 'node:child_process';
import { mkdir, readdir, rm, writeFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { testSigner } from '../../download/testing-keys.js';
import type { TestSigner } from '../../download/testing-keys.js';
import { scanTree, treeDigest } from '../../store/tree-digest.js';
import { errorOf, inputTestContext, storedTrees, treeListing } from '../testing.js';
import type { InputTestContext } from '../testing.js';
import { tar } from '../unpack/testing.js';
import { changelogDate } from './changelog.js';
import type { FetchedInput } from '../types.js';
import { debianSource, debianSourceKind } from './debian-source.js';
import type { DebianSourceSpec } from './schema.js';
import { testArchive } from './testing.js';
import type { TestSource } from './testing.js';

let signer: TestSigner;
let stranger: TestSigner;
beforeAll(async () => {
  [signer, stranger] = await Promise.all([testSigner('archive'), testSigner('stranger')]);
});
afterAll(async () => {
  await signer[Symbol.asyncDispose]();
  await stranger[Symbol.asyncDispose]();
});

const changelog =
  'thing (1.0-1) unstable; urgency=low\n\n  * x\n\n -- A B <a@example.org>  Sat, 01 Nov 2025 12:00:00 +0200\n';
const date = Date.UTC(2025, 10, 1, 10) / 1000;
const orig = gzipSync(
  tar(
    { name: 'thing-1.0/a', content: 'upstream' },
    { name: 'thing-1.0/debian/old', content: 'not this' },
    { name: 'thing-1.0/lib/old', content: 'not this either' },
  ),
);
const debian = gzipSync(
  tar(
    { name: 'debian/changelog', content: changelog },
    { name: 'debian/rules', content: '#!/bin/sh' },
    { name: 'debian/README', type: '2', linkName: '../a' },
  ),
);
const quilt: TestSource = {
  package: 'thing',
  version: '1.0-1',
  files: {
    'thing_1.0.orig.tar.gz': orig,
    'thing_1.0.orig-lib.tar.gz': gzipSync(tar({ name: 'lib-9/l', content: 'component' })),
    'thing_1.0-1.debian.tar.gz': debian,
  },
};
const native: TestSource = {
  package: 'other',
  version: '2',
  files: {
    'other_2.tar.gz': gzipSync(
      tar(
        { name: 'other/debian/changelog', content: changelog },
        { name: 'other/x', content: 'x' },
      ),
    ),
  },
};

const spec = (
  name: string,
  version: string,
  more: Partial<DebianSourceSpec> = {},
): DebianSourceSpec => ({
  kind: 'debian-source',
  package: name,
  version,
  unpack: false,
  ...more,
});

async function kindWith(context: InputTestContext, sources: readonly TestSource[], by = signer) {
  const archive = await testArchive(context, by, sources);
  const trusted = await testSignerKeyring(context);
  const signedBy = { ...archive.signedBy, keyrings: [trusted] };
  return { kind: debianSource(() => Promise.resolve([{ ...archive, signedBy }])), archive };
}

async function testSignerKeyring(context: InputTestContext): Promise<string> {
  const path = join(context.directory, 'trusted.gpg');
  await writeFile(path, signer.binary);
  return path;
}

describe('a debian-source input', () => {
  it('is the published files, with the date of the changelog', async () => {
    await using context = await inputTestContext();
    const { kind } = await kindWith(context, [native, quilt]);
    const thing = spec('thing', '1.0-1');
    const pinned = await kind.pin(thing, context);
    expect(pinned).toMatchObject({
      form: 'tree',
      date,
      origin: { directory: 'pool/main/t/thing' },
    });
    expect(JSON.stringify(pinned)).not.toContain('file:');
    const fetched = await kind.fetch(thing, pinned, context.offline());
    expect(await readdir(fetched.path)).toEqual([
      'thing_1.0-1.debian.tar.gz',
      'thing_1.0-1.dsc',
      'thing_1.0.orig-lib.tar.gz',
      'thing_1.0.orig.tar.gz',
    ]);
  });

  it('is unpacked with its components and debian directory in place', async () => {
    await using context = await inputTestContext();
    const { kind } = await kindWith(context, [quilt]);
    const thing = spec('thing', '1.0-1', { unpack: true });
    const pinned = await kind.pin(thing, context);
    expect(pinned.date).toBe(date);
    const fetched = await kind.fetch(thing, pinned, context.offline());
    expect(await treeListing(fetched.path)).toEqual([
      'a upstream',
      'debian/',
      'debian/README -> ../a',
      `debian/changelog ${changelog}`,
      'debian/rules* #!/bin/sh',
      'lib/',
      'lib/l component',
    ]);
  });

  it('can be native', async () => {
    await using context = await inputTestContext();
    const { kind } = await kindWith(context, [native]);
    const pinned = await kind.pin(spec('other', '2', { unpack: true }), context);
    expect(pinned.date).toBe(date);
    expect((await kind.pin(spec('other', '2'), context)).date).toBe(date);
  });

  it('is brought into an empty store from the lock, though the index has moved on', async () => {
    await using context = await inputTestContext();
    await using empty = await inputTestContext();
    const { kind, archive } = await kindWith(context, [quilt]);
    const thing = spec('thing', '1.0-1', { unpack: true });
    const pinned = await kind.pin(thing, context);
    await rm(join(fileURLToPath(archive.uri), 'dists'), { recursive: true });
    expect((await kind.fetch(thing, pinned, empty)).digest).toBe(pinned.digest);
  });

  it('is looked for at a snapshot service when no mirror has it any more', async () => {
    await using context = await inputTestContext();
    const { kind, archive } = await kindWith(context, [native]);
    const pinned = await kind.pin(spec('other', '2'), context);
    const { rename } = await import('node:fs/promises');
    const old = fileURLToPath(archive.uri);
    await rename(old, `${old}-20260912T075541Z`);
    const snapshot = `${archive.uri}-{timestamp}/{path}`;
    await using empty = await inputTestContext({
      debian: { mirrors: [], keyrings: [], snapshot },
    });
    expect((await kind.fetch(spec('other', '2'), pinned, empty)).digest).toBe(pinned.digest);
  });

  it('names exactly what left the archive', async () => {
    await using context = await inputTestContext();
    await using empty = await inputTestContext();
    const { kind, archive } = await kindWith(context, [native]);
    const pinned = await kind.pin(spec('other', '2'), context);
    const gone = join(fileURLToPath(archive.uri), 'pool/main/o/other/other_2.tar.gz');
    await rm(gone);
    const error = await errorOf(kind.fetch(spec('other', '2'), pinned, empty));
    expect(error.code).toBe('DOWNLOAD_NOT_FOUND');
    expect(error.message).toContain('other_2.tar.gz of thing.source');
  });

  it('says when no archive has the version, or offline does not know it', async () => {
    await using context = await inputTestContext();
    const { kind } = await kindWith(context, [quilt]);
    const error = await errorOf(kind.pin(spec('thing', '9.9-1'), context));
    expect(error.code).toBe('DEBIAN_SOURCE_NOT_FOUND');
    expect(error.message).toContain('thing 9.9-1 (looked in teststable)');
    expect(await errorOf(kind.pin(spec('thing', '1.0-1'), context.offline()))).toMatchObject({
      code: 'OFFLINE_MISSING',
    });
  });

  it('is refused when the archive is signed by a stranger', async () => {
    await using context = await inputTestContext();
    const { kind } = await kindWith(context, [quilt], stranger);
    expect(await errorOf(kind.pin(spec('thing', '1.0-1'), context))).toMatchObject({
      code: 'RELEASE_NOT_TRUSTED',
    });
  });

  it('is refused when a file is not what the index says', async () => {
    await using context = await inputTestContext();
    const { kind, archive } = await kindWith(context, [native]);
    const path = join(fileURLToPath(archive.uri), 'pool/main/o/other/other_2.tar.gz');
    await writeFile(path, Buffer.alloc(native.files['other_2.tar.gz']?.length ?? 0));
    expect(await errorOf(kind.pin(spec('other', '2'), context))).toMatchObject({
      code: 'DOWNLOAD_DIGEST_MISMATCH',
    });
    expect(await storedTrees(context)).toEqual([]);
  });

  it('is refused when the lock is for another package, or its digest for something else', async () => {
    await using context = await inputTestContext();
    const { kind } = await kindWith(context, [quilt, native]);
    const pinned = await kind.pin(spec('other', '2'), context);
    const other = await kind.pin(spec('thing', '1.0-1'), context);
    expect(await errorOf(kind.fetch(spec('other', '3'), pinned, context))).toMatchObject({
      code: 'INPUT_CHANGED',
    });
    for (const unpack of [true, false]) {
      const wrong = { ...pinned, digest: other.digest };
      expect(
        await errorOf(kind.fetch(spec('other', '2', { unpack }), wrong, context)),
      ).toMatchObject({
        code: 'INPUT_CHANGED',
      });
    }
  });

  const replaced = (source: TestSource, files: Record<string, Uint8Array>): TestSource => ({
    ...source,
    files: { ...source.files, ...files },
  });
  it.each([
    [
      'DEBIAN_SOURCE_INVALID',
      'of another version in its .dsc',
      { ...native, dsc: (text: string) => text.replace('Version: 2', 'Version: 3') },
    ],
    [
      'DEBIAN_SOURCE_INVALID',
      'with other files in its .dsc',
      { ...native, dsc: (text: string) => text.replace(/[0-9a-f]{64}/, '0'.repeat(64)) },
    ],
    [
      'DEBIAN_SOURCE_INVALID',
      'with files outside its directory',
      { ...native, entry: (text: string) => text.replace('other_2.tar.gz', '../other_2.tar.gz') },
    ],
    [
      'DEBIAN_SOURCE_INVALID',
      'in a directory outside the archive',
      { ...native, entry: (text: string) => text.replace('pool/main', 'pool/../..') },
    ],
    [
      'DEBIAN_SOURCE_INVALID',
      'without sha256',
      { ...native, entry: (text: string) => text.replace('Checksums-Sha256', 'Files') },
    ],
    [
      'DEBIAN_SOURCE_AMBIGUOUS',
      'listed twice with different files',
      {
        ...native,
        entry: (text: string) => `${text}\n${text.replace(/[0-9a-f]{64}/, '0'.repeat(64))}`,
      },
    ],
    [
      'DEBIAN_SOURCE_FORMAT',
      'of format 1.0 with a diff',
      { ...native, files: { 'other_2.orig.tar.gz': orig, 'other_2.diff.gz': gzipSync('x') } },
    ],
    [
      'DEBIAN_SOURCE_FORMAT',
      'with two tarballs of no known role',
      replaced(native, { 'other_2.x.tar.gz': orig }),
    ],
    [
      'DEBIAN_SOURCE_INVALID',
      'with more than debian/ in its debian tarball',
      {
        ...native,
        files: {
          'other_2.orig.tar.gz': orig,
          'other_2.debian.tar.gz': gzipSync(tar({ name: 'debian/x' }, { name: 'evil' })),
        },
      },
    ],
    [
      'ARCHIVE_UNSAFE',
      'with a link out of it',
      {
        ...native,
        files: {
          'other_2.tar.gz': gzipSync(
            tar({ name: 'o/l', type: '2', linkName: '../x' }, { name: 'o/x' }),
          ),
        },
      },
    ],
  ] as const)('is refused with %s %s', async (code, _, source) => {
    await using context = await inputTestContext();
    const { kind } = await kindWith(context, [source]);
    const error = await errorOf(kind.pin(spec('other', '2', { unpack: true }), context));
    expect(error.code).toBe(code);
    expect(error.message).toContain('other');
    expect(await storedTrees(context)).toEqual([]);
  });
});

describe('a real source package', () => {
  it('is unpacked as dpkg-source does', async (test) => {
    await using context = await inputTestContext();
    const reasons: string[] = [];
    let tree: FetchedInput | undefined;
    let files: FetchedInput | undefined;
    let version = '';
    for (const suite of ['bookworm', 'trixie'] as const) {
      version = suite === 'bookworm' ? '2.10-3' : '2.10-5';
      try {
        const packed = spec('hello', version, { suite });
        const unpacked = { ...packed, unpack: true };
        const kind = debianSourceKind;
        files = await kind.fetch(packed, await kind.pin(packed, context), context);
        tree = await kind.fetch(unpacked, await kind.pin(unpacked, context), context);
        break;
      } catch (error) {
        reasons.push(error instanceof Error ? error.message : String(error));
      }
    }
    if (tree === undefined || files === undefined) {
      test.skip(`no Debian archive can be used here: ${reasons.join('; ')}`);
      return;
    }
    expect(tree.date).toBeGreaterThan(Date.UTC(2010, 0, 1) / 1000);
    const out = join(context.directory, 'dpkg');
    await mkdir(out);
    try {
      const args = [
        '--skip-patches',
        '--no-check',
        '-x',
        join(files.path, `hello_${version}.dsc`),
        join(out, 'x'),
      ];
      execFileSync('dpkg-source', args, { stdio: 'pipe' });
    } catch (error) {
      test.skip(
        `dpkg-source cannot be used here: ${error instanceof Error ? error.message : String(error)}`,
      );
    }
    expect(treeDigest(await scanTree(join(out, 'x')))).toBe(tree.digest);
  });
});

describe('changelogDate', () => {
  it('is that of the newest entry', () => {
    expect(changelogDate(changelog + changelog.replace('2025', '2020'))).toBe(date);
    expect(changelogDate('nothing')).toBeUndefined();
    expect(changelogDate(' -- A <a>  yesterday\n')).toBeUndefined();
  });
});
