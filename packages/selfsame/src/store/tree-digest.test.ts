import {
  chmod,
  link,
  mkdir,
  mkdtemp,
  rm,
  stat,
  symlink,
  utimes,
  writeFile,
} from 'node:fs/promises';
import { execFileSync } from 'node:child_process';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { openStore } from './store.js';
import { storedTreeTime, storeTree } from './store-tree.js';
import { comparePaths, scanTree, treeDigest } from './tree-digest.js';
import type { TreeEntry } from './types.js';

let directory: string;
beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'selfsame-tree-'));
});
afterEach(() => rm(directory, { recursive: true, force: true }));

async function sample(name: string): Promise<string> {
  const root = join(directory, name);
  await mkdir(join(root, 'empty'), { recursive: true });
  await mkdir(join(root, 'src'));
  await writeFile(join(root, 'src', 'main.c'), 'int main;');
  await writeFile(join(root, 'run'), '#!/bin/sh\n');
  await chmod(join(root, 'run'), 0o755);
  await symlink('src/main.c', join(root, 'link'));
  return root;
}

describe('treeDigest', () => {
  // Both computed from the written form with Python's hashlib.
  it('is the published one', async () => {
    expect(treeDigest([])).toBe('01330f27943116552a0cbe0c91f69cb225896ec1ba9a916c01cd1086a7dfe6ad');
    expect(treeDigest(await scanTree(await sample('a')))).toBe(
      'ccf86d0bfba67fd926484537e9878979b845d6d4d582f77ea9c89f9126926a91',
    );
  });

  it('does not depend on order, owners, times or umask', async () => {
    const a = await scanTree(await sample('a'));
    const root = await sample('b');
    await utimes(join(root, 'run'), 1, 1);
    await chmod(join(root, 'run'), 0o700);
    await chmod(join(root, 'src', 'main.c'), 0o600);
    await chmod(join(root, 'empty'), 0o700);
    expect(treeDigest((await scanTree(root)).reverse())).toBe(treeDigest(a));
  });

  it('is another one for every single change', async () => {
    const entries = await scanTree(await sample('a'));
    const seen = new Set([treeDigest(entries)]);
    for (const [index, entry] of entries.entries()) {
      const variants: TreeEntry[] = [{ ...entry, path: `${entry.path}x` }];
      if (entry.type === 'file') {
        variants.push(
          { ...entry, mode: entry.mode === 0o755 ? 0o644 : 0o755 },
          { ...entry, sha256: '0'.repeat(64) },
          { ...entry, size: entry.size + 1 },
        );
      }
      if (entry.type === 'symlink') variants.push({ ...entry, target: `${entry.target}x` });
      for (const variant of variants) seen.add(treeDigest(entries.with(index, variant)));
      seen.add(treeDigest(entries.toSpliced(index, 1)));
    }
    expect(seen.size).toBe(1 + 5 * 2 + 2 * 3 + 1);
  });

  it('refuses devices and names that are not text', async () => {
    const fifo = join(directory, 'fifo');
    await mkdir(fifo);
    execFileSync('mkfifo', [join(fifo, 'pipe')]);
    await expect(scanTree(fifo)).rejects.toMatchObject({ code: 'TREE_INVALID' });
    const odd = join(directory, 'odd');
    await mkdir(odd);
    await writeFile(Buffer.concat([Buffer.from(`${odd}/`), Buffer.from([0xff, 0x41])]), '');
    await expect(scanTree(odd)).rejects.toMatchObject({ code: 'TREE_INVALID' });
  });

  it('sorts as the UTF-8 bytes do', () => {
    const text = fc.string({ unit: 'grapheme', maxLength: 6 });
    fc.assert(
      fc.property(text, text, (a, b) => {
        expect(Math.sign(comparePaths(a, b))).toBe(Buffer.compare(Buffer.from(a), Buffer.from(b)));
      }),
    );
    expect(comparePaths('\u{1F600}', '\uFFFD')).toBeGreaterThan(0);
  });
});

describe('storeTree', () => {
  it.each([false, true])(
    'keeps the tree under its digest, read-only and with constant times (move: %s)',
    async (move) => {
      const store = await openStore(join(directory, 'store'));
      const root = await sample('a');
      await link(join(root, 'run'), join(root, 'run2'));
      const expected = treeDigest(await scanTree(root));
      const stored = await storeTree(store, root, { move });
      expect(stored.digest).toBe(expected);
      expect(stored.path).toBe(store.entryPath('trees', expected));
      expect(treeDigest(await scanTree(stored.path))).toBe(expected);
      for (const name of ['run', 'src', 'src/main.c', 'empty'])
        expect((await stat(join(stored.path, name))).mtimeMs).toBe(storedTreeTime * 1000);
      expect((await stat(join(stored.path, 'src/main.c'))).mode & 0o777).toBe(0o444);
      expect((await stat(join(stored.path, 'run'))).mode & 0o777).toBe(0o555);
      store.close();
    },
  );
});
