import { constants } from 'node:fs';
import { access, stat } from 'node:fs/promises';
import { delimiter, isAbsolute, join } from 'node:path';

/** What a program of the machine may use, each process of it: none of them bounds what a file makes it do. */
export interface ProgramLimits {
  /** Bytes of memory that it can write to (RLIMIT_DATA; address space that is only reserved does not count). */
  readonly memory: number;
  /** Bytes of any one file that it writes. */
  readonly file: number;
  /** Seconds of processor time: for what is left behind when we are killed. */
  readonly seconds: number;
}

/**
 * xz and zstd are told to take less, dictionaries of lzip have at most this much, and unsquashfs and debugfs take some
 * 50 MB. Files are more than a whole comparison may unpack.
 */
export const usualLimits: ProgramLimits = { memory: 600 * 2 ** 20, file: 2 ** 35, seconds: 14_400 };

/**
 * Lower limits that the process has already stay, and complaints about them are none of the program's. Blocks of 512
 * bytes are POSIX's (ulimit). Of time only the soft limit, which ends a program by a signal of its own.
 */
const script =
  'ulimit -c 0 2>/dev/null; ulimit -d "$1" 2>/dev/null; ulimit -f "$2" 2>/dev/null; ' +
  'ulimit -S -t "$3" 2>/dev/null; shift 3; exec "$@"';

const shell = '/bin/sh';

/** A command that runs a program with limits; undefined: there is no such program. */
export async function limitedCommand(
  program: string,
  args: readonly string[],
  { memory, file, seconds }: ProgramLimits = usualLimits,
): Promise<readonly [file: string, args: readonly string[]] | undefined> {
  const path = await findProgram(program);
  if (path === undefined) return undefined;
  const limits = [Math.ceil(memory / 1024), Math.ceil(file / 512), seconds].map(String);
  return [shell, ['-c', script, shell, ...limits, path, ...args]];
}

/** Where a program is: a shell would only complain in words. */
async function findProgram(program: string): Promise<string | undefined> {
  const directories = (process.env['PATH'] ?? '/usr/bin:/bin:/usr/sbin:/sbin').split(delimiter);
  const paths = program.includes('/')
    ? [program]
    : directories.filter(isAbsolute).map((directory) => join(directory, program));
  for (const path of paths) {
    try {
      await access(path, constants.X_OK);
      if ((await stat(path)).isFile()) return path;
    } catch {
      // The next one may have it.
    }
  }
  return undefined;
}
