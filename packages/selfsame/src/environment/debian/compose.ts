import { SelfsameError } from '../../errors/selfsame-error.js';
import type { Layer } from '../layers/layer.js';
import { parentOf } from '../layers/tree-entry.js';
import type { OwnedEntry, Ownership, Tree } from '../layers/tree-entry.js';
import type { Diversion, DpkgState } from './dpkg-state.js';
import { followDirectory } from './follow.js';
import { parseRelations } from './version.js';

/** One thing to put into a tree. */
export interface Placement {
  /** As it will be; `entry.path` is where. */
  readonly entry: OwnedEntry;
  /** The layer and the path in its `tree/` it is taken from; undefined for directories, which are made. */
  readonly from: { readonly layer: Layer; readonly path: string } | undefined;
  /** True when the layer's file is exactly this entry and can be linked; else it is copied or made. */
  readonly same: boolean;
}

/** What unpacking packages does to a tree. */
export interface Composition {
  /** The whole tree afterwards. */
  readonly tree: Map<string, OwnedEntry>;
  /** In an order in which directories come before what is in them. */
  readonly placements: readonly Placement[];
  /** Paths of the tree before that go away first, since a package replaces them. */
  readonly removals: readonly string[];
  /** Absolute paths that belong to each layer, in the archive's order: its `.list`. */
  readonly lists: ReadonlyMap<Layer, readonly string[]>;
  /** Absolute paths that a package before loses to another, by the name its list goes by. */
  readonly losses: ReadonlyMap<string, ReadonlySet<string>>;
  /** Absolute paths of conffiles put beside what was there already, for dpkg to judge. */
  readonly besides: ReadonlySet<string>;
}

export interface ComposeInput {
  readonly base: Tree;
  readonly state: DpkgState;
  /** In any order: the result does not depend on it. */
  readonly layers: readonly Layer[];
  /** Upper bound of file times, seconds since 1970. */
  readonly epoch: number;
  /** The installed package that an absolute path belongs to, by the name its list goes by. Called only when files collide. */
  readonly ownerInBase: (path: string) => InstalledOwner | undefined;
}

export interface InstalledOwner {
  readonly infoName: string;
  readonly name: string;
  readonly version: string;
  /** Its `Replaces` field. */
  readonly replaces: string | undefined;
}

/**
 * Unpacks packages in memory with the rules of dpkg (its src/main/archive.c, Debian Policy 6 and 7.6):
 * a directory of a package is the directory that is there, also through a link; a link never replaces a
 * directory; a file replaces another package's only if it says so (`Replaces`); diverted files go where
 * the diversion says; overrides of owner and mode hold.
 *
 * dpkg lets the order of unpacking decide what remains; here base-files is first (it brings the links
 * of merged-/usr) and the rest follows by name.
 *
 * @throws SelfsameError PACKAGES_COLLIDE
 */
export function compose(input: ComposeInput): Composition {
  return new Composer(input).run();
}

class Composer {
  readonly #input: ComposeInput;
  readonly #tree: Map<string, OwnedEntry>;
  readonly #placements = new Map<string, Placement>();
  readonly #removals: string[] = [];
  readonly #lists = new Map<Layer, string[]>();
  readonly #losses = new Map<string, Set<string>>();
  readonly #besides = new Set<string>();
  /** Who has what is at a path, and what they call it: several share a link to a directory. */
  readonly #owners = new Map<string, { layer: Layer; listed: string }[]>();
  readonly #diversions: ReadonlyMap<string, Diversion>;
  readonly #directories = new Map<string, string>();

  constructor(input: ComposeInput) {
    this.#input = input;
    this.#tree = new Map(input.base);
    this.#diversions = new Map(input.state.diversions.map((item) => [item.from, item]));
  }

  run(): Composition {
    for (const layer of unpackOrder(this.#input.layers)) {
      const list = ['/.'];
      this.#lists.set(layer, list);
      const conffiles = new Set(layer.conffiles.map(([path]) => path));
      for (const entry of layer.entries) {
        const listed = `/${entry.path}`;
        list.push(listed);
        this.#place(layer, entry, listed, conffiles.has(listed));
      }
    }
    return {
      tree: this.#tree,
      placements: [...this.#placements.values()],
      removals: this.#removals,
      lists: this.#lists,
      losses: this.#losses,
      besides: this.#besides,
    };
  }

  #place(layer: Layer, entry: OwnedEntry, listed: string, isConffile: boolean): void {
    const diversion = this.#diversions.get(listed);
    const diverted = diversion !== undefined && diversion.package !== layer.name;
    const wanted = diverted && entry.type !== 'directory' ? diversion.to : listed;
    let path = this.#resolve(wanted.slice(1));
    const there = this.#tree.get(path);
    if (there !== undefined) {
      if (entry.type === 'directory') {
        if (!this.#leadsToDirectory(there)) this.#collide(layer, listed, path, 'as a directory');
        return;
      }
      if (entry.type === 'symlink' && this.#keepsDirectory(entry, there)) {
        if (there.type === 'symlink') this.#owners.get(path)?.push({ layer, listed });
        return;
      }
      if (there.type === 'directory') this.#collide(layer, listed, path, 'as a file');
      if (isConffile && !this.#owners.has(path)) {
        path += '.dpkg-new';
        this.#besides.add(listed);
      } else if (!this.#takeOver(layer, listed, path)) {
        return;
      }
    }
    const placed = this.#adjust(entry, listed, path);
    const same = placed.type !== 'directory' && isSame(placed, entry);
    // Later placements at the same path (a file that was taken over) must come after its directory: keep the order.
    this.#placements.delete(path);
    this.#placements.set(path, {
      entry: placed,
      from: entry.type === 'directory' ? undefined : { layer, path: entry.path },
      same,
    });
    this.#tree.set(path, placed);
    if (entry.type !== 'directory') this.#owners.set(path, [{ layer, listed }]);
  }

  /** With links on the way followed; the last part is the entry itself. */
  #resolve(path: string): string {
    const parent = parentOf(path);
    if (parent === '') return path;
    let real = this.#directories.get(parent);
    if (real === undefined) {
      real = followDirectory(this.#tree, parent);
      if (real === undefined) {
        throw new SelfsameError(
          'PACKAGES_COLLIDE',
          `${parent} is no directory, so ${path} cannot be put there`,
        );
      }
      this.#directories.set(parent, real);
    }
    return real === '' ? path.slice(parent.length + 1) : real + path.slice(parent.length);
  }

  #leadsToDirectory(entry: OwnedEntry): boolean {
    if (entry.type === 'directory') return true;
    if (entry.type !== 'symlink') return false;
    const real = followDirectory(this.#tree, entry.path);
    return real !== undefined && (real === '' || this.#tree.get(real)?.type === 'directory');
  }

  /** A link to a directory shares what is there: a directory in its place, or a link that leads to the same one. */
  #keepsDirectory(entry: OwnedEntry & { type: 'symlink' }, there: OwnedEntry): boolean {
    if (there.type === 'directory') return true;
    if (there.type !== 'symlink') return false;
    const target = entry.target.startsWith('/')
      ? entry.target
      : `${parentOf(there.path)}/${entry.target}`;
    const real = followDirectory(this.#tree, there.path);
    return real === followDirectory(this.#tree, target) && this.#leadsToDirectory(there);
  }

  /** True when `layer` may put its file at `path`; false when what is there stays. */
  #takeOver(layer: Layer, listed: string, path: string): boolean {
    const owners = this.#owners.get(path);
    if (owners !== undefined) {
      // Two names of one place (/bin/x and /usr/bin/x): dpkg compares names only and lets the later one win.
      const others = owners.filter((owner) => owner.listed === listed);
      const staying = others.filter((other) => !replaces(layer, other.layer));
      for (const { layer: other } of staying) {
        if (!replaces(other, layer)) {
          throw collision(layer, listed, `${other.name} ${other.version}`);
        }
      }
      if (staying.length > 0) this.#forget(this.#lists.get(layer), listed);
      else for (const other of others) this.#forget(this.#lists.get(other.layer), listed);
      return staying.length === 0;
    }
    const installed = this.#input.ownerInBase(`/${path}`);
    if (installed !== undefined) {
      if (!replaces(layer, installed)) {
        const yields = parseRelations(installed.replaces).some(
          ({ name, matches }) => name === layer.name && matches(layer.version),
        );
        if (!yields) throw collision(layer, listed, `${installed.name} ${installed.version}`);
        this.#forget(this.#lists.get(layer), listed);
        return false;
      }
      const lost = this.#losses.get(installed.infoName) ?? new Set();
      this.#losses.set(installed.infoName, lost.add(`/${path}`));
    }
    this.#removals.push(path);
    return true;
  }

  #forget(list: string[] | undefined, listed: string): void {
    const at = list?.lastIndexOf(listed) ?? -1;
    if (at >= 0) list?.splice(at, 1);
  }

  #collide(layer: Layer, listed: string, path: string, how: string): never {
    const owner = this.#owners.get(path)?.[0]?.layer ?? this.#input.ownerInBase(`/${path}`);
    const other =
      owner === undefined ? 'something that is there already' : `${owner.name} ${owner.version}`;
    throw collision(layer, `${listed} ${how}`, other);
  }

  #adjust(entry: OwnedEntry, listed: string, path: string): OwnedEntry {
    const { epoch, state } = this.#input;
    if (entry.type === 'symlink') return { ...entry, path, time: Math.min(entry.time, epoch) };
    const override = state.overrides.get(listed);
    const ownership =
      override === undefined
        ? {}
        : this.#ownership(override.user, override.group, override.mode, listed);
    return entry.type === 'directory'
      ? { ...entry, path, ...ownership }
      : { ...entry, path, ...ownership, time: Math.min(entry.time, epoch) };
  }

  #ownership(user: string, group: string, mode: number, listed: string): Ownership {
    const idOf = (name: string, known: ReadonlyMap<string, number>): number => {
      const id = name.startsWith('#') ? Number(name.slice(1)) : known.get(name);
      if (id === undefined || !Number.isInteger(id) || id < 0 || id > 65_535) {
        throw new SelfsameError(
          'PACKAGES_COLLIDE',
          `${listed} shall belong to ${name} (dpkg-statoverride), who does not exist`,
        );
      }
      return id;
    };
    return {
      mode,
      uid: idOf(user, this.#input.state.users),
      gid: idOf(group, this.#input.state.groups),
    };
  }
}

function replaces(
  layer: Layer,
  other: { readonly name: string; readonly version: string },
): boolean {
  return parseRelations(layer.fields.get('replaces')).some(
    (relation) => relation.name === other.name && relation.matches(other.version),
  );
}

function collision(layer: Layer, listed: string, other: string): SelfsameError {
  return new SelfsameError(
    'PACKAGES_COLLIDE',
    `${layer.name} ${layer.version} holds ${listed}, and so does ${other}`,
    { hint: 'leave out one of the two packages, or report the bug to their maintainers' },
  );
}

function isSame(placed: OwnedEntry, entry: OwnedEntry): boolean {
  if (placed.type === 'symlink') return entry.type === 'symlink' && placed.time === entry.time;
  return (
    placed.type === 'file' &&
    entry.type === 'file' &&
    placed.time === entry.time &&
    placed.mode === entry.mode &&
    placed.uid === entry.uid &&
    placed.gid === entry.gid
  );
}

/** base-files before all others, which follow by name and architecture. */
export function unpackOrder(layers: readonly Layer[]): Layer[] {
  const key = ({ name, architecture }: Layer): string =>
    `${name === 'base-files' ? '0' : '1'} ${name} ${architecture}`;
  return [...layers].sort((a, b) => (key(a) < key(b) ? -1 : key(a) > key(b) ? 1 : 0));
}
