import { randomBytes } from 'node:crypto';
import { mkdir, readFile, rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import type { Sha256, Store } from '../store/types.js';

const memoSchema = z.strictObject({
  digest: z.string().regex(/^[0-9a-f]{64}$/),
  date: z.number().int().optional(),
});

/** Which tree something turned into when it was taken apart on this machine. */
export interface TreeMemo {
  /** Key of the store's `trees`. */
  readonly digest: Sha256;
  /** Absolute path of that tree in the store. */
  readonly path: string;
  /** Seconds since 1970. */
  readonly date: number | undefined;
}

/**
 * What `key` (a plain file name that names content and the way it is taken apart) turned into before, if the tree is
 * still in the store. Kept in `<store>/trees-of/`; losing it costs only the work of doing it again. It proves that a
 * digest in a lock belongs to what the recipe names, which a tree being in the store does not.
 */
export async function recallTree(store: Store, key: string): Promise<TreeMemo | undefined> {
  let memo: z.infer<typeof memoSchema>;
  try {
    memo = memoSchema.parse(JSON.parse(await readFile(memoPath(store, key), 'utf8')));
  } catch {
    return undefined;
  }
  const path = await store.entry('trees', memo.digest);
  return path === undefined ? undefined : { digest: memo.digest, path, date: memo.date };
}

/** Remembers it. To be called only with a tree that was made from the content that `key` names. */
export async function rememberTree(
  store: Store,
  key: string,
  tree: { readonly digest: Sha256; readonly date: number | undefined },
): Promise<void> {
  const path = memoPath(store, key);
  await mkdir(join(path, '..'), { recursive: true });
  const draft = `${path}.${randomBytes(6).toString('hex')}`;
  const date = tree.date === undefined ? {} : { date: tree.date };
  await writeFile(draft, JSON.stringify({ digest: tree.digest, ...date }));
  await rename(draft, path);
}

function memoPath(store: Store, key: string): string {
  return join(store.root, 'trees-of', key);
}
