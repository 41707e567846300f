import { execFileSync, spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { afterAll, describe, expect, it } from 'vitest';
import { compareContents } from './compare.js';
import { memoryContent } from './content/memory-content.js';
import { everyDifference } from './difference.js';
import type { Difference } from './types.js';

const directory = mkdtempSync(join(tmpdir(), 'selfsame-across-'));
afterAll(() => {
  rmSync(directory, { recursive: true, force: true });
});

const has = (program: string): boolean => spawnSync(program, ['--version']).status === 0;
const text = Array.from({ length: 500 }, (_, index) => `line ${index * 7919}\n`).join('');
const packed = (program: string, content: string): Buffer =>
  execFileSync(program, ['-c'], { input: content, stdio: ['pipe', 'pipe', 'ignore'] });

const differ = (a: Uint8Array, b: Uint8Array, name = 'x'): Promise<Difference | undefined> =>
  compareContents(memoryContent(a), memoryContent(b), name);

/** `place: cause` of what is no consequence. */
const causes = (difference: Difference | undefined): string[] =>
  (difference === undefined ? [] : [...everyDifference(difference)]).flatMap((one) =>
    one.difference.findings
      .filter(({ consequence }) => !consequence)
      .map(({ place, cause }) => `${place.slice(1).join('/')}: ${cause}`),
  );

describe.skipIf(!has('xz') || !has('bzip2'))('compressed in two ways (needs xz and bzip2)', () => {
  it('is that, and nothing else where the content is the same', async () => {
    const found = await differ(gzipSync(text), packed('xz', text));
    expect(found).toMatchObject({
      types: ['gzip', 'xz'],
      children: [],
      ranges: [],
      findings: [{ cause: 'compression', certainty: 'certain', a: 'gzip', b: 'xz' }],
    });
  });

  it('shows what differs in the content, too', async () => {
    const found = await differ(packed('xz', text), packed('bzip2', text.replace('7919', '7918')));
    expect(found?.findings).toMatchObject([{ cause: 'compression' }]);
    expect(found?.children).toMatchObject([
      { textDiff: expect.stringContaining('+line 7918') as string },
    ]);
  });

  it('says so where one cannot be read', async () => {
    const found = await differ(gzipSync(text), packed('xz', text).subarray(0, 200));
    expect(found?.unexamined).toMatchObject([{ reason: 'damaged' }]);
    expect(found?.ranges.length).toBeGreaterThan(0);
  });

  it('is said of a member that has the name of another program', async () => {
    const tar = (name: string, bytes: Buffer): Buffer => {
      const at = join(directory, name);
      mkdirSync(at, { recursive: true });
      writeFileSync(join(at, `log.${name}`), bytes);
      const options = ['--sort=name', '--mtime=@0', '--owner=0', '--group=0', '--mode=0644'];
      return execFileSync('tar', ['-c', ...options, '-C', at, `log.${name}`]);
    };
    const found = await differ(tar('gz', gzipSync(text)), tar('xz', packed('xz', text)), 'x.tar');
    expect(found?.children[0]).toMatchObject({ name: 'log.gz', nameInB: 'log.xz' });
    expect(causes(found)).toContain('log.gz: compression');
    expect(causes(found).filter((cause) => /missing|unknown|code/.test(cause))).toEqual([]);
  });
});

describe.skipIf(!has('dpkg-deb'))('Debian packages (needs dpkg-deb)', () => {
  const build = (compressor: string, content = 'hello\n'): Buffer => {
    const tree = join(directory, 'tree');
    mkdirSync(join(tree, 'DEBIAN'), { recursive: true });
    writeFileSync(
      join(tree, 'DEBIAN/control'),
      'Package: x\nVersion: 1\nArchitecture: all\nMaintainer: x <x@example.org>\nDescription: x\n',
    );
    writeFileSync(join(tree, 'hello'), content);
    const output = join(directory, `${compressor}.deb`);
    execFileSync('dpkg-deb', ['--root-owner-group', `-Z${compressor}`, '-b', tree, output], {
      env: { PATH: process.env['PATH'], SOURCE_DATE_EPOCH: '1795262400' },
      stdio: 'ignore',
    });
    return readFileSync(output);
  };

  it('with data and control compressed in two ways differ in that alone', async () => {
    const found = await differ(build('xz'), build('gzip'), 'x.deb');
    expect(causes(found)).toEqual(['control.tar.xz: compression', 'data.tar.xz: compression']);
  });

  it('and in a file', async () => {
    const found = await differ(build('xz'), build('gzip', 'other\n'), 'x.deb');
    const all = found === undefined ? [] : [...everyDifference(found)];
    expect(all.map(({ place }) => place.join('/'))).toContain('x.deb/data.tar.xz/content/./hello');
  });
});
