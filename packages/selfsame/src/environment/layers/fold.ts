import { createHash } from 'node:crypto';
import { ruleFor } from '../debian/normalise.js';
import { parentOf } from './tree-entry.js';
import type { ExtendedAttributes, OwnedEntry, Ownership } from './tree-entry.js';
import type { ScannedEntry, TreeRequests } from './tree-program.js';

export interface FoldInput {
  /** The tree below the overlay; changed to what it is afterwards. */
  readonly tree: Map<string, OwnedEntry>;
  /** What the overlay's upper directory holds. */
  readonly changes: readonly ScannedEntry[];
  /** Absolute path of the upper directory. */
  readonly upper: string;
  readonly requests: TreeRequests;
  /** Where the tree is, relative to what the requests are about. */
  readonly prefix: string;
  /** Upper bound of file times. */
  readonly epoch: number;
  /** New contents of changed files, by path. */
  readonly contents: ReadonlyMap<string, Buffer>;
}

/**
 * Puts what scripts changed (an overlay's upper directory, see Linux's overlayfs.rst) into the tree below
 * it, normalised (debian/normalise.ts): times are clamped, what differs from run to run is left out.
 */
export function foldChanges(input: FoldInput): void {
  const fold = new Fold(input);
  for (const change of input.changes) fold.take(change);
}

class Fold {
  readonly #input: FoldInput;

  constructor(input: FoldInput) {
    this.#input = input;
    input.requests.source(input.upper);
  }

  take(change: ScannedEntry): void {
    const { tree } = this.#input;
    const { path } = change;
    const rule = ruleFor(path);
    if (rule !== undefined) {
      const isTop = rule.match === path;
      if (rule.action === 'remove' || (rule.action === 'clear' && !isTop)) {
        this.#remove(path);
        return;
      }
      if (rule.action === 'empty' && change.type === 'file') {
        this.#write(path, change, Buffer.alloc(0));
        return;
      }
    }
    // Something above it was left out.
    const parent = parentOf(path);
    if (parent !== '' && tree.get(parent)?.type !== 'directory') return;
    switch (change.type) {
      case 'whiteout':
      case 'other': // Sockets and FIFOs belong to running programs.
        this.#remove(path);
        return;
      case 'opaque':
        this.#remove(path);
        this.#directory(change);
        return;
      case 'directory':
        if (tree.get(path)?.type !== 'directory') this.#remove(path);
        this.#directory(change);
        return;
      case 'file':
      case 'symlink': {
        const content = this.#input.contents.get(path);
        if (content === undefined) this.#move(change);
        else this.#write(path, change, content);
      }
    }
  }

  #write(path: string, { mode, uid, gid }: Ownership, content: Buffer): void {
    const { tree, requests, epoch: time } = this.#input;
    this.#remove(path);
    requests.file(this.#place(path), { mode, uid, gid }, time, content);
    const sha256 = createHash('sha256').update(content).digest('hex');
    tree.set(path, { type: 'file', path, mode, uid, gid, time, size: content.length, sha256 });
  }

  #directory({
    path,
    mode,
    uid,
    gid,
    attributes,
  }: ScannedEntry & { attributes: ExtendedAttributes }): void {
    this.#input.requests.directory(this.#place(path), { mode, uid, gid });
    this.#input.tree.set(path, { type: 'directory', path, mode, uid, gid, ...known(attributes) });
  }

  #move(change: ScannedEntry & { type: 'file' | 'symlink' }): void {
    const { tree, requests, epoch } = this.#input;
    const { path, mode, uid, gid } = change;
    if (tree.get(path)?.type === 'directory') this.#remove(path);
    const time = Math.min(change.time, epoch);
    requests.move(path, this.#place(path));
    requests.time(this.#place(path), time);
    if (change.type === 'symlink') {
      tree.set(path, { type: 'symlink', path, uid, gid, time, target: change.target });
      return;
    }
    const { size, sha256, attributes } = change;
    tree.set(path, {
      type: 'file',
      path,
      mode,
      uid,
      gid,
      time,
      size,
      sha256,
      ...known(attributes),
    });
  }

  #remove(path: string): void {
    const { tree, requests } = this.#input;
    const there = tree.get(path);
    if (there === undefined) return;
    requests.remove(this.#place(path));
    tree.delete(path);
    if (there.type !== 'directory') return;
    for (const other of tree.keys()) if (other.startsWith(`${path}/`)) tree.delete(other);
  }

  #place(path: string): string {
    return `${this.#input.prefix}/${path}`;
  }
}

function known(attributes: ExtendedAttributes): { attributes?: ExtendedAttributes } {
  return attributes.length === 0 ? {} : { attributes };
}
