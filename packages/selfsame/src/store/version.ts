import { randomBytes } from 'node:crypto';
import { chmod, mkdir, open, readdir, readFile, rename } from 'node:fs/promises';
import { join } from 'node:path';
import { SelfsameError } from '../errors/selfsame-error.js';
import { entryKinds, topNames } from './layout.js';
import type { Layout } from './layout.js';
import { asStoreError, errorCodeOf } from './store-errors.js';

/** Format of the store; raised when an older selfsame would misread what a newer one wrote. */
export const storeFormat = 1;

const versionPattern = /^selfsame store ([0-9]{1,9})\n$/u;

/** Makes sure a store of our format is at the layout's root, creating it when there is nothing yet. */
export async function openOrCreate(layout: Layout): Promise<void> {
  let text: string;
  try {
    text = await readFile(layout.versionFile, 'utf8');
  } catch (error) {
    if (errorCodeOf(error) !== 'ENOENT') throw await asStoreError(error, layout.root, 'opening it');
    await create(layout);
    return;
  }
  const found = versionPattern.exec(text)?.[1];
  if (found === undefined) throw notAStore(layout.root, 'its version file is not one of selfsame');
  if (Number(found) > storeFormat) {
    throw new SelfsameError(
      'STORE_TOO_NEW',
      `the store at ${layout.root} has format ${found}, and this selfsame knows formats up to ${storeFormat}`,
      {
        hint: 'Use a newer selfsame, or set SELFSAME_STORE to another directory',
      },
    );
  }
}

async function create(layout: Layout): Promise<void> {
  try {
    await mkdir(layout.root, { recursive: true });
    const known = new Set<string>(topNames);
    const foreign = (await readdir(layout.root)).find((name) => !known.has(name));
    if (foreign !== undefined) throw notAStore(layout.root, `it holds ${JSON.stringify(foreign)}`);
    for (const name of [
      'files',
      'tmp',
      'locks',
      'roots',
      'quarantine',
      'unsynced',
      ...entryKinds,
    ]) {
      await mkdir(join(layout.root, name), { recursive: true });
      await chmod(join(layout.root, name), 0o755);
    }
    const draft = join(layout.tmp, `version-${randomBytes(8).toString('hex')}`);
    const file = await open(draft, 'wx', 0o444);
    try {
      await file.writeFile(`selfsame store ${storeFormat}\n`);
      await file.sync();
    } finally {
      await file.close();
    }
    await rename(draft, layout.versionFile);
  } catch (error) {
    throw await asStoreError(error, layout.root, 'creating it');
  }
}

function notAStore(root: string, why: string): SelfsameError {
  return new SelfsameError('STORE_NOT_A_STORE', `${root} is not a store of selfsame: ${why}`, {
    hint: 'Set SELFSAME_STORE to an empty or new directory',
  });
}
