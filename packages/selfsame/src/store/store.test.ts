import { createHash } from 'node:crypto';
import { mkdtemp, mkdir, readFile, readdir, rm, stat, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { openStore } from './store.js';
import type { OpenStore } from './store.js';

let directory: string;
let store: OpenStore;

beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'selfsame-store-'));
  store = await openStore(join(directory, 'store'));
});

afterEach(async () => {
  store.close();
  await rm(directory, { recursive: true, force: true });
});

const sha256 = (text: string) => createHash('sha256').update(text).digest('hex');

describe('a store', () => {
  it('is created on first use and opened again', async () => {
    const again = await openStore(store.root);
    expect(again.root).toBe(store.root);
    expect(await readFile(join(store.root, 'version'), 'utf8')).toBe('selfsame store 1\n');
  });

  it('refuses a newer format', async () => {
    await rm(join(store.root, 'version'));
    await writeFile(join(store.root, 'version'), 'selfsame store 2\n');
    await expect(openStore(store.root)).rejects.toMatchObject({ code: 'STORE_TOO_NEW' });
  });

  it("leaves somebody else's directory alone", async () => {
    const foreign = join(directory, 'home');
    await mkdir(foreign);
    await writeFile(join(foreign, 'letter.txt'), 'dear');
    await expect(openStore(foreign)).rejects.toMatchObject({ code: 'STORE_NOT_A_STORE' });
    expect(await readdir(foreign)).toEqual(['letter.txt']);
  });

  it('finishes a creation that was killed half way', async () => {
    const half = join(directory, 'half');
    await mkdir(join(half, 'tmp'), { recursive: true });
    await expect(openStore(half)).resolves.toMatchObject({ root: half });
  });

  it('says which path cannot be used', async () => {
    await writeFile(join(directory, 'file'), '');
    await expect(openStore(join(directory, 'file', 'store'))).rejects.toMatchObject({
      code: 'STORE_UNUSABLE',
      message: expect.stringContaining(join(directory, 'file', 'store')) as string,
    });
  });
});

describe('putFile', () => {
  it.each([
    ['bytes', () => Promise.resolve(Buffer.from('hello'))],
    ['a stream', () => Promise.resolve(Readable.from([Buffer.from('he'), Buffer.from('llo')]))],
    [
      'a path',
      async () => {
        await writeFile(join(directory, 'f'), 'hello');
        return join(directory, 'f');
      },
    ],
  ])('keeps %s read-only under the sha256', async (_name, from) => {
    const stored = await store.putFile(await from());
    expect(stored).toEqual({ sha256: sha256('hello'), size: 5 });
    expect(await readFile(store.filePath(stored.sha256), 'utf8')).toBe('hello');
    expect((await stat(store.filePath(stored.sha256))).mode & 0o777).toBe(0o444);
    expect(await store.hasFile(stored.sha256)).toBe(true);
    expect(await readdir(join(store.root, 'tmp'))).toEqual([]);
  });

  it('consumes a moved file', async () => {
    await writeFile(join(directory, 'f'), 'moved');
    const stored = await store.putFile(join(directory, 'f'), { move: true });
    expect(await readFile(store.filePath(stored.sha256), 'utf8')).toBe('moved');
    await expect(stat(join(directory, 'f'))).rejects.toMatchObject({ code: 'ENOENT' });
  });

  it.each([true, false])('keeps nothing when the digest differs (move: %s)', async (move) => {
    await writeFile(join(directory, 'f'), 'evil');
    await expect(
      store.putFile(join(directory, 'f'), { expected: sha256('good'), move }),
    ).rejects.toMatchObject({ code: 'DIGEST_MISMATCH' });
    expect(await store.hasFile(sha256('evil'))).toBe(false);
    expect(await store.hasFile(sha256('good'))).toBe(false);
    expect(await readdir(join(store.root, 'tmp'))).toEqual([]);
  });

  it('follows no link', async () => {
    await symlink('/etc/passwd', join(directory, 'link'));
    await expect(store.putFile(join(directory, 'link'))).rejects.toMatchObject({
      code: 'STORE_UNUSABLE',
    });
  });

  it('keeps nothing of a stream that breaks', async () => {
    const broken = Readable.from(
      (function* () {
        yield Buffer.from('half');
        throw new Error('connection lost');
      })(),
    );
    await expect(store.putFile(broken)).rejects.toThrow('connection lost');
    expect(await readdir(join(store.root, 'tmp'))).toEqual([]);
  });
});

describe('publish', () => {
  const key = sha256('key');

  it('shows an entry only when it is whole', async () => {
    const path = await store.publish('layers', key, async (draft) => {
      expect(await store.entry('layers', key)).toBeUndefined();
      await writeFile(join(draft, 'a'), '1');
      expect(await store.entry('layers', key)).toBeUndefined();
    });
    expect(path).toBe(store.entryPath('layers', key));
    expect(await store.entry('layers', key)).toBe(path);
    expect(await readFile(join(path, 'a'), 'utf8')).toBe('1');
  });

  it('keeps nothing when filling fails', async () => {
    await expect(
      store.publish('layers', key, () => Promise.reject(new Error('no'))),
    ).rejects.toThrow('no');
    expect(await store.entry('layers', key)).toBeUndefined();
    expect(await readdir(join(store.root, 'tmp'))).toEqual([]);
  });

  it('lets the first of two publishers win', async () => {
    let first: string | undefined;
    await store.publish('layers', key, async (draft) => {
      await writeFile(join(draft, 'a'), 'second');
      first = await store.publish('layers', key, (other) => writeFile(join(other, 'a'), 'first'));
    });
    expect(await readFile(join(first ?? '', 'a'), 'utf8')).toBe('first');
    expect(await readdir(join(store.root, 'tmp'))).toEqual([]);
  });

  it.each(['../x', 'ABC', '', sha256('x').toUpperCase()])('refuses the key %j', (bad) => {
    expect(() => store.entryPath('layers', bad)).toThrowError(
      expect.objectContaining({ code: 'STORE_KEY_INVALID' }) as Error,
    );
  });

  it('removes an entry with read-only directories', async () => {
    await store.publish('trees', key, async (draft) => {
      await mkdir(join(draft, 'sub'));
      await writeFile(join(draft, 'sub', 'a'), '1');
      await (await import('node:fs/promises')).chmod(join(draft, 'sub'), 0o555);
    });
    await store.remove('trees', key);
    expect(await store.entry('trees', key)).toBeUndefined();
    await store.remove('trees', key);
    expect(await readdir(join(store.root, 'tmp'))).toEqual([]);
  });
});

describe('lock', () => {
  it('lets one holder in at a time, in one process too', async () => {
    const order: string[] = [];
    const first = await store.lock('build-x');
    let waited = 0;
    const second = store.lock('build-x', { onWait: () => (waited += 1) }).then((lock) => {
      order.push('second');
      return lock;
    });
    await expect.poll(() => waited).toBe(1);
    order.push('first done');
    await first[Symbol.asyncDispose]();
    await (await second)[Symbol.asyncDispose]();
    expect(order).toEqual(['first done', 'second']);
  });

  it('stops waiting when interrupted', async () => {
    await using _held = await store.lock('a name/with odd "characters"');
    const abort = new AbortController();
    const waiting = store.lock('a name/with odd "characters"', {
      signal: abort.signal,
      onWait: () => abort.abort(),
    });
    await expect(waiting).rejects.toMatchObject({ code: 'INTERRUPTED' });
  });
});

describe('scratch', () => {
  it('is removed on dispose and kept on release', async () => {
    let path: string;
    {
      await using scratch = await store.scratch('work');
      path = scratch.path;
      await writeFile(join(path, 'x'), '1');
    }
    await expect(stat(path)).rejects.toMatchObject({ code: 'ENOENT' });
    const kept = await store.scratch('work');
    kept.release();
    await kept[Symbol.asyncDispose]();
    expect((await stat(kept.path)).isDirectory()).toBe(true);
  });

  it('left by a dead process is removed by the next user', async () => {
    await mkdir(join(store.root, 'tmp', 'left'));
    await using _scratch = await store.scratch('work');
    await expect(stat(join(store.root, 'tmp', 'left'))).rejects.toMatchObject({ code: 'ENOENT' });
  });

  it('of a living process stays', async () => {
    await using mine = await store.scratch('work');
    const other = await openStore(store.root);
    await using _theirs = await other.scratch('work');
    expect((await stat(mine.path)).isDirectory()).toBe(true);
    other.close();
  });
});

describe('a power cut', () => {
  const key = sha256('big');
  const fillBig = async (draft: string) => {
    for (let i = 0; i < 100; i += 1) await writeFile(join(draft, `f${i}`), 'x');
  };
  const unsynced = () => readdir(join(store.root, 'unsynced'));

  it('drops an entry that was not on the disk yet, and no other', async () => {
    await store.publish('layers', key, fillBig);
    await store.publish('trees', sha256('small'), (draft) => writeFile(join(draft, 'a'), '1'));
    await expect.poll(unsynced).toEqual([]);
    await writeFile(join(store.root, 'unsynced', `layers.${key}.another-boot`), '');
    const again = await openStore(store.root);
    expect(await again.entry('layers', key)).toBeUndefined();
    expect(await again.entry('trees', sha256('small'))).toBeDefined();
    expect(await unsynced()).toEqual([]);
    again.close();
  });

  it('that did not happen costs nothing: a kill leaves a marker that the next process sees to', async () => {
    const boot = (await readFile('/proc/sys/kernel/random/boot_id', 'utf8')).trim();
    await store.publish('layers', key, fillBig);
    await expect.poll(unsynced).toEqual([]);
    await writeFile(join(store.root, 'unsynced', `layers.${key}.${boot}`), '');
    const again = await openStore(store.root);
    expect(await again.entry('layers', key)).toBeDefined();
    await again.publish('layers', sha256('other'), fillBig);
    await expect.poll(unsynced).toEqual([]);
    again.close();
  });
});
