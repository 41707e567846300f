import { mkdtemp, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, join, resolve } from 'node:path';

import { defaultLimits } from './limits.js';
import type { CompareLimits } from './types.js';
import type { Context } from '../context.js';
import { downloadBytes } from '../download/download-bytes.js';
import { SelfsameError } from '../errors/selfsame-error.js';
import { readLocalOperand } from './hash-lists/compare-operands.js';
import type { Operand } from './hash-lists/compare-operands.js';
import { hashListBounds } from './hash-lists/hash-list.js';
import { readHashList } from './hash-lists/read-hash-list.js';

/** One side of a comparison as a person names it, and how to remove what was fetched for it. */
export interface OpenOperand {
  readonly operand: Operand;
  close(): Promise<void>;
}

export interface OperandOptions {
  readonly cwd: string;
  readonly asFiles: boolean;
  /** What comes from an address must have come after so many `milliseconds`. */
  readonly limits?: Partial<CompareLimits>;
}

/**
 * A file, a directory or an http(s) address. Files that are lists of hashes are read as such unless `asFiles`.
 *
 * @throws SelfsameError COMPARE_NOT_FOUND, COMPARE_UNREADABLE, and what downloads throw
 */
export async function openOperand(
  text: string,
  options: OperandOptions,
  context: Pick<Context, 'signal' | 'settings'>,
): Promise<OpenOperand> {
  if (/^https?:\/\//i.test(text)) return openAddress(text, options, context);
  const path = resolve(options.cwd, text);
  const close = (): Promise<void> => Promise.resolve();
  try {
    const operand: Operand = options.asFiles
      ? { type: 'path', name: path, path }
      : await readLocalOperand(path);
    if (options.asFiles) await stat(path);
    return { operand: { ...operand, name: text }, close };
  } catch (cause) {
    const code = (cause as NodeJS.ErrnoException).code ?? '';
    if (code === 'ENOENT' || code === 'ENOTDIR')
      throw new SelfsameError('COMPARE_NOT_FOUND', `there is nothing at ${text}`, {
        hint: 'check the spelling of the path',
        cause,
      });
    throw new SelfsameError('COMPARE_UNREADABLE', `${text} cannot be compared: ${code}`, { cause });
  }
}

async function openAddress(
  url: string,
  { asFiles, limits }: OperandOptions,
  context: Pick<Context, 'signal' | 'settings'>,
): Promise<OpenOperand> {
  const maxBytes = hashListBounds.bytes;
  const bytes = await inTime(
    url,
    limits?.milliseconds ?? defaultLimits.milliseconds,
    context,
    (bounded) => downloadBytes({ name: url, urls: [url], maxBytes }, bounded),
  );
  const list = asFiles ? undefined : readHashList(bytes);
  if (list !== undefined && !('problem' in list))
    return { operand: { type: 'list', name: url, list }, close: () => Promise.resolve() };
  const directory = await mkdtemp(join(tmpdir(), 'selfsame-compare-'));
  const close = (): Promise<void> => rm(directory, { recursive: true, force: true });
  try {
    // The name is a stranger's: its last part only, and never one that leads elsewhere.
    const name = basename(new URL(url).pathname).replace(/^\.+$|[^\w.+~-]/g, '_') || 'download';
    const path = join(directory, name.slice(0, 200));
    await writeFile(path, bytes);
    return { operand: { type: 'path', name: url, path }, close };
  } catch (error) {
    await close();
    throw error;
  }
}

/** A server may send a byte now and then for ever. @throws SelfsameError COMPARE_UNREADABLE */
async function inTime<T>(
  url: string,
  milliseconds: number,
  context: Pick<Context, 'signal' | 'settings'>,
  work: (context: Pick<Context, 'signal' | 'settings'>) => Promise<T>,
): Promise<T> {
  const time = AbortSignal.timeout(milliseconds);
  try {
    return await work({ ...context, signal: AbortSignal.any([context.signal, time]) });
  } catch (cause) {
    if (!time.aborted || context.signal.aborted) throw cause;
    const message = `${url} cannot be compared: it had not come after ${milliseconds / 1000} s`;
    throw new SelfsameError('COMPARE_UNREADABLE', message, {
      hint: 'download it first, or give it longer with --time',
      cause,
    });
  }
}
