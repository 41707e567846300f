import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdir, readdir, statfs } from 'node:fs/promises';
import { join, relative, sep } from 'node:path';

import { SelfsameError } from '../../errors/selfsame-error.js';
import { isWithin } from '../../sandbox/machine-root/mounts.js';
import { formatBytes } from '../../store/store-errors.js';
import { printable } from '../../text/printable.js';
import { TreeTooLarge, walkTree } from './tree.js';

/** What a tree that is to be copied holds. */
export interface TreeSize {
  readonly entries: number;
  /** Bytes of its regular files. */
  readonly bytes: number;
  /** Sockets, which belong to a process that runs and are left out: paths. */
  readonly sockets: readonly string[];
}

/** Part of a file system that copies leave free: 64 MiB. */
const leftFree = 64 * 2 ** 20;

/**
 * Counts a tree and refuses what cannot be copied: devices and pipes, which are no sources.
 *
 * @throws SelfsameError CHECK_TREE_REFUSED
 */
export async function measureTree(directory: string, skip: readonly string[]): Promise<TreeSize> {
  let entries = 0;
  let bytes = 0;
  const sockets: string[] = [];
  try {
    for await (const entry of walkTree(directory, { skip })) {
      entries++;
      if (entry.type === 'file') bytes += entry.size;
      if (entry.type === 'socket') sockets.push(entry.path);
      if (entry.type === 'special') {
        throw new SelfsameError(
          'CHECK_TREE_REFUSED',
          `${directory} holds ${printable(entry.path)}, which is a device or a pipe`,
          { hint: 'Remove it; only files, directories and links can be copied for builds' },
        );
      }
    }
  } catch (error) {
    if (error instanceof SelfsameError) throw error;
    if (error instanceof TreeTooLarge) {
      throw new SelfsameError('CHECK_TREE_REFUSED', `${directory} holds too many files to copy`, {
        hint: 'Change to the directory of what you build',
      });
    }
    throw new SelfsameError('CHECK_TREE_REFUSED', `${directory} cannot be read whole`, {
      cause: error,
      hint: existsSync(directory)
        ? 'Builds are made in copies; every file must be readable by you, and stay there while it is copied'
        : 'It was removed or renamed while it was read; check again where it is now',
    });
  }
  return { entries, bytes, sockets };
}

/**
 * Refuses copies that would fill a file system.
 *
 * @throws SelfsameError CHECK_NO_ROOM
 */
export async function checkRoom(at: string, bytes: number): Promise<void> {
  const { bavail, bsize } = await statfs(at);
  const free = bavail * bsize;
  if (free >= bytes + leftFree) return;
  throw new SelfsameError(
    'CHECK_NO_ROOM',
    `a copy of the tree needs ${formatBytes(bytes)}, and the build ${formatBytes(leftFree)} at least, but ${formatBytes(free)} are free at ${at}`,
    {
      hint: 'Free space there, run `selfsame store gc`, or set SELFSAME_STORE to a larger file system',
    },
  );
}

/**
 * Copies what is in a directory: modes, owners (for root), times to the nanosecond, links and hard links, extended
 * attributes where the file system takes them; sharing blocks where it can. By cp(1), as Node.js cannot set
 * nanoseconds.
 *
 * @param to an empty directory, or one that is not there
 * @param skip absolute paths below `from` that are left out
 * @throws SelfsameError CHECK_TREE_REFUSED, INTERRUPTED
 */
export async function copyTree(
  from: string,
  to: string,
  options: { readonly skip?: readonly string[]; readonly signal: AbortSignal },
): Promise<void> {
  await mkdir(to, { recursive: true });
  const skip = (options.skip ?? []).filter((path) => isWithin(path, from) && path !== from);
  if (skip.length === 0) return copy(['-T', '--', from, to], options.signal);
  const names = await readdir(from);
  const through = new Set(skip.map((path) => relative(from, path).split(sep)[0]));
  const whole = names.filter((name) => !through.has(name));
  for (let index = 0; index < whole.length; index += 500) {
    const some = whole.slice(index, index + 500).map((name) => join(from, name));
    await copy(['-t', to, '--', ...some], options.signal);
  }
  for (const name of through) {
    if (name === undefined || skip.includes(join(from, name))) continue;
    await copyTree(join(from, name), join(to, name), options);
  }
  // Last, as what was put inside changed its time.
  await copyAttributes(from, to, options.signal);
}

async function copyAttributes(from: string, to: string, signal: AbortSignal): Promise<void> {
  await run('chmod', [`--reference=${from}`, '--', to], signal);
  await run('touch', [`--reference=${from}`, '--', to], signal);
}

function copy(args: readonly string[], signal: AbortSignal): Promise<void> {
  return run('cp', ['-a', '--reflink=auto', ...args], signal);
}

function run(program: string, args: readonly string[], signal: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    execFile(
      program,
      [...args],
      { maxBuffer: 1 << 20, signal, env: { ...process.env, LC_ALL: 'C' } },
      (error, _stdout, stderr) => {
        if (error === null) return resolve();
        if (signal.aborted)
          return reject(new SelfsameError('INTERRUPTED', 'copying the tree was interrupted'));
        const why = printable(stderr.split('\n').find((line) => line !== '') ?? error.message);
        reject(
          new SelfsameError('CHECK_TREE_REFUSED', `the tree could not be copied: ${why}`, {
            hint: 'Builds are made in copies; every file must be readable, and none may change meanwhile',
          }),
        );
      },
    );
  });
}
