import { createHash } from 'node:crypto';
import { constants } from 'node:fs';
import { chmod, link, lstat, open, readlink, rename, rm, unlink } from 'node:fs/promises';
import { join } from 'node:path';

import { matchesPattern } from '../../build/glob.js';
import type { Artifact } from '../types.js';
import { entryAt, onDisk, walkTree } from './tree.js';
import type { TreeEntry } from './tree.js';

type Seen = Pick<TreeEntry, 'inode' | 'changed' | 'mode' | 'size' | 'modified'>;

/** A tree as it was before a build, by path. */
export type Baseline = ReadonlyMap<string, Seen>;

/** Remembers a tree, to tell afterwards what was made or changed. */
export async function baselineOf(tree: string): Promise<Baseline> {
  const baseline = new Map<string, Seen>();
  for await (const { path, inode, changed, modified, mode, size } of walkTree(tree))
    baseline.set(path, { inode, changed, modified, mode, size });
  return baseline;
}

/** What a build left in its tree. */
export interface Collected {
  readonly artifacts: readonly Artifact[];
  /** Paths of what was given and is there no more, of declared outputs if there are any. */
  readonly gone: readonly string[];
  /** What could not be taken as it is, in words. */
  readonly notes: readonly string[];
}

/** Most artifacts of one build. */
const artifactsMax = 200_000;

/** Files of at least so many bytes that were left as they were given become links to the one copy of all builds. */
const sharedBytes = 4096;

/**
 * Lists what a build made or changed, or what its declared outputs name, sorted by the bytes of the paths. A file that was
 * written again with the same content counts: another build may give it another. Afterwards the tree holds files,
 * links and directories only, with names that are UTF-8.
 *
 * @param inputs the tree as it was given, on the same file system, or undefined
 */
export async function collect(options: {
  readonly tree: string;
  readonly inputs: string | undefined;
  readonly baseline: Baseline;
  readonly outputs: readonly string[];
  /** The sandbox gave the files to another owner, so that the kernel's time of change says nothing: contents are compared. */
  readonly reowned: boolean;
  readonly signal: AbortSignal;
}): Promise<Collected> {
  const { tree, inputs, baseline, outputs } = options;
  const artifacts: Artifact[] = [];
  const special: string[] = [];
  const renamed: TreeEntry[] = [];
  const missing = new Set(baseline.keys());
  let more = 0;
  for await (const entry of walkTree(tree, { unreadable: openUp })) {
    options.signal.throwIfAborted();
    missing.delete(entry.path);
    if (entry.type === 'special' || entry.type === 'socket') {
      special.push(entry.path);
      await unlink(onDisk(tree, entry.bytes));
      continue;
    }
    if (!entry.bytes.equals(Buffer.from(entry.path))) renamed.push(entry);
    const touched = await isTouched(entry, baseline.get(entry.path), options);
    if (outputs.length > 0 ? isOutput(entry.path, outputs) : touched) {
      if (artifacts.length < artifactsMax) artifacts.push(await artifactOf(tree, entry));
      else more++;
    }
    if (!touched && inputs !== undefined) await share(tree, inputs, entry);
  }
  // Inner ones first, so that the paths of outer ones still hold.
  for (const entry of renamed.reverse()) await renameReadable(tree, entry);
  return {
    artifacts: artifacts.sort((a, b) => Buffer.compare(Buffer.from(a.path), Buffer.from(b.path))),
    gone: [...missing]
      .filter((path) => outputs.length === 0 || isOutput(path, outputs))
      .slice(0, artifactsMax),
    notes: [
      ...(special.length === 0
        ? []
        : [`made devices, pipes or sockets, which are not compared: ${list(special)}`]),
      ...(renamed.length === 0 ? [] : [`names that are not UTF-8 are shown with \\x`]),
      ...(more === 0 ? [] : [`${more} files more than ${artifactsMax} are not compared`]),
    ],
  };
}

/** A directory changes with what is in it, which is looked at by itself. */
async function isTouched(
  now: TreeEntry,
  before: Seen | undefined,
  { tree, inputs, reowned }: Pick<Parameters<typeof collect>[0], 'tree' | 'inputs' | 'reowned'>,
): Promise<boolean> {
  if (before === undefined || before.inode !== now.inode || before.mode !== now.mode) return true;
  if (now.type === 'directory') return false;
  if (!reowned) return before.changed !== now.changed;
  if (before.size !== now.size || before.modified !== now.modified) return true;
  if (now.type !== 'file' || inputs === undefined) return false;
  const [given, left] = [inputs, tree].map((root) => onDisk(root, now.bytes));
  if (given === undefined || left === undefined) return true;
  return (await digestFile(given, now.mode)) !== (await digestFile(left, now.mode));
}

/** A pattern names a file, or a directory with all that is in it. */
function isOutput(path: string, patterns: readonly string[]): boolean {
  return patterns.some((pattern) => {
    const parts = path.split('/');
    return parts.some((_, index) => matchesPattern(pattern, parts.slice(0, index + 1).join('/')));
  });
}

function list(paths: readonly string[]): string {
  const some = paths.slice(0, 5).join(', ');
  return paths.length > 5 ? `${some} and ${paths.length - 5} more` : some;
}

/** A build may leave directories that even their owner may not read. */
async function openUp(path: Buffer, error: unknown): Promise<boolean> {
  if ((error as NodeJS.ErrnoException).code !== 'EACCES') return false;
  await chmod(path, 0o700);
  return true;
}

async function artifactOf(tree: string, entry: TreeEntry): Promise<Artifact> {
  const { path, mode, size } = entry;
  const place = onDisk(tree, entry.bytes);
  switch (entry.type) {
    case 'symlink': {
      const target = await readlink(place, { encoding: 'buffer' });
      return { path, type: 'symlink', sha256: sha256(target), mode, size: target.length };
    }
    case 'directory':
      return { path, type: 'directory', sha256: sha256(Buffer.alloc(0)), mode, size: 0 };
    default:
      return { path, type: 'file', sha256: await digestFile(place, mode), mode, size };
  }
}

function sha256(bytes: Uint8Array): string {
  return createHash('sha256').update(bytes).digest('hex');
}

/** Reads the file in parts; links are not followed. One its owner may not read is made readable first. */
async function digestFile(place: Buffer, mode: number): Promise<string> {
  const flags = constants.O_RDONLY | constants.O_NOFOLLOW;
  const file = await open(place, flags).catch(async (error: unknown) => {
    if ((error as NodeJS.ErrnoException).code !== 'EACCES') throw error;
    await chmod(place, mode | 0o400);
    return open(place, flags);
  });
  const hash = createHash('sha256');
  const part = Buffer.allocUnsafe(1 << 18);
  try {
    for (;;) {
      const { bytesRead } = await file.read(part, 0, part.length, null);
      if (bytesRead === 0) return hash.digest('hex');
      hash.update(part.subarray(0, bytesRead));
    }
  } finally {
    await file.close();
  }
}

/** One copy on disk of what no build changed. */
async function share(tree: string, inputs: string, entry: TreeEntry): Promise<void> {
  if (entry.type !== 'file' || entry.size < sharedBytes || entry.links > 1n) return;
  const place = onDisk(tree, entry.bytes);
  const aside = Buffer.concat([place, Buffer.from('.selfsame-shared')]);
  try {
    await link(onDisk(inputs, entry.bytes), aside);
    await rename(aside, place);
  } catch {
    // Another file system, or too many links: it stays a copy.
    await rm(aside, { force: true });
  }
}

async function renameReadable(tree: string, entry: TreeEntry): Promise<void> {
  const bytes = entry.bytes;
  const cut = bytes.lastIndexOf(0x2f) + 1;
  const name = entry.path.slice(entry.path.lastIndexOf('/') + 1);
  const target = Buffer.concat([bytes.subarray(0, cut), Buffer.from(name)]);
  if (target.equals(bytes)) return;
  // What has that very name already keeps it.
  const taken = await lstat(onDisk(tree, target)).catch(() => undefined);
  if (taken === undefined) await rename(onDisk(tree, bytes), onDisk(tree, target));
}

/** The entry of a kept tree at a path of an artifact; undefined if there is none. */
export async function artifactIn(tree: string, path: string): Promise<Artifact | undefined> {
  const parts = path.split('/');
  if (parts.some((part) => part === '' || part === '.' || part === '..')) return undefined;
  // No link on the way may lead out of the tree.
  for (let index = 1; index < parts.length; index++) {
    const above = await lstat(join(tree, ...parts.slice(0, index))).catch(() => undefined);
    if (above?.isDirectory() !== true) return undefined;
  }
  const entry = await entryAt(tree, Buffer.from(path));
  if (entry === undefined || entry.type === 'special' || entry.type === 'socket') return undefined;
  return artifactOf(tree, entry);
}
