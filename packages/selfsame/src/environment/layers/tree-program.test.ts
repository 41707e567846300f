import { mkdirSync, mkdtempSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { sandboxesWork } from '../../sandbox/test-environment.js';
import { runInUserNamespace } from '../../sandbox/user-namespace.js';
import { readFiles, scanTree, TreeRequests, writeTree } from './tree-program.js';

const signal = new AbortController().signal;
const mine = { mode: 0o644, uid: 0, gid: 0 };
let place: string;
let tree: string;

beforeEach(() => {
  place = mkdtempSync(join(tmpdir(), 'selfsame-tree-'));
  tree = join(place, 'tree');
  mkdirSync(tree);
});
afterEach(async () => {
  await runInUserNamespace(['rm', '-rf', '--', place]);
});

async function write(ask: (requests: TreeRequests) => void): Promise<void> {
  const requests = new TreeRequests();
  ask(requests);
  await writeTree(tree, requests.take(), signal);
}

describe.runIf(sandboxesWork)('the program that writes and reads trees', () => {
  it('writes what it reads again: owners, modes with special bits, times, links', async () => {
    await write((requests) => {
      requests.directory('d', { mode: 0o1777, uid: 1, gid: 65_535 });
      requests.file('d/f', { mode: 0o4755, uid: 2, gid: 3 }, 77, Buffer.from('hello'));
      requests.file('empty', mine, 0, Buffer.alloc(0));
      requests.symlink('d/l', '../nowhere', 4, 5, 88);
      requests.linkInside('d/f', 'd/g');
      requests.source(tree);
      requests.copy('d/f', 'd/h', mine, 99);
      requests.time('d', 11);
    });
    const sha256 = '2cf24dba5fb0a30e26e83b2ac5b9e29e1b161e5c1fa7425e73043362938b9824';
    const file = { type: 'file', attributes: [] };
    const found = (await scanTree(tree, signal)).sort((a, b) => (a.path < b.path ? -1 : 1));
    expect(found).toEqual([
      { type: 'directory', path: 'd', mode: 0o1777, uid: 1, gid: 65_535, time: 11, attributes: [] },
      { ...file, path: 'd/f', mode: 0o4755, uid: 2, gid: 3, time: 77, size: 5, sha256 },
      { ...file, path: 'd/g', mode: 0o4755, uid: 2, gid: 3, time: 77, size: 5, sha256 },
      { ...file, ...mine, path: 'd/h', time: 99, size: 5, sha256 },
      { type: 'symlink', path: 'd/l', mode: 0o777, uid: 4, gid: 5, time: 88, target: '../nowhere' },
      {
        ...file,
        ...mine,
        path: 'empty',
        time: 0,
        size: 0,
        sha256: 'e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855',
      },
    ]);
    expect((await readFiles(tree, ['d/f', 'empty', 'd/h'], 10, signal)).toString()).toBe(
      'hellohello',
    );
  });

  it('hashes files of every length around its blocks as others do', async () => {
    const { createHash } = await import('node:crypto');
    const contents = [0, 1, 55, 56, 63, 64, 65, 119, 120, 128, 300_000].map((length) =>
      Buffer.alloc(length, length % 251),
    );
    contents.forEach((content, index) => writeFileSync(join(tree, `${index}`), content));
    const found = new Map(
      (await scanTree(tree, signal)).map((entry) => [
        entry.path,
        'sha256' in entry && entry.sha256,
      ]),
    );
    contents.forEach((content, index) => {
      expect(found.get(`${index}`)).toBe(createHash('sha256').update(content).digest('hex'));
    });
  });

  it('removes a tree whole, and what is not there without complaint', async () => {
    mkdirSync(join(tree, 'a/b/c'), { recursive: true });
    symlinkSync(place, join(tree, 'a/b/out'));
    writeFileSync(join(place, 'victim'), 'mine');
    await write((requests) => {
      requests.remove('a');
      requests.remove('none');
    });
    expect(await scanTree(tree, signal)).toEqual([]);
    expect(readFileSync(join(place, 'victim'), 'utf8')).toBe('mine');
  });

  it.each([
    [
      'a path that climbs',
      (requests: TreeRequests) => requests.file('../x', mine, 0, Buffer.alloc(0)),
    ],
    [
      'an absolute path',
      (requests: TreeRequests) => requests.file('/tmp/x', mine, 0, Buffer.alloc(0)),
    ],
    ['a path with a dot', (requests: TreeRequests) => requests.directory('./x', mine)],
    ['an empty path', (requests: TreeRequests) => requests.directory('', mine)],
    [
      'a path through a link',
      (requests: TreeRequests) => requests.file('out/x', mine, 0, Buffer.alloc(0)),
    ],
    ['a directory through a link', (requests: TreeRequests) => requests.directory('out/x', mine)],
    ['a removal through a link', (requests: TreeRequests) => requests.remove('out/victim')],
    ['a mode for a link', (requests: TreeRequests) => requests.directory('out', mine)],
    [
      'a file that is there',
      (requests: TreeRequests) => requests.file('there', mine, 0, Buffer.alloc(0)),
    ],
    [
      'an id beyond the range',
      (requests: TreeRequests) => requests.directory('x', { ...mine, uid: 65_536 }),
    ],
    [
      'a link from nowhere',
      (requests: TreeRequests) => {
        requests.source(tree);
        requests.link('none', 'x');
      },
    ],
    [
      'a source through a link',
      (requests: TreeRequests) => {
        requests.source(tree);
        requests.link('out/victim', 'x');
      },
    ],
    [
      'less content than announced',
      (requests: TreeRequests) => {
        requests.startFile('x', mine, 0, 10);
        requests.content(Buffer.from('short'));
      },
    ],
  ])('refuses %s, and touches nothing outside', async (_what, ask) => {
    writeFileSync(join(place, 'victim'), 'mine');
    writeFileSync(join(tree, 'there'), 'there');
    symlinkSync('..', join(tree, 'out'));
    await expect(write(ask)).rejects.toMatchObject({ code: 'ENVIRONMENT_HELPER_FAILED' });
    expect(readFileSync(join(place, 'victim'), 'utf8')).toBe('mine');
    expect(readFileSync(join(tree, 'there'), 'utf8')).toBe('there');
  });

  it('reads no file through a link', async () => {
    writeFileSync(join(place, 'secret'), 'secret');
    symlinkSync('../secret', join(tree, 'link'));
    symlinkSync('..', join(tree, 'up'));
    for (const path of ['link', 'up/secret', '../secret']) {
      await expect(readFiles(tree, [path], 10, signal)).rejects.toMatchObject({
        code: 'ENVIRONMENT_HELPER_FAILED',
      });
    }
  });
});
