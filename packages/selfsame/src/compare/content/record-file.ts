import { open, rm, type FileHandle } from 'node:fs/promises';
import { FormatError } from '../formats/format.js';
import { unreadable } from './file-content.js';
import type { Scratch } from './scratch.js';

/** Where a record stands, bytes. */
export interface RecordPlace {
  readonly offset: number;
  readonly length: number;
}

/** Bytes that are written and read at once. */
const pieceBytes = 256 * 1024;

/** Records of bytes, kept one after the other in a file of the scratch directory that is made when it is needed. */
export class RecordFile {
  readonly #scratch: Scratch;
  #file: { readonly path: string; readonly handle: FileHandle } | undefined;
  /** Bytes that are in the file. */
  #written = 0;
  /** Behind them, not yet in the file. */
  #pending: Buffer[] = [];
  #pendingBytes = 0;

  constructor(scratch: Scratch) {
    this.#scratch = scratch;
  }

  /** @throws FormatError `too-large` where the disk is full, `unreadable` */
  async add(record: Buffer): Promise<RecordPlace> {
    const place = { offset: this.#written + this.#pendingBytes, length: record.length };
    this.#pending.push(record);
    this.#pendingBytes += record.length;
    if (this.#pendingBytes >= pieceBytes) await this.#flush();
    return place;
  }

  /** @throws FormatError `unreadable` */
  async read({ offset, length }: RecordPlace): Promise<Buffer> {
    if (offset >= this.#written) await this.#flush();
    return this.#bytes(offset, length);
  }

  /**
   * @param places in the order in which they stand
   * @throws FormatError `unreadable`
   */
  async *readAll(places: readonly RecordPlace[]): AsyncGenerator<Buffer> {
    await this.#flush();
    let start = 0;
    let piece: Buffer = Buffer.alloc(0);
    for (const { offset, length } of places) {
      if (offset + length > start + piece.length) {
        const wanted = Math.min(Math.max(pieceBytes, length), this.#written - offset);
        [start, piece] = [offset, await this.#bytes(offset, wanted)];
      }
      yield piece.subarray(offset - start, offset - start + length);
    }
  }

  /** Removes the file; nothing may be read any more. */
  async close(): Promise<void> {
    const file = this.#file;
    this.#file = undefined;
    if (file === undefined) return;
    await file.handle.close().catch(() => undefined);
    await rm(file.path, { force: true });
  }

  async #flush(): Promise<void> {
    if (this.#pendingBytes === 0) return;
    const bytes = Buffer.concat(this.#pending);
    this.#pending = [];
    this.#pendingBytes = 0;
    try {
      this.#file ??= await newFile(await this.#scratch.path());
      for (let at = 0; at < bytes.length;) {
        const from = this.#written + at;
        at += (await this.#file.handle.write(bytes, at, bytes.length - at, from)).bytesWritten;
      }
    } catch (error) {
      throw unreadable(error);
    }
    this.#written += bytes.length;
  }

  async #bytes(offset: number, length: number): Promise<Buffer> {
    const bytes = Buffer.alloc(length);
    let got = 0;
    try {
      while (this.#file !== undefined && got < length) {
        const { handle } = this.#file;
        const { bytesRead } = await handle.read(bytes, got, length - got, offset + got);
        if (bytesRead === 0) break;
        got += bytesRead;
      }
    } catch (error) {
      throw unreadable(error);
    }
    if (got < length) throw new FormatError('unreadable', 'the scratch directory was changed');
    return bytes;
  }
}

async function newFile(path: string): Promise<{ path: string; handle: FileHandle }> {
  return { path, handle: await open(path, 'wx+', 0o600) };
}
