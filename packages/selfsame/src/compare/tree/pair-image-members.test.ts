import { createHash } from 'node:crypto';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { afterAll, describe, expect, it } from 'vitest';

import { compare } from '../compare.js';

const scratch = mkdtempSync(join(tmpdir(), 'selfsame-images-'));
afterAll(() => rmSync(scratch, { recursive: true, force: true }));

const sha256 = (text: string): string => createHash('sha256').update(text).digest('hex');

/** An image layout on disk; returns its path. */
function layout(name: string, layers: readonly string[], config = '{"config":1}'): string {
  const root = join(scratch, name);
  mkdirSync(join(root, 'blobs/sha256'), { recursive: true });
  const blob = (text: string): object => {
    writeFileSync(join(root, 'blobs/sha256', sha256(text)), text);
    return { digest: `sha256:${sha256(text)}`, size: text.length };
  };
  const manifest = JSON.stringify({ config: blob(config), layers: layers.map(blob) });
  writeFileSync(join(root, 'oci-layout'), '{"imageLayoutVersion":"1.0.0"}');
  writeFileSync(join(root, 'index.json'), JSON.stringify({ manifests: [blob(manifest)] }));
  return root;
}

describe('image layouts that are directories', () => {
  it('have their blobs compared by what they are, not by what they are called', async () => {
    const a = layout('a', ['base layer', 'built at noon']);
    const b = layout('b', ['base layer', 'built at night']);
    const { difference } = await compare(a, b);
    const children = difference?.children ?? [];
    expect(children.map(({ presence }) => presence)).toEqual(children.map(() => 'both'));
    const layer = children.find(({ name }) => name.endsWith(sha256('built at noon')));
    expect(layer?.nameInB).toBe(`blobs/sha256/${sha256('built at night')}`);
    expect(layer?.textDiff).toContain('+built at night');
    // Manifest, layer and index; the base and the configuration are the same.
    expect(children).toHaveLength(3);
  });

  it('say of layers that only one has that they are missing', async () => {
    const { difference } = await compare(layout('c', ['one', 'two']), layout('d', ['one']));
    const alone = difference?.children.filter(({ presence }) => presence !== 'both');
    expect(alone?.map(({ name }) => name)).toEqual([`blobs/sha256/${sha256('two')}`]);
  });

  it('lose no blob when a layer has moved', async () => {
    const { difference, verdict } = await compare(
      layout('e', ['one', 'two', 'three']),
      layout('f', ['three', 'one', 'two']),
    );
    expect(verdict).toBe('differs');
    // All blobs are on both sides; only documents differ.
    expect(difference?.children.every(({ presence }) => presence === 'both')).toBe(true);
  });

  it.each(['{', '[]', '{"manifests":[{"digest":"sha256:../../x"}]}', '{"manifests":{"length":9}}'])(
    'are plain trees where their documents are %s',
    async (text) => {
      const a = layout('g', ['one']);
      const b = layout('h', ['two']);
      writeFileSync(join(a, 'index.json'), text);
      const { verdict } = await compare(a, b);
      expect(verdict).toBe('differs');
      rmSync(a, { recursive: true });
      rmSync(b, { recursive: true });
    },
  );
});
