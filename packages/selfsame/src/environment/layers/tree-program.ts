import { Readable } from 'node:stream';
import { SelfsameError } from '../../errors/selfsame-error.js';
import { runInUserNamespace } from '../../sandbox/user-namespace.js';
import { nativePath } from '../../util/native.js';
import type { ExtendedAttributes, Ownership } from './tree-entry.js';

/**
 * Requests to `selfsame-tree write` (native/src/tree/main.c), gathered so that thousands of entries
 * cost one process. Paths are relative to the directory that is written.
 */
export class TreeRequests {
  #chunks: Buffer[] = [];
  #text = '';
  #source: string | undefined;

  /** Where `link`, `move` and `copy` take from, absolute. */
  source(directory: string): void {
    if (directory === this.#source) return;
    this.#source = directory;
    this.#add('source', directory);
  }

  /** Makes a directory, or changes one that is there. */
  directory(path: string, { mode, uid, gid }: Ownership): void {
    this.#add('directory', path, mode, uid, gid);
  }

  file(path: string, { mode, uid, gid }: Ownership, time: number, content: Uint8Array): void {
    this.startFile(path, { mode, uid, gid }, time, content.length);
    this.content(content);
  }

  /** Must be followed by `content` of exactly `size` bytes together. */
  startFile(path: string, { mode, uid, gid }: Ownership, time: number, size: number): void {
    this.#add('file', path, mode, uid, gid, time, size);
  }

  content(bytes: Uint8Array): void {
    this.#flush();
    this.#chunks.push(Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength));
  }

  symlink(path: string, target: string, uid: number, gid: number, time: number): void {
    this.#add('symlink', path, target, uid, gid, time);
  }

  /** A hard link: the file's owner, mode and time stay what they are. */
  link(from: string, path: string): void {
    this.#add('link', from, path);
  }

  /** As `link`, from inside the directory that is written. */
  linkInside(from: string, path: string): void {
    this.#add('alias', from, path);
  }

  /** Replaces what file or link is at `path`. */
  move(from: string, path: string): void {
    this.#add('move', from, path);
  }

  copy(from: string, path: string, { mode, uid, gid }: Ownership, time: number): void {
    this.#add('copy', from, path, mode, uid, gid, time);
  }

  time(path: string, time: number): void {
    this.#add('time', path, time);
  }

  /** With everything below; nothing there is no error. */
  remove(path: string): void {
    this.#add('remove', path);
  }

  /** What was gathered since the last call. */
  take(): Buffer[] {
    this.#flush();
    const chunks = this.#chunks;
    this.#chunks = [];
    return chunks;
  }

  #add(...texts: readonly (string | number)[]): void {
    this.#text += `${texts.join('\0')}\0`;
    if (this.#text.length > 65_536) this.#flush();
  }

  #flush(): void {
    if (this.#text === '') return;
    this.#chunks.push(Buffer.from(this.#text));
    this.#text = '';
  }
}

/**
 * Carries out requests below `directory` (absolute), as root of the mapped ids.
 * @throws SelfsameError STORE_FULL, ENVIRONMENT_HELPER_FAILED, or what sandbox/user-namespace.ts rejects with
 */
export async function writeTree(
  directory: string,
  requests: Readable | readonly Buffer[],
  signal: AbortSignal,
): Promise<void> {
  const result = await runInUserNamespace([nativePath('selfsame-tree'), 'write', directory], {
    input: Array.isArray(requests) ? Readable.from(requests) : (requests as Readable),
    signal,
  });
  if (result.exitCode !== 0) throw failure(directory, result, signal);
}

/** What an overlay's upper directory, or any tree, holds: as `OwnedEntry`, and what only overlays leave. */
export type ScannedEntry = Ownership & {
  readonly path: string;
  readonly time: number;
} & (
    | {
        readonly type: 'file';
        readonly size: number;
        readonly sha256: string;
        readonly attributes: ExtendedAttributes;
      }
    | { readonly type: 'directory' | 'opaque'; readonly attributes: ExtendedAttributes }
    | { readonly type: 'symlink'; readonly target: string }
    | { readonly type: 'whiteout' | 'other' }
  );

/**
 * Reads the tree below `directory` (absolute), as root of the mapped ids. Parents come before what is in them.
 * @throws SelfsameError ENVIRONMENT_HELPER_FAILED, or what sandbox/user-namespace.ts rejects with
 */
export async function scanTree(directory: string, signal: AbortSignal): Promise<ScannedEntry[]> {
  const result = await runInUserNamespace([nativePath('selfsame-tree'), 'scan', directory], {
    signal,
  });
  if (result.exitCode !== 0) throw failure(directory, result, signal);
  return parseScan(result.stdout, directory);
}

function parseScan(output: Buffer, directory: string): ScannedEntry[] {
  let text: string;
  try {
    text = new TextDecoder('utf-8', { fatal: true }).decode(output);
  } catch (error) {
    throw new SelfsameError(
      'ENVIRONMENT_HELPER_FAILED',
      `a name below ${directory} is not UTF-8, which no environment may have`,
      { cause: error },
    );
  }
  const fields = text.split('\0');
  const entries: ScannedEntry[] = [];
  let at = 0;
  const next = (): string => fields[at++] ?? '';
  const attributes = (): ExtendedAttributes => {
    const pairs: [string, string][] = [];
    for (let name = next(); name !== ''; name = next()) pairs.push([name, next()]);
    return pairs.sort(([a], [b]) => (a < b ? -1 : 1));
  };
  while (at < fields.length - 1) {
    const type = next();
    const facts = {
      path: next(),
      mode: Number(next()),
      uid: Number(next()),
      gid: Number(next()),
      time: Number(next()),
    };
    if (type === 'file') {
      const [size, sha256] = [Number(next()), next()];
      entries.push({ type, ...facts, size, sha256, attributes: attributes() });
    } else if (type === 'directory' || type === 'opaque') {
      entries.push({ type, ...facts, attributes: attributes() });
    } else if (type === 'symlink') {
      entries.push({ type, ...facts, target: next() });
    } else if (type === 'whiteout' || type === 'other') {
      entries.push({ type, ...facts });
    } else {
      throw new SelfsameError('ENVIRONMENT_HELPER_FAILED', `selfsame-tree printed an unknown type`);
    }
  }
  return entries;
}

/**
 * The contents of files below `directory` (absolute), one after another, read as root of the mapped ids.
 * @param most more bytes than this are refused
 * @throws SelfsameError ENVIRONMENT_HELPER_FAILED, or what sandbox/user-namespace.ts rejects with
 */
export async function readFiles(
  directory: string,
  paths: readonly string[],
  most: number,
  signal: AbortSignal,
): Promise<Buffer> {
  const result = await runInUserNamespace([nativePath('selfsame-tree'), 'read', directory], {
    input: Buffer.from(paths.map((path) => `${path}\0`).join('')),
    maxOutputBytes: Math.max(most, 64 * 1024),
    signal,
  });
  if (result.exitCode !== 0) throw failure(directory, result, signal);
  return result.stdout;
}

function failure(
  directory: string,
  result: {
    readonly exitCode: number | null;
    readonly signal: string | null;
    readonly stderr: Buffer;
  },
  signal: AbortSignal,
): SelfsameError {
  const said = result.stderr.toString('utf8').trim().slice(0, 1000);
  if (signal.aborted) {
    return new SelfsameError('INTERRUPTED', `writing ${directory} was interrupted`);
  }
  if (said.includes('selfsame-tree: no-space:')) {
    return new SelfsameError(
      'STORE_FULL',
      `the disk is full while writing an environment: ${said}`,
      {
        hint: 'free some space, for example with: selfsame store gc',
      },
    );
  }
  return new SelfsameError(
    'ENVIRONMENT_HELPER_FAILED',
    `selfsame-tree failed in ${directory}: ${said === '' ? (result.signal ?? `exit status ${result.exitCode}`) : said}`,
    { hint: 'run: selfsame doctor' },
  );
}
