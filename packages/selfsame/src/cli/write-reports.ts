import { randomBytes } from 'node:crypto';
import { constants } from 'node:fs';
import { access, appendFile, open, realpath, rename, rm, stat, writeFile } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';
import type { ErrorCode } from '../errors/codes.js';
import { SelfsameError } from '../errors/selfsame-error.js';

/** One file that was asked for. */
export interface ReportFile {
  /** Name of the option, without dashes. */
  readonly option: string;
  /** As it was given. */
  readonly path: string;
  /** Called once, just before it is written. */
  readonly text: () => string;
}

export interface ReportPlace {
  readonly cwd: string;
  readonly env: Readonly<Record<string, string | undefined>>;
  /** Of the command, for files that cannot be written. */
  readonly code: ErrorCode;
}

/**
 * Refuses what could not be written later, before hours of work: two reports in one file, a directory, a place in
 * no directory that can be written.
 *
 * @throws SelfsameError WRONG_USE, or the command's own code
 */
export async function examineReportFiles(
  files: readonly Omit<ReportFile, 'text'>[],
  place: ReportPlace,
): Promise<void> {
  const seen = new Map<string, string>();
  for (const file of files) {
    const path = resolve(place.cwd, file.path);
    const other = seen.get(path);
    if (other !== undefined) {
      throw new SelfsameError(
        'WRONG_USE',
        `--${other} and --${file.option} both name ${file.path}`,
        { hint: 'give each report a file of its own' },
      );
    }
    seen.set(path, file.option);
    await guarded(file, place, async () => {
      if ((await kindOf(path)) === 'directory') throw problem('EISDIR', 'it is a directory');
      await access(dirname(path), constants.W_OK);
    });
  }
}

/**
 * Writes reports: whole or not at all. Devices and pipes are written to as they are;
 * what GITHUB_STEP_SUMMARY names is added to, as every step's summary is.
 *
 * @throws SelfsameError the command's own code; files before it are written
 */
export async function writeReports(
  files: readonly ReportFile[],
  place: ReportPlace,
): Promise<void> {
  for (const file of files) {
    const path = resolve(place.cwd, file.path);
    const text = file.text();
    await guarded(file, place, async () => {
      const summary = place.env['GITHUB_STEP_SUMMARY'];
      if (summary !== undefined && summary !== '' && resolve(place.cwd, summary) === path)
        return appendFile(path, text);
      const kind = await kindOf(path);
      if (kind === 'other') return writeFile(path, text);
      // The file itself is replaced where the name is a link.
      return replace(kind === 'file' ? await realpath(path) : path, text);
    });
  }
}

async function kindOf(path: string): Promise<'none' | 'file' | 'directory' | 'other'> {
  try {
    const found = await stat(path);
    return found.isFile() ? 'file' : found.isDirectory() ? 'directory' : 'other';
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return 'none';
    throw error;
  }
}

async function replace(path: string, text: string): Promise<void> {
  const draft = join(dirname(path), `.selfsame-report.${randomBytes(8).toString('hex')}.tmp`);
  try {
    const file = await open(draft, 'wx');
    try {
      await file.writeFile(text);
      await file.sync();
    } finally {
      await file.close();
    }
    await rename(draft, path);
  } catch (error) {
    await rm(draft, { force: true });
    throw error;
  }
}

function problem(code: string, message: string): Error {
  return Object.assign(new TypeError(message), { code });
}

async function guarded(
  { option, path }: Omit<ReportFile, 'text'>,
  { code }: ReportPlace,
  act: () => Promise<void>,
): Promise<void> {
  try {
    await act();
  } catch (cause) {
    const why = (cause as NodeJS.ErrnoException).code ?? String(cause);
    throw new SelfsameError(code, `the report cannot be written to ${path}: ${why}`, {
      hint: `give --${option} a file in a directory that you can write to`,
      cause,
    });
  }
}
