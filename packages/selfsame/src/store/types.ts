import type { Readable } from 'node:stream';

/** Full lower-case hexadecimal sha256, 64 characters; never truncated when used as a key. */
export type Sha256 = string;

export interface StoredFile {
  readonly sha256: Sha256;
  /** Bytes. */
  readonly size: number;
}

/**
 * Directories the store keeps whole, published atomically under a key:
 * - `layers`: one unpacked package, key = sha256 of the .deb
 * - `environments`: one materialised environment stage, key = stage id
 * - `trees`: one source tree, key = tree digest (store/tree-digest.ts)
 * - `builds`: one finished build, key = build id
 * - `failed`: one kept failed build, key = build id (replaced by the next failure)
 */
export type EntryKind = 'layers' | 'environments' | 'trees' | 'builds' | 'failed';

export interface Scratch extends AsyncDisposable {
  /** Absolute path of an empty directory on the store's file system, removed (whatever is in it, whoever owns it) on dispose or by gc after a crash. */
  readonly path: string;
  /** Give up ownership without removal (after a rename elsewhere). */
  release(): void;
}

export interface Lock extends AsyncDisposable {
  readonly name: string;
}

/**
 * The content-addressed store. Safe for several processes at once; nothing half-written is ever
 * visible under its final name; a kill at any moment leaves only scratch directories that gc removes.
 */
export interface Store {
  readonly root: string;

  /** Absolute path where the bytes with this digest are (or would be). Files there are read-only and must not be changed. */
  filePath(sha256: Sha256): string;
  hasFile(sha256: Sha256): Promise<boolean>;
  /**
   * Takes bytes in. With `expected`, rejects with `DIGEST_MISMATCH` and keeps nothing when they differ.
   * `from` is a path or a stream; `move: true` consumes a path on the same file system instead of copying it.
   */
  putFile(
    from: string | Readable | Uint8Array,
    options?: { expected?: Sha256; move?: boolean },
  ): Promise<StoredFile>;

  /** Absolute path of a published entry, or undefined. */
  entry(kind: EntryKind, key: string): Promise<string | undefined>;
  /** Path of many entries' directory root without checking existence (for bulk checks). */
  entryPath(kind: EntryKind, key: string): string;
  /**
   * Publishes `key` once: `fill` gets an empty scratch directory on the same file system; when it
   * resolves the directory is synced and renamed into place. If another process published the key
   * meanwhile, its entry wins and ours is dropped. Returns the final path.
   */
  publish(
    kind: EntryKind,
    key: string,
    fill: (directory: string) => Promise<void>,
  ): Promise<string>;
  /** Removes an entry (also of files owned by mapped user ids). */
  remove(kind: EntryKind, key: string): Promise<void>;

  scratch(purpose: string): Promise<Scratch>;
  /** Advisory lock across processes, released by the kernel when the holder dies. Waits; `onWait` is called once if it must. */
  lock(name: string, options?: { signal?: AbortSignal; onWait?: () => void }): Promise<Lock>;
}

/** One entry of a tree manifest. Paths are relative, `/`-separated, without `.` or `..` parts, compared as bytes. */
export type TreeEntry =
  | {
      readonly path: string;
      readonly type: 'file';
      readonly mode: number;
      readonly size: number;
      readonly sha256: Sha256;
    }
  | { readonly path: string; readonly type: 'directory'; readonly mode: number }
  | { readonly path: string; readonly type: 'symlink'; readonly target: string };
