import { open, rm, stat } from 'node:fs/promises';
import type { FileHandle } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { openFile, unreadable } from '../../content/file-content.js';
import type { OpenFile } from '../../content/file-content.js';
import type { Content, FormatAccess } from '../format.js';
import { runTool } from './child.js';
import type { ToolRun } from './child.js';

/** A file in the scratch directory. */
export interface ScratchFile {
  readonly content: OpenFile;
  readonly path: string;
  /** Closes and removes it. */
  remove(): Promise<void>;
}

/** Keeps a stream in a new file of the scratch directory. */
async function keep(stream: AsyncIterable<Uint8Array>, access: FormatAccess): Promise<ScratchFile> {
  const path = join(await access.scratchDirectory(), 'content');
  let handle: FileHandle | undefined;
  try {
    handle = await open(path, 'wx', 0o600);
    for await (const chunk of stream) await writeAll(handle, chunk);
    await handle.close();
    handle = undefined;
    const content = await openFile(path);
    const remove = async (): Promise<void> => {
      await content.close();
      await rm(path, { force: true });
    };
    return { content, path, remove };
  } catch (error) {
    await handle?.close();
    await rm(path, { force: true });
    throw unreadable(error);
  }
}

async function writeAll(handle: FileHandle, bytes: Uint8Array): Promise<void> {
  for (let at = 0; at < bytes.length;) {
    at += (await handle.write(bytes, at, bytes.length - at)).bytesWritten;
  }
}

/**
 * Standard output of a tool in a file; every byte is spent while it is written.
 *
 * @throws FormatError
 */
export function keepOutput(run: ToolRun, access: FormatAccess): Promise<ScratchFile> {
  return keep(runTool(run, access), access);
}

/** How often what a tool writes to a file is looked at, ms. */
const watchEvery = 50;

/**
 * A file that a tool writes itself, for tools that cannot write to a pipe. Its size is spent as it grows; the tool is
 * killed soon after it grows beyond what may be spent.
 *
 * @param run the tool, given where to write
 * @throws FormatError
 */
export async function keepWritten(
  run: (path: string) => ToolRun,
  access: FormatAccess,
): Promise<ScratchFile> {
  const path = join(await access.scratchDirectory(), 'output');
  const stop = new AbortController();
  let spent = 0;
  let refused: unknown;
  const look = async (): Promise<void> => {
    const size = (await stat(path).catch(() => undefined))?.size ?? 0;
    if (refused !== undefined || size <= spent) return;
    const more = size - spent;
    spent = size;
    try {
      access.spend(more);
    } catch (error) {
      refused = error;
      stop.abort();
    }
  };
  const timer = setInterval(() => void look(), watchEvery);
  try {
    const signal = AbortSignal.any([access.signal, stop.signal]);
    const output = runTool(run(path), { ...access, spend: () => undefined, signal });
    while ((await output.next()).done !== true);
    await look();
    if (refused instanceof Error) throw refused;
    const content = await openFile(path);
    const remove = async (): Promise<void> => {
      await content.close();
      await rm(path, { force: true });
    };
    return { content, path, remove };
  } catch (error) {
    await rm(path, { force: true });
    throw unreadable(refused ?? error);
  } finally {
    clearInterval(timer);
  }
}

/** An absolute path of a file with these bytes, for tools that want one. `remove` takes away what was made for it. */
export async function asFile(
  content: Content,
  access: FormatAccess,
): Promise<{ readonly path: string; remove(): Promise<void> }> {
  if (content.file !== undefined) {
    return { path: resolve(content.file), remove: () => Promise.resolve() };
  }
  return keep(content.stream(), access);
}

/** Bytes of a scratch file that were spent when it was written. */
export function sliceOf(
  { content }: ScratchFile,
  offset: number,
  size: number,
): AsyncIterable<Uint8Array> {
  return content.stream(offset, offset + size);
}
