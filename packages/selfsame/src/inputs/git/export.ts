import { spawn } from 'node:child_process';
import type { InputContext } from '../types.js';
import { ByteReader } from '../unpack/byte-reader.js';
import { ArchiveError } from '../unpack/entry.js';
import type { ArchiveEntry } from '../unpack/entry.js';
import type { TreeWriter } from '../unpack/tree-writer.js';
import { gitArguments, gitEnvironment } from './git-command.js';
import type { Repository } from './repository.js';

/** A submodule as a tree names it. */
export interface Gitlink {
  /** Below the tree's root. */
  readonly path: string;
  readonly commit: string;
}

interface TreeItem {
  readonly mode: string;
  readonly id: string;
  readonly path: string;
}

/**
 * Writes the files of a commit below `prefix`, byte for byte as they are in the object database: no attributes
 * (export-ignore, export-subst, line endings), filters or configuration take part. Resolves with its submodules, for
 * each of which there is an empty directory. Rejects with `ArchiveError` or `GIT_DAMAGED`.
 */
export async function exportCommit(
  repository: Repository,
  commit: string,
  prefix: string,
  writer: TreeWriter,
  context: InputContext,
): Promise<readonly Gitlink[]> {
  const listing = await repository.run(['ls-tree', '-r', '-z', '--full-tree', commit]);
  if (listing === undefined) throw repository.damaged(`the tree of ${commit}`);
  const items = parseListing(listing);
  await using blobs = readBlobs(repository, context.signal);
  for (const item of items) await writer.write(await toEntry(item, prefix, blobs));
  return items
    .filter((item) => item.mode === '160000')
    .map((item) => ({ path: item.path, commit: item.id }));
}

function parseListing(listing: Buffer): TreeItem[] {
  const items: TreeItem[] = [];
  for (let start = 0; start < listing.length;) {
    const end = listing.indexOf(0, start);
    const line = listing.subarray(start, end === -1 ? listing.length : end);
    start = end === -1 ? listing.length : end + 1;
    const tab = line.indexOf(0x09);
    const match = /^([0-7]{6}) [a-z]+ ([0-9a-f]{40,64})$/.exec(line.toString('latin1', 0, tab));
    const path = line.subarray(tab + 1);
    const text = path.toString('utf8');
    if (match === null || !Buffer.from(text).equals(path)) {
      throw new ArchiveError(
        'unsafe',
        `a name in it is not UTF-8: ${JSON.stringify(path.toString('latin1'))}`,
      );
    }
    items.push({ mode: match[1] ?? '', id: match[2] ?? '', path: text });
  }
  return items;
}

async function toEntry(item: TreeItem, prefix: string, blobs: BlobReader): Promise<ArchiveEntry> {
  const common = { path: prefix + item.path, modified: undefined, target: undefined };
  const empty = { size: 0, body: noBytes() };
  switch (item.mode) {
    case '100644':
    case '100664':
    case '100755': {
      const blob = await blobs.read(item.id);
      return { ...common, ...blob, type: 'file', executable: item.mode === '100755' };
    }
    case '120000': {
      const { size, body } = await blobs.read(item.id);
      const chunks: Uint8Array[] = [];
      if (size > 4096)
        throw new ArchiveError('unsafe', `the link ${JSON.stringify(item.path)} is too long`);
      for await (const chunk of body) chunks.push(chunk);
      const target = Buffer.concat(chunks).toString('utf8');
      return { ...common, ...empty, type: 'symlink', executable: false, target };
    }
    case '160000':
      return { ...common, ...empty, type: 'directory', executable: true };
    default:
      throw new ArchiveError(
        'unsafe',
        `${JSON.stringify(item.path)} has the unknown mode ${item.mode}`,
      );
  }
}

async function* noBytes(): AsyncGenerator<Uint8Array> {
  // A directory or link has no content.
}

interface BlobReader extends AsyncDisposable {
  /** Size and bytes of a blob; the bytes must be read before the next call. */
  read(id: string): Promise<{ readonly size: number; readonly body: AsyncIterable<Uint8Array> }>;
}

/** One `git cat-file --batch` for all blobs: starting git for each would take most of the time. */
function readBlobs(repository: Repository, signal: AbortSignal): BlobReader {
  const child = spawn('git', [...gitArguments(repository.directory), 'cat-file', '--batch'], {
    env: gitEnvironment(),
    stdio: ['pipe', 'pipe', 'ignore'],
    signal,
  });
  // Its end shows in what is read; without listeners these would end the process.
  child.on('error', () => undefined);
  child.stdin.on('error', () => undefined);
  const closed = new Promise<void>((resolve) => {
    child.once('exit', () => resolve());
    child.once('error', () => resolve());
  });
  const reader = new ByteReader(child.stdout as AsyncIterable<Uint8Array>);
  let rest = 0;
  return {
    async read(id) {
      for (; rest > 0;) rest -= (await reader.some(rest))?.length ?? rest;
      child.stdin.write(`${id}\n`);
      let header = '';
      for (
        let byte = await reader.read(1);
        byte !== undefined && byte[0] !== 0x0a;
        byte = await reader.read(1)
      ) {
        header += String.fromCharCode(byte[0] ?? 0);
        if (header.length > 200) break;
      }
      signal.throwIfAborted();
      const size = new RegExp(`^${id} blob ([0-9]{1,15})$`).exec(header)?.[1];
      if (size === undefined) throw repository.damaged(`the object ${id}`);
      let left = Number(size);
      rest = left + 1;
      const body = async function* (): AsyncGenerator<Uint8Array> {
        while (left > 0) {
          const part = await reader.some(left);
          if (part === undefined) throw repository.damaged(`the object ${id}`);
          left -= part.length;
          rest -= part.length;
          yield part;
        }
      };
      return { size: left, body: { [Symbol.asyncIterator]: body } };
    },
    async [Symbol.asyncDispose]() {
      // What is left in its pipes would keep it from ending.
      child.stdin.destroy();
      child.stdout.destroy();
      child.kill('SIGKILL');
      await closed;
    },
  };
}
