import { gzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { memoryContent } from '../../content/memory-content.js';
import { ArchiveWorkshop, expectTotal, hasTools, readAll } from '../reading/testing.js';
import { alpine } from './alpine.js';

describe.skipIf(!hasTools('tar'))('packages of Alpine', () => {
  const shop = new ArchiveWorkshop();
  /** A compressed archive without its end, as abuild-tar --cut makes it. */
  const cut = (name: string): Buffer => {
    shop.file(name, `content of ${name}`);
    return gzipSync(shop.run('tar', ['-b1', '-cf', '-', name]).subarray(0, -1024));
  };
  let bytes = Buffer.alloc(0);
  beforeAll(() => {
    bytes = Buffer.concat([cut('.SIGN.RSA.key.rsa.pub'), cut('.PKGINFO'), cut('usr')]);
  });
  afterAll(() => shop.remove());

  it('are known by their first member, and have three parts', async () => {
    expect(await alpine.detect(bytes.subarray(0, 4096), memoryContent(bytes), 'a.apk')).toBe(true);
    const plain = gzipSync('text');
    expect(await alpine.detect(plain, memoryContent(plain), 'a.apk')).toBe(false);
    const { parts, stopped } = await readAll(alpine, bytes);
    expect(stopped).toBeUndefined();
    expect(parts.map(({ name }) => name)).toEqual([
      'signature.tar.gz',
      'control.tar.gz',
      'data.tar.gz',
    ]);
    expect(Buffer.concat(parts.map((part) => part.bytes)).equals(bytes)).toBe(true);
  });

  it('are read totally when spoiled', async () => {
    await expectTotal(alpine, [bytes], { runs: 150 });
  });
});
