import { execFile } from 'node:child_process';
import { lstat, opendir } from 'node:fs/promises';
import { join } from 'node:path';

import { SelfsameError } from '../errors/selfsame-error.js';

/** Where the time of a run came from. */
export type RunEpochOrigin = 'option' | 'SOURCE_DATE_EPOCH' | 'git' | 'files' | 'constant';

export interface RunEpoch {
  /** Seconds since 1970. */
  readonly seconds: number;
  readonly from: RunEpochOrigin;
  /** The newest file, relative to the directory, where the time came from files. */
  readonly file?: string;
}

/** For directories without any time of their own: 2020-01-01. Any constant between 1980 (zip) and now would do. */
const constantEpoch = 1_577_836_800;

/** Older times say that a tool wrote none: zip archives begin here. 1980-01-01. */
const oldestTime = 315_532_800;

/** Largest time asked for: 2106, where unsigned 32 bits end. */
const largestEpoch = 2 ** 32 - 1;

const filesMax = 100_000;
const depthMax = 32;

/**
 * The time of a run: the option, else the caller's SOURCE_DATE_EPOCH, else the time of the git commit that
 * is checked out, else the newest file (of the first 100,000, at most 32 directories deep, without `.git` and
 * times in the future), else 2020. Only what is said outright may lie before 1980.
 *
 * @param now milliseconds since 1970
 * @throws SelfsameError WRONG_USE for a time said that is none, or in the future
 */
export async function findEpoch(
  directory: string,
  said: { readonly option: string | undefined; readonly variable: string | undefined },
  now: number,
): Promise<RunEpoch> {
  if (said.option !== undefined)
    return { seconds: readSeconds('--epoch', said.option, now), from: 'option' };
  if (said.variable !== undefined && said.variable !== '') {
    return {
      seconds: readSeconds('SOURCE_DATE_EPOCH', said.variable, now),
      from: 'SOURCE_DATE_EPOCH',
    };
  }
  const acceptable = (seconds: number): boolean => seconds >= oldestTime && seconds * 1000 <= now;
  const commit = await commitTime(directory);
  if (commit !== undefined && acceptable(commit)) return { seconds: commit, from: 'git' };
  const newest = await newestFile(directory, acceptable);
  return newest ?? { seconds: constantEpoch, from: 'constant' };
}

function readSeconds(name: string, text: string, now: number): number {
  const seconds = /^[0-9]{1,10}$/.test(text) ? Number(text) : Number.NaN;
  if (!(seconds <= largestEpoch)) {
    throw new SelfsameError(
      'WRONG_USE',
      `${name} is not a number of seconds since 1970: ${JSON.stringify(text)}`,
      { hint: 'For example the time of the last commit: `git log -1 --format=%ct`' },
    );
  }
  if (seconds * 1000 > now) {
    throw new SelfsameError('WRONG_USE', `${name} ${text} is in the future`, {
      hint: 'Give the time of the sources; programs that meet times from the future wait or fail',
    });
  }
  return seconds;
}

/** Committer time of HEAD, seconds; undefined outside work trees, without git, or without commits. */
async function commitTime(directory: string): Promise<number | undefined> {
  const stdout = await new Promise<string>((resolve) => {
    execFile(
      'git',
      ['-C', directory, 'log', '-1', '--format=%ct'],
      { timeout: 10_000, maxBuffer: 4096, env: { ...process.env, LC_ALL: 'C' } },
      (error, output) => resolve(error === null ? output : ''),
    );
  });
  return /^[0-9]{1,12}\n$/.test(stdout) ? Number(stdout) : undefined;
}

async function newestFile(
  directory: string,
  acceptable: (seconds: number) => boolean,
): Promise<RunEpoch | undefined> {
  let newest: RunEpoch | undefined;
  let seen = 0;
  const queue = [{ path: directory, relative: '', depth: 0 }];
  for (let at = queue.shift(); at !== undefined; at = queue.shift()) {
    try {
      for await (const entry of await opendir(at.path)) {
        if (++seen > filesMax) return newest;
        const path = join(at.path, entry.name);
        const relative = join(at.relative, entry.name);
        if (entry.isDirectory()) {
          if (entry.name !== '.git' && at.depth < depthMax)
            queue.push({ path, relative, depth: at.depth + 1 });
        } else if (entry.isFile()) {
          const seconds = Math.floor((await lstat(path)).mtimeMs / 1000);
          if (acceptable(seconds) && seconds > (newest?.seconds ?? 0))
            newest = { seconds, from: 'files', file: relative };
        }
      }
    } catch {
      // What may not be read, or is gone, has no say.
    }
  }
  return newest;
}
