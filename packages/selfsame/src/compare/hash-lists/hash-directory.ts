import { createHash } from 'node:crypto';
import type { Hash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { opendir } from 'node:fs/promises';
import { join } from 'node:path';

import { SelfsameError } from '../../errors/selfsame-error.js';
import { hashListBounds } from './hash-list.js';
import type { Algorithm, HashEntry, HashList } from './hash-list.js';

/**
 * What a list of a directory's files would say, with every kind of digest that is asked for. Links are not followed and
 * not listed; names that are not UTF-8 are noted and left out. Sorted by path.
 *
 * @throws SelfsameError COMPARE_UNREADABLE
 */
export async function hashDirectory(
  directory: string,
  kinds: ReadonlySet<Algorithm>,
  signal: AbortSignal,
): Promise<HashList> {
  const notes: string[] = [];
  const paths = await readable(directory, () => filesBelow(directory, notes, signal));
  const entries: HashEntry[] = [];
  for (const path of paths) {
    const file = join(directory, path);
    const { digests, size } = await readable(file, () => hashFile(file, kinds, signal));
    for (const [algorithm, digest] of digests)
      entries.push({
        path,
        algorithm,
        digest,
        size,
        line: entries.length + 1,
        role: 'artifact',
        within: undefined,
      });
  }
  return { format: 'directory', entries, facts: {}, notes };
}

/** @throws SelfsameError COMPARE_UNREADABLE: a file that cannot be read may be any */
async function readable<T>(path: string, read: () => Promise<T>): Promise<T> {
  try {
    return await read();
  } catch (cause) {
    const { code, path: place = path } = cause as NodeJS.ErrnoException;
    if (code === undefined || code === 'ABORT_ERR') throw cause;
    throw new SelfsameError('COMPARE_UNREADABLE', `${place} cannot be compared: ${code}`, {
      cause,
    });
  }
}

async function filesBelow(
  directory: string,
  notes: string[],
  signal: AbortSignal,
): Promise<string[]> {
  const found: string[] = [];
  const waiting = [''];
  for (let below = waiting.pop(); below !== undefined; below = waiting.pop()) {
    for await (const entry of await opendir(join(directory, below))) {
      signal.throwIfAborted();
      const path = below === '' ? entry.name : `${below}/${entry.name}`;
      if (entry.name.includes('�')) notes.push(`${JSON.stringify(path)} is not UTF-8`);
      else if (entry.isDirectory()) waiting.push(path);
      else if (entry.isFile()) found.push(path);
      if (found.length > hashListBounds.lines) {
        notes.push(`only its first ${hashListBounds.lines} files were read`);
        return found.sort();
      }
    }
  }
  return found.sort();
}

async function hashFile(
  path: string,
  kinds: ReadonlySet<Algorithm>,
  signal: AbortSignal,
): Promise<{ readonly digests: readonly [Algorithm, string][]; readonly size: number }> {
  const hashes = [...kinds].map((kind): [Algorithm, Hash] => [kind, createHash(kind)]);
  let size = 0;
  for await (const chunk of createReadStream(path, { highWaterMark: 1024 ** 2, signal })) {
    const bytes = chunk as Uint8Array;
    size += bytes.length;
    for (const [, hash] of hashes) hash.update(bytes);
  }
  return { digests: hashes.map(([kind, hash]) => [kind, hash.digest('hex')]), size };
}
