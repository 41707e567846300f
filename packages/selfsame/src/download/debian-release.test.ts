import { createHash } from 'node:crypto';
import { mkdir, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { gzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { DebianArchive } from './debian-archive.js';
import { fetchIndex, readIndex } from './debian-index.js';
import { fetchRelease } from './debian-release.js';
import { testContext, testPolicy } from './testing.js';
import type { TestContext } from './testing.js';
import { testSigner } from './testing-keys.js';
import type { TestSigner } from './testing-keys.js';

const sources = gzipSync('Package: hello\nVersion: 1\n');
const sha256 = (bytes: Uint8Array) => createHash('sha256').update(bytes).digest('hex');

function releaseText(fields: Partial<Record<string, string>> = {}): string {
  const all = {
    Suite: 'stable',
    Codename: 'trixie',
    Date: 'Sat, 12 Sep 2026 07:55:41 UTC',
    'Acquire-By-Hash': 'yes',
    SHA256: `\n ${sha256(sources)} ${sources.length} main/source/Sources.gz\n ${'0'.repeat(64)} 1 ../../evil`,
    ...fields,
  };
  return `${Object.entries(all)
    .map(([name, value]) => `${name}: ${value ?? ''}`)
    .join('\n')}\n`;
}

let signer: TestSigner;
let stranger: TestSigner;

beforeAll(async () => {
  [signer, stranger] = await Promise.all([testSigner('archive'), testSigner('stranger')]);
});
afterAll(async () => {
  await signer[Symbol.asyncDispose]();
  await stranger[Symbol.asyncDispose]();
});

/** An archive on disk with the given files below `dists/trixie/`, trusted through `signer`. */
async function archiveWith(
  context: TestContext,
  files: Record<string, string | Uint8Array>,
): Promise<DebianArchive> {
  const root = join(context.directory, 'archive');
  for (const [name, bytes] of Object.entries(files)) {
    const path = join(root, 'dists', 'trixie', name);
    await mkdir(dirname(path), { recursive: true });
    await writeFile(path, bytes);
  }
  const keyring = join(context.directory, 'keyring.asc');
  await writeFile(keyring, signer.armored);
  return {
    uri: pathToFileURL(root).href,
    suites: ['trixie'],
    signedBy: { keyrings: [keyring], fingerprints: [], inline: undefined },
  };
}

describe('fetchRelease', () => {
  it('reads a signed InRelease and an index it names', async () => {
    await using context = await testContext();
    const archive = await archiveWith(context, {
      InRelease: await signer.clearSign(releaseText()),
      'main/source/Sources.gz': sources,
    });
    const release = await fetchRelease([archive], 'trixie', context);
    expect(release).toMatchObject({
      codename: 'trixie',
      date: Date.UTC(2026, 8, 12, 7, 55, 41) / 1000,
      signedBy: [signer.fingerprint],
      validUntil: undefined,
    });
    expect([...release.files.keys()]).toEqual(['main/source/Sources.gz']);
    // The by-hash name is not there: the plain name is the fallback.
    const index = await fetchIndex(release, 'main/source/Sources', context);
    let text = '';
    for await (const chunk of readIndex(index, context)) text += Buffer.from(chunk).toString();
    expect(text).toBe('Package: hello\nVersion: 1\n');
    await expect(fetchIndex(release, 'main/source/Nothing', context)).rejects.toMatchObject({
      code: 'INDEX_UNAVAILABLE',
    });
  });

  it('reads Release with Release.gpg where there is no InRelease', async () => {
    await using context = await testContext();
    const text = releaseText();
    const files = { Release: text, 'Release.gpg': await signer.sign(text) };
    const release = await fetchRelease([await archiveWith(context, files)], 'trixie', context);
    expect(release.signedBy).toEqual([signer.fingerprint]);
  });

  it('gives the error of an index that is not what the Release file says', async () => {
    await using context = await testContext();
    const archive = await archiveWith(context, {
      InRelease: await signer.clearSign(releaseText()),
      'main/source/Sources.gz': gzipSync('Package: evil\n'),
    });
    const release = await fetchRelease([archive], 'trixie', context);
    await expect(
      fetchIndex(release, 'main/source/Sources', context, testPolicy()),
    ).rejects.toMatchObject({ code: 'INDEX_UNAVAILABLE' });
  });

  it('looks in the next archive when one does not have the suite', async () => {
    await using context = await testContext();
    const archive = await archiveWith(context, {
      InRelease: await signer.clearSign(releaseText()),
    });
    const empty = { ...archive, uri: `${archive.uri}/nothing` };
    const release = await fetchRelease([empty, archive], 'trixie', context);
    expect(release.archive).toBe(archive);
    await expect(fetchRelease([empty], 'trixie', context)).rejects.toMatchObject({
      code: 'RELEASE_UNAVAILABLE',
    });
  });

  const cases: readonly [string, () => Promise<Record<string, string | Uint8Array>>][] = [
    ['signed by a stranger', async () => ({ InRelease: await stranger.clearSign(releaseText()) })],
    ['not signed', async () => ({ InRelease: releaseText() })],
    [
      'changed after signing',
      async () => ({
        InRelease: (await signer.clearSign(releaseText())).toString().replace('stable', 'stabke'),
      }),
    ],
    [
      'preceded by unsigned text',
      async () => ({
        InRelease: `Suite: trixie\n\n${(await signer.clearSign(releaseText())).toString()}`,
      }),
    ],
    [
      'followed by unsigned text',
      async () => ({
        InRelease: `${(await signer.clearSign(releaseText())).toString()}\nSHA256: x\n`,
      }),
    ],
    [
      'for another suite',
      async () => ({
        InRelease: await signer.clearSign(releaseText({ Codename: 'sid', Suite: 'unstable' })),
      }),
    ],
    [
      'without a date',
      async () => ({ InRelease: await signer.clearSign(releaseText({ Date: 'x' })) }),
    ],
    [
      'with a detached signature of something else',
      async () => ({ Release: releaseText(), 'Release.gpg': await signer.sign('other') }),
    ],
  ];
  it.each(cases)('refuses a Release file %s', async (_, files) => {
    await using context = await testContext();
    const archive = await archiveWith(context, await files());
    await expect(fetchRelease([archive], 'trixie', context)).rejects.toMatchObject({
      code: 'RELEASE_NOT_TRUSTED',
    });
  });

  it('refuses a key that Signed-By does not name', async () => {
    await using context = await testContext();
    const archive = await archiveWith(context, {
      InRelease: await signer.clearSign(releaseText()),
    });
    const signedBy = { ...archive.signedBy, fingerprints: [stranger.fingerprint] };
    await expect(fetchRelease([{ ...archive, signedBy }], 'trixie', context)).rejects.toMatchObject(
      { code: 'RELEASE_NOT_TRUSTED' },
    );
  });

  it('says so when there is no keyring, and when offline', async () => {
    await using context = await testContext({ offline: true });
    const archive = await archiveWith(context, {});
    const signedBy = { keyrings: [], fingerprints: [], inline: undefined };
    await expect(fetchRelease([{ ...archive, signedBy }], 'trixie', context)).rejects.toMatchObject(
      { code: 'APT_SOURCES_INVALID' },
    );
    await expect(fetchRelease([archive], 'trixie', context)).rejects.toMatchObject({
      code: 'OFFLINE_MISSING',
    });
  });
});
