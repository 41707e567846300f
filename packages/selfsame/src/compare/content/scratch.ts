import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** A directory for what is unpacked, made when first needed and removed with everything in it. */
export class Scratch {
  #root: Promise<string> | undefined;
  #count = 0;

  async #directory(): Promise<string> {
    return (this.#root ??= mkdtemp(join(tmpdir(), 'selfsame-compare-')));
  }

  /** A path below it that nothing has yet. */
  async path(): Promise<string> {
    const root = await this.#directory();
    return join(root, `${(this.#count += 1)}`);
  }

  /** A new empty directory below it. */
  async emptyDirectory(): Promise<string> {
    const path = await this.path();
    await mkdir(path, { mode: 0o700 });
    return path;
  }

  /** Removes all of it; nothing may use it any more. */
  async remove(): Promise<void> {
    const root = await this.#root?.catch(() => undefined);
    if (root !== undefined) await rm(root, { recursive: true, force: true });
  }
}
