import { randomBytes } from 'node:crypto';
import {
  closeSync,
  constants,
  fsyncSync,
  mkdirSync,
  openSync,
  renameSync,
  rmSync,
  writeSync,
} from 'node:fs';
import { dirname, join } from 'node:path';
import { SelfsameError } from '../errors/selfsame-error.js';
import { takeFlock } from '../store/flock.js';

/**
 * Writes a file so that after a power cut it is there whole or not at all: the bytes reach the disk before the
 * name, and the name before this returns. Throws LOG_WRITE.
 */
export function writeDurably(path: string, content: string | Uint8Array): void {
  const draft = `${path}.${randomBytes(8).toString('hex')}.tmp`;
  try {
    makeDirectory(dirname(path));
    const descriptor = openSync(draft, 'wx', 0o644);
    try {
      const bytes = Buffer.from(content);
      for (let at = 0; at < bytes.length;) at += writeSync(descriptor, bytes, at);
      fsyncSync(descriptor);
    } finally {
      closeSync(descriptor);
    }
    renameSync(draft, path);
    syncDirectory(dirname(path));
  } catch (cause) {
    rmSync(draft, { force: true });
    throw cannotWrite(path, cause);
  }
}

function cannotWrite(path: string, cause: unknown): SelfsameError {
  const why = (cause as NodeJS.ErrnoException).code ?? String(cause);
  return new SelfsameError('LOG_WRITE', `${path} cannot be written: ${why}`, {
    hint: 'name a directory that you can write to; what was published before is as it was',
    cause,
  });
}

/** Runs alone among the writers of a log directory, which is made where it is not there. */
export async function withLogLock<T>(
  directory: string,
  signal: AbortSignal | undefined,
  act: () => Promise<T>,
): Promise<T> {
  return await withFileLock(join(directory, '.lock'), signal, act);
}

/** Runs alone among all that take this lock file, which is made where it is not there. Throws LOG_WRITE. */
export async function withFileLock<T>(
  path: string,
  signal: AbortSignal | undefined,
  act: () => Promise<T>,
): Promise<T> {
  try {
    makeDirectory(dirname(path));
  } catch (cause) {
    throw cannotWrite(dirname(path), cause);
  }
  const lock = await takeFlock(path, 'exclusive', { wait: true, signal });
  try {
    return await act();
  } finally {
    lock?.release();
  }
}

function makeDirectory(path: string): void {
  const made = mkdirSync(path, { recursive: true });
  if (made === undefined) return;
  // Every new directory's name must be on the disk as well.
  for (let at = path; at.length >= made.length; at = dirname(at)) syncDirectory(dirname(at));
}

function syncDirectory(path: string): void {
  const descriptor = openSync(path, constants.O_RDONLY | constants.O_DIRECTORY);
  try {
    fsyncSync(descriptor);
  } finally {
    closeSync(descriptor);
  }
}
