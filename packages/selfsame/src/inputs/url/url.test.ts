import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { gzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { testServer } from '../../download/testing.js';
import { testSigner } from '../../download/testing-keys.js';
import type { TestSigner } from '../../download/testing-keys.js';
import { errorOf, inputTestContext, storedTrees, treeListing } from '../testing.js';
import { tar } from '../unpack/testing.js';
import type { UrlSpec } from './schema.js';
import { urlKind } from './url.js';

const archive = gzipSync(tar({ name: 'thing-1/a', content: 'x', modified: 1_700_000_000 }));
const sha256 = (bytes: Uint8Array) => createHash('sha256').update(bytes).digest('hex');

let upstream: TestSigner;
let stranger: TestSigner;
let past: TestSigner;
beforeAll(async () => {
  [upstream, stranger, past] = await Promise.all([
    testSigner('upstream'),
    testSigner('stranger'),
    testSigner('past', { expires: '20200601T000000', fakeTime: '20200101T000000' }),
  ]);
});
afterAll(async () => {
  for (const signer of [upstream, stranger, past]) await signer[Symbol.asyncDispose]();
});

const serve = (files: Record<string, Uint8Array | string>) =>
  testServer((request, response) => {
    const file = files[(request.url ?? '').replace(/\?.*/, '')];
    if (file === undefined) response.writeHead(404).end();
    else response.end(file);
  });

const spec = (urls: readonly string[], more: Partial<UrlSpec> = {}): UrlSpec => ({
  kind: 'url',
  urls,
  unpack: false,
  ...more,
});

describe('a url input', () => {
  it('with a sha256 pins itself without any download', async () => {
    await using context = await inputTestContext();
    await using server = await serve({ '/thing-1.tar.gz': archive });
    const itself = spec([`${server.url}/thing-1.tar.gz?x=y`], { sha256: sha256(archive) });
    expect(urlKind.pinsItself(itself)).toBe(true);
    const pinned = await urlKind.pin(itself, context);
    expect(pinned).toEqual({
      form: 'file',
      digest: sha256(archive),
      fileName: 'thing-1.tar.gz',
      origin: {},
    });
    expect(server.requests).toEqual([]);
    const fetched = await urlKind.fetch(itself, pinned, context);
    expect(await readFile(fetched.path)).toEqual(archive);
    expect(await urlKind.fetch(itself, pinned, context.offline())).toEqual(fetched);
  });

  it('without a sha256 is pinned by what is there', async () => {
    await using context = await inputTestContext();
    await using server = await serve({ '/a.tgz': archive });
    const open = spec([`${server.url}/a.tgz`], { unpack: true });
    expect(urlKind.pinsItself(open)).toBe(false);
    const pinned = await urlKind.pin(open, context);
    expect(pinned).toMatchObject({
      form: 'tree',
      date: 1_700_000_000,
      origin: { sha256: sha256(archive), size: archive.length },
    });
    expect(JSON.stringify(pinned)).not.toContain('http');
    const fetched = await urlKind.fetch(open, pinned, context.offline());
    expect(await treeListing(fetched.path)).toEqual(['a x']);
    expect(server.requests).toHaveLength(1);
  });

  it('is brought into an empty store from the lock alone', async () => {
    await using first = await inputTestContext();
    await using second = await inputTestContext();
    await using server = await serve({ '/a.tgz': archive });
    const open = spec([`${server.url}/a.tgz`], { unpack: true });
    const pinned = await urlKind.pin(open, first);
    const fetched = await urlKind.fetch(open, pinned, second);
    expect(await treeListing(fetched.path)).toEqual(['a x']);
  });

  it('says which mirror gave what when the hash differs', async () => {
    await using context = await inputTestContext();
    await using server = await serve({ '/1/a.tgz': 'evil', '/2/a.tgz': 'worse' });
    const wrong = spec([`${server.url}/1/a.tgz`, `${server.url}/2/a.tgz`], {
      sha256: sha256(archive),
      unpack: true,
    });
    const error = await errorOf(urlKind.pin(wrong, context));
    expect(error.code).toBe('DOWNLOAD_DIGEST_MISMATCH');
    expect(error.message).toContain(`/1/a.tgz gave sha256:${sha256(Buffer.from('evil'))}`);
    expect(error.message).toContain(`/2/a.tgz gave sha256:${sha256(Buffer.from('worse'))}`);
    expect(await context.store.hasFile(sha256(Buffer.from('evil')))).toBe(false);
    expect(await storedTrees(context)).toEqual([]);
  });

  it('does not take a tree for what the recipe names because it is in the store', async () => {
    await using context = await inputTestContext();
    const evil = gzipSync(tar({ name: 'a', content: 'evil' }));
    await using server = await serve({ '/a.tgz': archive, '/evil.tgz': evil });
    const other = await urlKind.pin(spec([`${server.url}/evil.tgz`], { unpack: true }), context);
    const good = spec([`${server.url}/a.tgz`], { sha256: sha256(archive), unpack: true });
    const pinned = { ...(await urlKind.pin(good, context)), digest: other.digest };
    expect(await errorOf(urlKind.fetch(good, pinned, context))).toMatchObject({
      code: 'INPUT_CHANGED',
    });
    const changed = { ...good, sha256: sha256(evil) };
    expect(
      await errorOf(urlKind.fetch(changed, await urlKind.pin(good, context), context)),
    ).toMatchObject({
      code: 'INPUT_CHANGED',
    });
  });

  it('needs a name that scripts can use', async () => {
    await using context = await inputTestContext();
    const nameless = spec(['https://example.org/download/'], { sha256: sha256(archive) });
    expect(await errorOf(urlKind.pin(nameless, context))).toMatchObject({
      code: 'INPUT_FILE_NAME_INVALID',
    });
    const named = { ...nameless, fileName: 'a.tgz' };
    expect(await urlKind.pin(named, context)).toMatchObject({ fileName: 'a.tgz' });
  });

  it('names what is missing when offline', async () => {
    await using context = await inputTestContext();
    const missing = spec(['https://example.org/a.tgz'], { sha256: sha256(archive) });
    const pinned = await urlKind.pin(missing, context);
    const error = await errorOf(urlKind.fetch(missing, pinned, context.offline()));
    expect(error.code).toBe('OFFLINE_MISSING');
    expect(error.message).toContain('a.tgz of thing.source');
  });
});

describe('a url input with a signature', () => {
  const signed = (url: string, more: object = {}) =>
    spec([`${url}/a.tgz`], {
      sha256: sha256(archive),
      signature: { url: `${url}/a.tgz.asc`, keyring: 'keyring/upstream.asc', ...more },
    });

  it('is checked at pinning and at every fetch, also offline', async () => {
    await using context = await inputTestContext();
    await context.write('keyring/upstream.asc', upstream.armored);
    await using server = await serve({
      '/a.tgz': archive,
      '/a.tgz.asc': await upstream.sign(archive),
    });
    const good = signed(server.url);
    expect(urlKind.pinsItself(good)).toBe(false);
    const pinned = await urlKind.pin(good, context);
    expect(await urlKind.fetch(good, pinned, context.offline())).toMatchObject({
      digest: sha256(archive),
    });
    await context.write('keyring/upstream.asc', stranger.armored);
    expect(await errorOf(urlKind.fetch(good, pinned, context.offline()))).toMatchObject({
      code: 'SIGNATURE_WRONG_KEY',
    });
  });

  it('may have the signature in the workspace', async () => {
    await using context = await inputTestContext();
    await context.write('keyring/upstream.asc', upstream.binary);
    await context.write('a.sig', await upstream.sign(archive));
    await using server = await serve({ '/a.tgz': archive });
    const good = signed(server.url, { url: undefined, file: 'a.sig' });
    const pinned = await urlKind.pin(good, context);
    expect(await urlKind.fetch(good, pinned, context)).toMatchObject({ form: 'file' });
  });

  it.each([
    ['SIGNATURE_WRONG_KEY', () => stranger.sign(archive)],
    ['SIGNATURE_BAD', () => upstream.sign('other')],
    ['SIGNATURE_BAD', () => Promise.resolve(Buffer.from('<html>404</html>'))],
    ['SIGNATURE_WEAK', () => upstream.sign(archive, ['--digest-algo', 'SHA1'])],
  ] as const)('is refused with %s', async (code, make) => {
    await using context = await inputTestContext();
    await context.write('keyring/upstream.asc', upstream.armored);
    await using server = await serve({ '/a.tgz': archive, '/a.tgz.asc': await make() });
    const error = await errorOf(urlKind.pin(signed(server.url), context));
    expect(error.code).toBe(code);
    expect(error.message).toContain('a.tgz of thing.source');
    expect(error.message).toContain('keyring/upstream.asc');
    expect(error.hint).not.toBe('');
  });

  it('by an expired key is refused unless the recipe allows it', async () => {
    await using context = await inputTestContext();
    await context.write('keyring/upstream.asc', past.armored);
    await using server = await serve({
      '/a.tgz': archive,
      '/a.tgz.asc': await past.sign(archive),
    });
    expect(await errorOf(urlKind.pin(signed(server.url), context))).toMatchObject({
      code: 'SIGNATURE_EXPIRED',
    });
    const allowed = signed(server.url, { allowExpiredKeys: true });
    expect(await urlKind.pin(allowed, context)).toMatchObject({ digest: sha256(archive) });
  });

  it('by a revoked key is refused', async () => {
    await using context = await inputTestContext();
    await using signer = await testSigner('revoked');
    const signature = await signer.sign(archive);
    await context.write('keyring/upstream.asc', await signer.revoke());
    await using server = await serve({ '/a.tgz': archive, '/a.tgz.asc': signature });
    expect(await errorOf(urlKind.pin(signed(server.url), context))).toMatchObject({
      code: 'SIGNATURE_REVOKED',
    });
  });

  it('says when the signature or the keyring is missing or unusable', async () => {
    await using context = await inputTestContext();
    await using server = await serve({ '/a.tgz': archive });
    const missing = signed(server.url);
    expect(await errorOf(urlKind.pin(missing, context))).toMatchObject({
      code: 'DOWNLOAD_NOT_FOUND',
    });
    const local = signed(server.url, { url: undefined, file: 'a.sig' });
    await context.write('a.sig', await upstream.sign(archive));
    expect(await errorOf(urlKind.pin(local, context))).toMatchObject({ code: 'INPUT_NOT_FOUND' });
    await context.write('keyring/upstream.asc', 'not a key');
    expect(await errorOf(urlKind.pin(local, context))).toMatchObject({ code: 'KEYRING_UNUSABLE' });
  });
});
