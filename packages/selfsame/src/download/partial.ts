import { open, mkdir, readFile, rename, rm, stat, writeFile } from 'node:fs/promises';
import type { FileHandle } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import type { Store } from '../store/types.js';

const sidecarSchema = z.strictObject({ url: z.string(), validator: z.string().optional() });

/**
 * The first part of a file that could not be fetched whole yet: `<store>/partial/<key>`, where the key names
 * the expected content, so that any mirror can continue it and the final check covers all of it. Beside it,
 * `<key>.json` says which URL gave it and that server's validator. Only the holder of the store's lock
 * `download-<key>` touches it.
 */
export class PartialFile {
  readonly path: string;
  readonly #sidecar: string;

  constructor(store: Pick<Store, 'root'>, key: string) {
    this.path = join(partialDirectory(store), key);
    this.#sidecar = `${this.path}.json`;
  }

  /** Bytes already here; 0 when there are none. */
  async size(): Promise<number> {
    try {
      const found = await stat(this.path);
      return found.isFile() ? found.size : 0;
    } catch {
      return 0;
    }
  }

  /** The validator for `If-Range` if `url` gave the first part. */
  async validatorFor(url: string): Promise<string | undefined> {
    try {
      const sidecar = sidecarSchema.parse(JSON.parse(await readFile(this.#sidecar, 'utf8')));
      return sidecar.url === url ? sidecar.validator : undefined;
    } catch {
      return undefined;
    }
  }

  /** Opens it for writing at its end, or from the beginning. */
  async open(mode: 'append' | 'restart'): Promise<FileHandle> {
    await mkdir(join(this.path, '..'), { recursive: true });
    return await open(this.path, mode === 'append' ? 'a' : 'w', 0o644);
  }

  async describe(url: string, validator: string | undefined): Promise<void> {
    const temporary = `${this.#sidecar}.new`;
    await writeFile(
      temporary,
      JSON.stringify({ url, ...(validator === undefined ? {} : { validator }) }),
    );
    await rename(temporary, this.#sidecar);
  }

  async remove(): Promise<void> {
    await rm(this.path, { force: true });
    await rm(this.#sidecar, { force: true });
  }
}

/** Where unfinished downloads are kept; everything in it may be removed at any time. */
export function partialDirectory(store: Pick<Store, 'root'>): string {
  return join(store.root, 'partial');
}
