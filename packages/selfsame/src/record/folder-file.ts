import { randomBytes } from 'node:crypto';
import { closeSync, constants, fstatSync, openSync, readFileSync } from 'node:fs';
import { lstat, mkdir, rename, rm, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { SelfsameError } from '../errors/selfsame-error.js';

/** What writing a file came to: `replaced` means that other bytes were there. */
export type WriteOutcome = 'written' | 'unchanged' | 'replaced';

/**
 * Writes a file of an attestations folder in one step, so that no reader sees half of it.
 *
 * @param path below `folder`, made by attestation-path.ts
 * @param maxBytes of what is there already; something larger is replaced unread
 */
export async function writeFolderFile(
  folder: string,
  path: string,
  content: string | Uint8Array,
  maxBytes: number,
): Promise<WriteOutcome> {
  const file = join(folder, path);
  const bytes = Buffer.from(content);
  const present = await readBounded(file, maxBytes).catch(() => undefined);
  if (present?.equals(bytes) === true) return 'unchanged';
  await mkdir(dirname(file), { recursive: true });
  const draft = `${file}.${randomBytes(8).toString('hex')}.tmp`;
  try {
    await writeFile(draft, bytes, { flag: 'wx' });
    await rename(draft, file);
  } finally {
    await rm(draft, { force: true });
  }
  return present === undefined ? 'written' : 'replaced';
}

/**
 * Reads a regular file without following a link at its end, refusing more than `maxBytes`. At once, since for files as
 * small as these it takes longer to ask Node.js's threads for each step.
 */
export async function readBounded(file: string, maxBytes: number): Promise<Buffer> {
  const flags = constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK;
  const descriptor = openSync(file, flags);
  try {
    const status = fstatSync(descriptor);
    if (!status.isFile()) throw new TypeError('not a regular file');
    if (status.size > maxBytes) throw new RangeError(`larger than ${maxBytes} bytes`);
    return readFileSync(descriptor);
  } finally {
    closeSync(descriptor);
  }
}

/**
 * True when every directory of `path` below `root` is there and none is a link. Rejects as `fs` does
 * when one cannot be looked at.
 */
export async function isPlainPath(root: string, path: string): Promise<boolean> {
  const parts = path.split('/');
  for (let depth = 1; depth <= parts.length; depth += 1) {
    try {
      if (!(await lstat(join(root, ...parts.slice(0, depth)))).isDirectory()) return false;
    } catch (error) {
      if (isAbsent(error)) return false;
      throw error;
    }
  }
  return true;
}

/** Nothing is there, as opposed to something that cannot be read. */
export function isAbsent(error: unknown): boolean {
  const { code } = error as NodeJS.ErrnoException;
  return code === 'ENOENT' || code === 'ENOTDIR';
}

/** The complaint about a directory or file of attestations that cannot be read. */
export function unreadableFolder(directory: string, cause: unknown): SelfsameError {
  const why = (cause as NodeJS.ErrnoException).code ?? String(cause);
  return new SelfsameError('ATTESTATION_READ', `${directory} cannot be read: ${why}`, {
    hint: `look at it with: ls -ld ${directory}; nothing was judged, because a part could hide dissent`,
    cause,
  });
}
