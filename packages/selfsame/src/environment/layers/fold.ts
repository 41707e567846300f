import { ruleFor } from '../debian/normalise.js';
import { parentOf } from './tree-entry.js';
import type { ExtendedAttributes, OwnedEntry } from './tree-entry.js';
import type { ScannedEntry, TreeRequests } from './tree-program.js';

const emptySha256 = 'e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855';

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
    const { tree, requests, epoch } = this.#input;
    const { path, mode, uid, gid } = change;
    const rule = ruleFor(path);
    if (rule !== undefined) {
      const isTop = rule.match === path;
      if (rule.action === 'remove' || (rule.action === 'clear' && !isTop)) {
        this.#remove(path);
        return;
      }
      if (rule.action === 'empty' && change.type === 'file') {
        this.#remove(path);
        requests.file(this.#place(path), change, epoch, new Uint8Array());
        tree.set(path, {
          type: 'file',
          path,
          mode,
          uid,
          gid,
          time: epoch,
          size: 0,
          sha256: emptySha256,
        });
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
      case 'symlink':
        this.#move(change);
    }
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
