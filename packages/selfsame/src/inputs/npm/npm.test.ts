import { createHash } from 'node:crypto';
import { gzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { testServer } from '../../download/testing.js';
import { errorOf, inputTestContext, treeListing } from '../testing.js';
import { tar } from '../unpack/testing.js';
import { npmKind } from './npm.js';
import type { NpmSpec } from './schema.js';

const tarball = gzipSync(
  tar({ name: 'package/index.js', content: 'x' }, { name: 'package/package.json', content: '{}' }),
);
const integrity = `sha512-${createHash('sha512').update(tarball).digest('base64')}`;

const description = (name: string, version: string, dist: object = { integrity }) =>
  JSON.stringify({ name, version, dist });

/** A registry with left-pad 1.3.0 and @scope/thing 2.0.0. */
const registry = (changes: Record<string, string | Uint8Array> = {}) =>
  testServer((request, response) => {
    const files: Record<string, string | Uint8Array> = {
      '/base/left-pad/1.3.0': description('left-pad', '1.3.0'),
      '/base/left-pad/-/left-pad-1.3.0.tgz': tarball,
      '/base/@scope%2fthing/2.0.0': description('@scope/thing', '2.0.0'),
      '/base/@scope/thing/-/thing-2.0.0.tgz': tarball,
      ...changes,
    };
    const file = files[request.url ?? ''];
    if (file === undefined) response.writeHead(404).end();
    else response.end(file);
  });

const settings = (server: { url: string }) => ({ npm: { registry: `${server.url}/base/` } });
const spec = (more: Partial<NpmSpec> = {}): NpmSpec => ({
  kind: 'npm',
  package: 'left-pad',
  version: '1.3.0',
  unpack: false,
  ...more,
});

describe('an npm input', () => {
  it('is pinned by what the registry states, and fetched from the lock', async () => {
    await using server = await registry();
    await using context = await inputTestContext(settings(server));
    await using other = await inputTestContext(settings(server));
    const pinned = await npmKind.pin(spec(), context);
    expect(pinned).toMatchObject({
      form: 'file',
      fileName: 'left-pad-1.3.0.tgz',
      origin: { integrity },
    });
    expect(JSON.stringify(pinned)).not.toContain('http');
    expect(await npmKind.fetch(spec(), pinned, other)).toMatchObject({ digest: pinned.digest });
    expect(await npmKind.fetch(spec(), pinned, other.offline())).toMatchObject({
      digest: pinned.digest,
    });
  });

  it('is unpacked without its package directory, also when scoped', async () => {
    await using server = await registry();
    await using context = await inputTestContext(settings(server));
    const scoped = spec({ package: '@scope/thing', version: '2.0.0', unpack: true });
    const pinned = await npmKind.pin(scoped, context);
    const fetched = await npmKind.fetch(scoped, pinned, context.offline());
    expect(await treeListing(fetched.path)).toEqual(['index.js x', 'package.json {}']);
    const packed = await npmKind.pin({ ...scoped, unpack: false }, context);
    expect(packed.fileName).toBe('scope-thing-2.0.0.tgz');
  });

  it('with an integrity needs no description, and must have it', async () => {
    await using server = await registry();
    await using context = await inputTestContext(settings(server));
    await npmKind.pin(spec({ integrity }), context);
    expect(server.requests).toEqual(['GET /base/left-pad/-/left-pad-1.3.0.tgz']);
    const other = `sha512-${createHash('sha512').update('other').digest('base64')}`;
    const wrong = spec({ integrity: other });
    expect(await errorOf(npmKind.pin(wrong, context))).toMatchObject({
      code: 'DOWNLOAD_DIGEST_MISMATCH',
    });
    const pinned = await npmKind.pin(spec({ unpack: true }), context);
    expect(await errorOf(npmKind.fetch({ ...wrong, unpack: true }, pinned, context))).toMatchObject(
      {
        code: 'DOWNLOAD_DIGEST_MISMATCH',
      },
    );
  });

  it('is refused when the tarball is not what the registry states', async () => {
    await using server = await registry({ '/base/left-pad/-/left-pad-1.3.0.tgz': 'evil' });
    await using context = await inputTestContext(settings(server));
    expect(await errorOf(npmKind.pin(spec(), context))).toMatchObject({
      code: 'DOWNLOAD_DIGEST_MISMATCH',
    });
  });

  it('names a version that is not there', async () => {
    await using server = await registry();
    await using context = await inputTestContext(settings(server));
    const error = await errorOf(npmKind.pin(spec({ version: '9.9.9' }), context));
    expect(error.code).toBe('NPM_PACKAGE_NOT_FOUND');
    expect(error.message).toContain('left-pad@9.9.9');
  });

  it.each([
    ['not JSON', 'nonsense'],
    ['another package', description('right-pad', '1.3.0')],
    ['another version', description('left-pad', '1.2.0')],
    ['only a sha1', description('left-pad', '1.3.0', { shasum: 'a'.repeat(40) })],
  ])('refuses a description that is %s', async (_, text) => {
    await using server = await registry({ '/base/left-pad/1.3.0': text });
    await using context = await inputTestContext(settings(server));
    expect(await errorOf(npmKind.pin(spec(), context))).toMatchObject({
      code: 'NPM_REPLY_INVALID',
    });
  });

  it('needs a usable registry', async () => {
    await using context = await inputTestContext({ npm: { registry: 'ftp://example.org/' } });
    expect(await errorOf(npmKind.pin(spec(), context))).toMatchObject({
      code: 'NPM_REGISTRY_UNKNOWN',
    });
  });

  it('reads a real package from the configured registry', async (test) => {
    await using context = await inputTestContext();
    const real = spec({ unpack: true });
    const pinned = await npmKind.pin(real, context).catch((error: unknown) => error);
    if (pinned instanceof Error) {
      test.skip(`the npm registry cannot be used here: ${pinned.message}`);
      return;
    }
    expect(pinned).toMatchObject({
      origin: {
        integrity:
          'sha512-XI5MPzVNApjAyhQzphX8BkmKsKUxD4LdyK24iZeQGinBN9yTQT3bFlCBy/aVx2HrNcqQGsdot8ghrjyrvMCoEA==',
      },
    });
  });
});
