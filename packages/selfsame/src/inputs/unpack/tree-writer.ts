import {
  chmodSync,
  closeSync,
  copyFileSync,
  mkdirSync,
  openSync,
  symlinkSync,
  writeSync,
} from 'node:fs';
import { join } from 'node:path';
import { setImmediate as nextTurn } from 'node:timers/promises';
import type { TreeLink } from '../links.js';
import { ArchiveError, quote } from './entry.js';
import type { ArchiveEntry } from './entry.js';
import type { UnpackLimits } from './limits.js';

/** Work done before others on the event loop get their turn, bytes. */
const bytesPerTurn = 32 * 1024 ** 2;

interface Written {
  readonly type: 'file' | 'directory' | 'symlink';
  readonly size: number;
  readonly executable: boolean;
}

/**
 * Writes the entries of an archive below an empty directory that nobody else touches. What was written is
 * remembered, so that nothing is ever written through a link or over something else. Modes become 0755 or 0644.
 */
export class TreeWriter {
  readonly #root: string;
  readonly #limits: UnpackLimits;
  readonly #allowedBytes: number;
  readonly #written = new Map<string, Written>();
  readonly #links: TreeLink[] = [];
  #bytes = 0;
  #sinceTurn = 0;
  #newest: number | undefined;

  constructor(root: string, limits: UnpackLimits, allowedBytes: number) {
    this.#root = root;
    this.#limits = limits;
    this.#allowedBytes = allowedBytes;
  }

  /** Symbolic links so far; the caller checks that none leaves the tree. */
  get links(): readonly TreeLink[] {
    return this.#links;
  }

  /** Newest time any entry carries, seconds since 1970. */
  get newest(): number | undefined {
    return this.#newest;
  }

  /** Names directly below the root, and whether each is a directory. */
  topLevel(): readonly { readonly name: string; readonly isDirectory: boolean }[] {
    return [...this.#written]
      .filter(([path]) => !path.includes('/'))
      .map(([name, written]) => ({ name, isDirectory: written.type === 'directory' }));
  }

  /** Writes one entry. Rejects with `ArchiveError` or an error of the file system. */
  async write(entry: ArchiveEntry): Promise<void> {
    const path = checkPath(entry.path, this.#limits);
    this.#note(entry.modified);
    if (path === '') {
      if (entry.type !== 'directory') throw unsafe(entry.path, 'has no name');
      return;
    }
    this.#makeParents(path, entry.path);
    const before = this.#written.get(path);
    if (entry.type === 'directory') {
      if (before === undefined) this.#makeDirectory(path);
      else if (before.type !== 'directory') throw unsafe(entry.path, 'is there twice');
      return;
    }
    if (before !== undefined) throw unsafe(entry.path, 'is there twice');
    if (entry.type === 'symlink') this.#writeLink(path, entry);
    else if (entry.type === 'hardlink') this.#copyLinked(path, entry);
    else await this.#writeFile(path, entry);
    if (this.#sinceTurn > bytesPerTurn) {
      this.#sinceTurn = 0;
      await nextTurn();
    }
  }

  async #writeFile(path: string, entry: ArchiveEntry): Promise<void> {
    this.#count(entry.size);
    const mode = entry.executable ? 0o755 : 0o644;
    const fd = openSync(join(this.#root, path), 'wx', mode);
    let size = 0;
    try {
      for await (const chunk of entry.body) {
        for (let done = 0; done < chunk.length;) done += writeSync(fd, chunk, done);
        size += chunk.length;
        if (size > entry.size) throw unsafe(entry.path, 'is longer than it says');
      }
    } finally {
      closeSync(fd);
    }
    if (size !== entry.size) throw new ArchiveError('damaged', `${quote(entry.path)} is cut off`);
    this.#add(path, { type: 'file', size, executable: entry.executable });
  }

  #writeLink(path: string, entry: ArchiveEntry): void {
    const target = entry.target ?? '';
    if (
      target === '' ||
      target.includes('\0') ||
      Buffer.byteLength(target) > this.#limits.pathBytes
    ) {
      throw unsafe(entry.path, 'is a link without a usable target');
    }
    symlinkSync(target, join(this.#root, path));
    this.#links.push({ path, target });
    this.#add(path, { type: 'symlink', size: 0, executable: false });
  }

  #copyLinked(path: string, entry: ArchiveEntry): void {
    const target = checkPath(entry.target ?? '', this.#limits);
    const linked = this.#written.get(target);
    if (linked?.type !== 'file') {
      throw unsafe(
        entry.path,
        `is a hard link to ${quote(entry.target ?? '')}, which is no file before it`,
      );
    }
    this.#count(linked.size);
    copyFileSync(join(this.#root, target), join(this.#root, path));
    chmodSync(join(this.#root, path), linked.executable ? 0o755 : 0o644);
    this.#add(path, linked);
  }

  #makeParents(path: string, shown: string): void {
    for (let slash = path.indexOf('/'); slash !== -1; slash = path.indexOf('/', slash + 1)) {
      const parent = path.slice(0, slash);
      const before = this.#written.get(parent);
      if (before === undefined) this.#makeDirectory(parent);
      else if (before.type === 'symlink') {
        throw unsafe(shown, `would be written through the link ${quote(parent)}`);
      } else if (before.type === 'file') throw unsafe(shown, `is below the file ${quote(parent)}`);
    }
  }

  #makeDirectory(path: string): void {
    mkdirSync(join(this.#root, path), 0o755);
    this.#add(path, { type: 'directory', size: 0, executable: true });
  }

  #add(path: string, written: Written): void {
    this.#written.set(path, written);
    if (this.#written.size > this.#limits.entries) {
      throw new ArchiveError('too-large', `it holds more than ${this.#limits.entries} entries`);
    }
    this.#sinceTurn += written.size + 16_384;
  }

  #count(bytes: number): void {
    this.#bytes += bytes;
    if (this.#bytes > this.#allowedBytes) {
      throw new ArchiveError('too-large', `it unpacks to more than ${this.#allowedBytes} bytes`);
    }
  }

  #note(modified: number | undefined): void {
    if (modified === undefined || modified <= 0 || modified > latestTime) return;
    if (this.#newest === undefined || modified > this.#newest) this.#newest = modified;
  }
}

/** 9999-12-31T23:59:59Z: what date formats with four digits for the year can say. */
const latestTime = 253_402_300_799;

/** The path without `.` parts and doubled slashes; empty for the root itself. Throws `ArchiveError`. */
function checkPath(raw: string, limits: UnpackLimits): string {
  if (raw.startsWith('/')) throw unsafe(raw, 'is an absolute path');
  if (raw === '' || raw.includes('\0')) throw unsafe(raw, 'is not a path');
  if (Buffer.byteLength(raw) > limits.pathBytes) {
    throw new ArchiveError('too-large', `the path ${quote(raw)} is too long`);
  }
  const parts = raw.split('/').filter((part) => part !== '' && part !== '.');
  if (parts.includes('..')) throw unsafe(raw, 'leads out of the archive');
  if (parts.length > limits.depth) {
    throw new ArchiveError('too-large', `the path ${quote(raw)} is nested too deeply`);
  }
  if (parts.some((part) => Buffer.byteLength(part) > limits.nameBytes)) {
    throw new ArchiveError('too-large', `a name in the path ${quote(raw)} is too long`);
  }
  return parts.join('/');
}

function unsafe(path: string, why: string): ArchiveError {
  return new ArchiveError('unsafe', `${quote(path)} ${why}`);
}
