import { createHash } from 'node:crypto';
import { SelfsameError } from '../../errors/selfsame-error.js';
import { readFiles } from '../layers/tree-program.js';
import type { OwnedEntry } from '../layers/tree-entry.js';
import { padding, tarEnd, tarHeader } from './tar-writer.js';
import type { ImageEntry } from './tar-writer.js';

type FileEntry = OwnedEntry & { readonly type: 'file' };

/** Bytes of files read at once: bounds memory, and makes processes few. A larger file is read alone. */
const batchBytes = 64 * 1024 ** 2;

/**
 * The bytes of one layer: each entry's header and, for files, its content from the tree at `root`, which
 * is checked against the manifest on the way.
 * @throws SelfsameError ENVIRONMENT_DAMAGED when a file is not what the manifest says
 */
export async function* layerBytes(
  entries: readonly ImageEntry[],
  root: string,
  directoryTime: number,
  signal: AbortSignal,
): AsyncGenerator<Buffer> {
  for (const batch of batches(entries)) {
    const files = batch.filter((entry): entry is FileEntry => entry.type === 'file');
    const contents = await readContents(files, root, signal);
    let at = 0;
    for (const entry of batch) {
      yield tarHeader(entry, directoryTime);
      if (entry.type !== 'file') continue;
      const content = contents.subarray(at, at + entry.size);
      at += entry.size;
      if (createHash('sha256').update(content).digest('hex') !== entry.sha256) {
        throw damaged(root, entry.path);
      }
      yield content;
      yield padding(entry.size);
    }
  }
  yield tarEnd;
}

async function readContents(
  files: readonly FileEntry[],
  root: string,
  signal: AbortSignal,
): Promise<Buffer> {
  const total = files.reduce((sum, { size }) => sum + size, 0);
  if (total === 0) return Buffer.alloc(0);
  const contents = await readFiles(
    root,
    files.map(({ path }) => path),
    total,
    signal,
  );
  if (contents.length !== total) throw damaged(root, 'a file');
  return contents;
}

function* batches(entries: readonly ImageEntry[]): Generator<ImageEntry[]> {
  let batch: ImageEntry[] = [];
  let bytes = 0;
  for (const entry of entries) {
    const size = entry.type === 'file' ? entry.size : 0;
    if (bytes > 0 && bytes + size > batchBytes) {
      yield batch;
      [batch, bytes] = [[], 0];
    }
    batch.push(entry);
    bytes += size;
  }
  if (batch.length > 0) yield batch;
}

function damaged(root: string, path: string): SelfsameError {
  return new SelfsameError(
    'ENVIRONMENT_DAMAGED',
    `${path} in ${root} is not what its manifest says`,
    {
      hint: 'run: selfsame store verify',
    },
  );
}
