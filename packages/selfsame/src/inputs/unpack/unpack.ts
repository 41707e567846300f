import { mkdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import type { Context } from '../../context.js';
import { compressionOf, decompress, readHead } from '../../download/decompress.js';
import { SelfsameError } from '../../errors/selfsame-error.js';
import { storeTree } from '../../store/store-tree.js';
import type { Sha256 } from '../../store/types.js';
import { escapingLink } from '../links.js';
import { recallTree, rememberTree } from '../memo.js';
import { ArchiveError, quote } from './entry.js';
import type { ArchiveEntry } from './entry.js';
import { allowedBytes, unpackLimits } from './limits.js';
import type { UnpackLimits } from './limits.js';
import { isTarHeader } from './tar-header.js';
import { readTar } from './tar-reader.js';
import { TreeWriter } from './tree-writer.js';
import { readZip } from './zip-reader.js';

export interface UnpackedTree {
  /** Tree digest, key of the store's `trees`. */
  readonly digest: Sha256;
  /** Absolute path in the store. */
  readonly path: string;
  /** Newest time a member carries, seconds since 1970; undefined: none does. */
  readonly date: number | undefined;
}

/**
 * Unpacks an archive (tar, plain or compressed with gzip, xz, lzma, bzip2 or zstd; zip) into the store's trees.
 * A single top-level directory is taken off. What was unpacked before is not unpacked again.
 *
 * `archive` is a file of the store, `label` what people call it.
 * Rejects with `ARCHIVE_UNKNOWN`, `ARCHIVE_DAMAGED`, `ARCHIVE_UNSAFE`, `ARCHIVE_TOO_LARGE`, `DECOMPRESS_FAILED`,
 * `INTERRUPTED`, or an error of the store; nothing is kept then.
 */
export async function unpackArchive(
  archive: { readonly path: string; readonly sha256: Sha256 },
  label: string,
  context: Pick<Context, 'store' | 'signal'>,
  limits: UnpackLimits = unpackLimits,
): Promise<UnpackedTree> {
  const known = await unpackedBefore(archive.sha256, context);
  if (known !== undefined) return known;
  await using scratch = await context.store.scratch('unpack');
  const target = join(scratch.path, 'tree');
  await mkdir(target);
  const { root, date } = await unpackInto(archive.path, target, label, context.signal, limits);
  const stored = await storeTree(context.store, root, { move: true });
  await rememberTree(context.store, memoKey(archive.sha256), { digest: stored.digest, date });
  return { digest: stored.digest, path: stored.path, date };
}

/** How the result is going to be used, where that is not as a tree of its own. */
export interface UnpackPart {
  /** Take off a single top-level directory; default true. */
  readonly strip?: boolean;
  /** Its links are checked here; default true. False when it becomes part of a tree that is checked as a whole. */
  readonly checkLinks?: boolean;
}

/**
 * Unpacks an archive below the empty directory `target`. Resolves with the directory that holds its content: the single
 * top-level directory if there is one, else `target` itself. Rejects as `unpackArchive`.
 */
export async function unpackInto(
  path: string,
  target: string,
  label: string,
  signal: AbortSignal,
  limits: UnpackLimits = unpackLimits,
  part: UnpackPart = {},
): Promise<{ readonly root: string; readonly date: number | undefined }> {
  const allowed = allowedBytes(limits, (await stat(path)).size);
  const writer = new TreeWriter(target, limits, allowed);
  try {
    for await (const entry of await openArchive(path, label, allowed, signal)) {
      if (signal.aborted)
        throw new SelfsameError('INTERRUPTED', `interrupted while unpacking ${label}`);
      await writer.write(entry);
    }
    const top = writer.topLevel();
    const [only] = top;
    const single = top.length === 1 && only?.isDirectory === true;
    const strip = single && part.strip !== false ? only.name : undefined;
    if (part.checkLinks !== false) checkLinks(writer, strip);
    return { root: strip === undefined ? target : join(target, strip), date: writer.newest };
  } catch (error) {
    throw error instanceof ArchiveError ? asUserError(error, label) : error;
  }
}

/** The tree an archive was unpacked to on this machine before, if it is still there; the archive need not be. */
export async function unpackedBefore(
  sha256: Sha256,
  context: Pick<Context, 'store'>,
): Promise<UnpackedTree | undefined> {
  return await recallTree(context.store, memoKey(sha256));
}

/** The number is raised when the same archive would unpack to something else than before. */
function memoKey(sha256: Sha256): string {
  return `archive-1-${sha256}`;
}

/** The members of an archive whose kind is found out by its first bytes. Rejects with `ARCHIVE_UNKNOWN`. */
export async function openArchive(
  path: string,
  label: string,
  allowed: number,
  signal: AbortSignal,
): Promise<AsyncIterable<ArchiveEntry>> {
  const head = await readHead(path, 512);
  const zipMark = head.toString('hex', 0, 4);
  // Local file header, or end of central directory for an empty archive.
  if (zipMark === '504b0304' || zipMark === '504b0506') return readZip(path);
  const format = compressionOf(head);
  // Headers and padding come on top of the files' bytes.
  const bytes = decompress(path, format, { maxBytes: allowed * 2 + 1024 ** 2, signal });
  if (format !== 'none') return readTar(checkStart(bytes, label));
  if (isTarHeader(head) || isEmptyTar(head)) return readTar(bytes);
  throw notAnArchive(label);
}

/** Passes bytes on after seeing that they begin like a tar archive. */
async function* checkStart(
  bytes: AsyncIterable<Uint8Array>,
  label: string,
): AsyncGenerator<Uint8Array> {
  let start: Buffer | undefined = Buffer.alloc(0);
  for await (const chunk of bytes) {
    if (start === undefined) {
      yield chunk;
      continue;
    }
    start = Buffer.concat([start, chunk]);
    if (start.length < 512) continue;
    const head = start.subarray(0, 512);
    if (!isTarHeader(head) && !isEmptyTar(head)) throw notAnArchive(label);
    yield start;
    start = undefined;
  }
  if (start !== undefined) throw notAnArchive(label);
}

function isEmptyTar(head: Buffer): boolean {
  return head.length === 512 && head.every((byte) => byte === 0);
}

function checkLinks(writer: TreeWriter, strip: string | undefined): void {
  const prefix = strip === undefined ? '' : `${strip}/`;
  const links = writer.links.map(({ path, target }) => ({
    path: path.slice(prefix.length),
    target,
  }));
  const escaping = escapingLink(links);
  if (escaping === undefined) return;
  const { path, target } = escaping;
  throw new ArchiveError(
    'unsafe',
    `${quote(prefix + path)} is a link out of the archive, to ${quote(target)}`,
  );
}

function asUserError(error: ArchiveError, label: string): SelfsameError {
  const code = (
    {
      damaged: 'ARCHIVE_DAMAGED',
      unsafe: 'ARCHIVE_UNSAFE',
      'too-large': 'ARCHIVE_TOO_LARGE',
    } as const
  )[error.reason];
  const hint = {
    damaged: 'its hash was checked, so it is damaged at its origin: take another release',
    unsafe:
      'nothing of it was kept; use it without unpack and take it apart in a step, inside the sandbox, if you trust it',
    'too-large': 'use it without unpack and take it apart in a step, inside the sandbox',
  }[error.reason];
  return new SelfsameError(code, `${label} cannot be unpacked: ${error.message}`, {
    hint,
    cause: error,
  });
}

function notAnArchive(label: string): SelfsameError {
  return new SelfsameError('ARCHIVE_UNKNOWN', `${label} is not a tar or zip archive`, {
    hint: 'leave out unpack to get the file as it is',
  });
}
