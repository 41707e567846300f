import { createHash } from 'node:crypto';
import { afterAll, describe, expect, it } from 'vitest';
import { memoryContent } from '../../content/memory-content.js';
import { ArchiveWorkshop, expectTotal, hasTools, readAll, values } from '../reading/testing.js';
import { contentOf, readWith } from '../structure/testing.js';
import { oci } from './oci.js';

const sha256 = (text: string): string => createHash('sha256').update(text).digest('hex');

/** Writes the files of an image layout and returns its document of the top. */
function layout(shop: ArchiveWorkshop, folder: string, layers: readonly string[]): void {
  const blob = (text: string, mediaType: string): object => {
    shop.file(`${folder}/blobs/sha256/${sha256(text)}`, text);
    return { mediaType, digest: `sha256:${sha256(text)}`, size: text.length };
  };
  const config = blob('{"config":1}', 'config-type');
  const list = layers.map((text) => blob(text, 'layer-type'));
  const manifest = blob(JSON.stringify({ config, layers: list }), 'manifest-type');
  shop.file(`${folder}/oci-layout`, '{"imageLayoutVersion":"1.0.0"}');
  shop.file(`${folder}/index.json`, JSON.stringify({ manifests: [manifest] }));
}

describe.skipIf(!hasTools('tar'))('images of containers', () => {
  const shop = new ArchiveWorkshop();
  afterAll(() => shop.remove());

  it('have their members named by what they are, in order', async () => {
    layout(shop, 'a', ['first', 'second']);
    const bytes = shop.run('tar', [
      '-c',
      '-C',
      'a',
      '--sort=name',
      'blobs',
      'index.json',
      'oci-layout',
    ]);
    expect(await oci.detect(bytes.subarray(0, 4096), memoryContent(bytes), 'x')).toBe(true);
    const { parts, stopped } = await readAll(oci, bytes);
    expect(stopped).toBeUndefined();
    expect(parts.map(({ name }) => name)).toEqual([
      'manifest',
      'config',
      'layer 1',
      'layer 2',
      'blobs/',
      'blobs/sha256/',
      'index.json',
      'oci-layout',
      'trailing zeros',
    ]);
    expect(parts.slice(2, 4).map(({ bytes: found }) => found.toString())).toEqual([
      'first',
      'second',
    ]);
    expect(values(parts[2]?.fields ?? [])).toMatchObject({
      path: `blobs/sha256/${sha256('first')}`,
      mediaType: 'layer-type',
    });
    await expectTotal(oci, [bytes], { runs: 100 });
  });

  it('of docker save are named by manifest.json', async () => {
    shop.file(
      'd/manifest.json',
      '[{"Config":"abc.json","Layers":["one/layer.tar","none","one/layer.tar"]}]',
    );
    shop.file('d/abc.json', '{}').file('d/one/layer.tar', 'layer');
    const bytes = shop.run('tar', ['-c', '-C', 'd', 'manifest.json', 'abc.json', 'one']);
    expect(await oci.detect(bytes.subarray(0, 4096), memoryContent(bytes), 'x')).toBe(true);
    const { parts } = await readAll(oci, bytes);
    expect(parts.map(({ name }) => name)).toEqual([
      'config',
      'layer 1',
      'manifest.json',
      'one/',
      'trailing zeros',
    ]);
  });

  it('that name themselves again and again end', async () => {
    const digest = 'f'.repeat(64);
    const index = { manifests: Array.from({ length: 50 }, () => ({ digest: `sha256:${digest}` })) };
    shop.file('c/index.json', JSON.stringify(index)).file('c/oci-layout', '{}');
    shop.file(`c/blobs/sha256/${digest}`, JSON.stringify(index));
    const bytes = shop.run('tar', ['-c', '-C', 'c', 'oci-layout', 'index.json', 'blobs']);
    const { parts } = await readAll(oci, bytes);
    expect(parts[0]?.name).toBe('index');
    expect(new Set(parts.map(({ name }) => name)).size).toBe(parts.length);
  });

  it('have each document read once, however often it is named', async () => {
    const digest = 'e'.repeat(64);
    const manifests = Array.from({ length: 1000 }, () => ({ digest: `sha256:${digest}` }));
    const layers = Array.from({ length: 10_000 }, () => ({ digest: `sha256:${digest}` }));
    const index = { manifests, layers, more: 'x'.repeat(100_000) };
    shop.file('n/index.json', JSON.stringify(index)).file('n/oci-layout', '{}');
    shop.file(`n/blobs/sha256/${digest}`, JSON.stringify(index));
    const bytes = shop.run('tar', ['-c', '-C', 'n', 'oci-layout', 'index.json', 'blobs']);
    const content = contentOf(bytes);
    const { parts } = await readWith(oci, bytes, { content });
    expect(parts.map(({ name }) => name)).toContain('index');
    expect(content.bytesRead).toBeLessThan(10 * bytes.length);
  });

  it('are no other archives', async () => {
    shop.file('o/file', 'x');
    const bytes = shop.run('tar', ['-c', '-C', 'o', 'file']);
    expect(await oci.detect(bytes.subarray(0, 4096), memoryContent(bytes), 'x')).toBe(false);
  });
});

describe.skipIf(!hasTools('skopeo', 'umoci'))('images of skopeo', () => {
  const shop = new ArchiveWorkshop();
  afterAll(() => shop.remove());

  it.each(['oci-archive', 'docker-archive'])(
    'as %s have a configuration and a layer',
    async (kind) => {
      shop.run('umoci', ['init', '--layout', kind]);
      shop.run('umoci', ['new', '--image', `${kind}:x`]);
      shop.file(`bundle-${kind}/etc/file`, 'text');
      shop.run('umoci', [
        'insert',
        '--rootless',
        '--image',
        `${kind}:x`,
        `bundle-${kind}/etc/file`,
        '/file',
      ]);
      shop.run('skopeo', [
        'copy',
        '--quiet',
        '--insecure-policy',
        `oci:${kind}:x`,
        `${kind}:${kind}.tar:name:tag`,
      ]);
      const bytes = shop.read(`${kind}.tar`);
      expect(await oci.detect(bytes.subarray(0, 4096), memoryContent(bytes), 'x')).toBe(true);
      const { parts } = await readAll(oci, bytes);
      expect(parts.map(({ name }) => name)).toEqual(expect.arrayContaining(['config', 'layer 1']));
    },
  );
});
