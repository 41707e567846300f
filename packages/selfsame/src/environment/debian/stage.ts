import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Context } from '../../context.js';
import { foldChanges } from '../layers/fold.js';
import type { Layer } from '../layers/layer.js';
import { parentOf } from '../layers/tree-entry.js';
import type { OwnedEntry, Tree } from '../layers/tree-entry.js';
import { scanTree, TreeRequests, writeTree } from '../layers/tree-program.js';
import type { ScannedEntry } from '../layers/tree-program.js';
import { compose } from './compose.js';
import type { Composition, InstalledOwner } from './compose.js';
import { databaseFiles, placeDatabase, shortenedLists } from './dpkg-database.js';
import { readDpkgState, readFileList } from './dpkg-state.js';
import type { DpkgState } from './dpkg-state.js';
import { installedPackages } from './installed.js';
import { rewrites } from './normalise.js';
import { preinstDirectory, runScripts } from './scripts.js';
import type { Preinst } from './scripts.js';
import { skeleton } from './skeleton.js';
import { planWaves } from './waves.js';

export interface StageInput {
  /** Names the environment in events. */
  readonly source: string;
  readonly architecture: string;
  readonly epoch: number;
  /** The finished stage below: its tree and the absolute path of it; undefined for the first stage. */
  readonly below: { readonly tree: Tree; readonly path: string } | undefined;
  readonly layers: readonly Layer[];
  /** Absolute path of the directory in which `tree/` is made. */
  readonly directory: string;
  readonly onPhase: (phase: 'compose' | 'configure') => void;
}

/** A service is never started here: the answer of policy-rc.d(8) that invoke-rc.d(8) asks for. */
const policy = { path: 'usr/sbin/policy-rc.d', content: '#!/bin/sh\nexit 101\n' } as const;

/**
 * Makes the tree of one stage: files of the stage below and of the packages are linked, maintainer scripts
 * run over an overlay, and what they changed is folded in. Resolves with the finished tree.
 * @throws SelfsameError PACKAGES_COLLIDE, PACKAGE_SCRIPT_FAILED, ENVIRONMENT_HELPER_FAILED, STORE_FULL, INTERRUPTED
 */
export async function makeStage(input: StageInput, context: Context): Promise<Tree> {
  const stage = new Stage(input, context);
  await stage.begin();
  if (input.below === undefined) {
    // Nothing can run before the first packages are there: their preinst scripts come after unpacking, as in debootstrap.
    await stage.unpack(input.layers, true);
    await stage.run(
      input.layers.filter(({ hasPreinst }) => hasPreinst),
      true,
    );
  } else {
    for (const wave of planWaves(input.layers)) {
      const preinsts = wave.filter(({ hasPreinst }) => hasPreinst);
      if (preinsts.length > 0) {
        await stage.offerPreinsts(preinsts);
        await stage.run(preinsts, false);
      }
      await stage.unpack(wave, false);
      await stage.run([], true);
    }
  }
  return stage.finish();
}

class Stage {
  readonly #input: StageInput;
  readonly #context: Context;
  readonly #root: string;
  readonly #tree: Map<string, OwnedEntry>;
  #hasPolicy = false;

  constructor(input: StageInput, context: Context) {
    this.#input = input;
    this.#context = context;
    this.#root = join(input.directory, 'tree');
    this.#tree = new Map(input.below?.tree);
  }

  /** The tree of the stage below, or the skeleton of a first one. */
  async begin(): Promise<void> {
    const { below, epoch, architecture, layers } = this.#input;
    this.#input.onPhase('compose');
    const requests = new TreeRequests();
    requests.directory('tree', { mode: 0o755, uid: 0, gid: 0 });
    if (below !== undefined) {
      requests.source(below.path);
      for (const entry of below.tree.values()) {
        if (entry.type === 'directory') requests.directory(`tree/${entry.path}`, entry);
        else requests.link(entry.path, `tree/${entry.path}`);
      }
    } else {
      for (const entry of skeleton(architecture, layers, epoch)) {
        this.#tree.set(entry.path, entry);
        if (entry.type === 'directory') requests.directory(`tree/${entry.path}`, entry);
        else if (entry.type === 'symlink') {
          requests.symlink(`tree/${entry.path}`, entry.target, entry.uid, entry.gid, epoch);
        }
      }
    }
    await this.#write(requests);
  }

  /** Puts the packages' files and dpkg's knowledge of them into the tree. */
  async unpack(layers: readonly Layer[], withPreinsts: boolean): Promise<void> {
    const { epoch } = this.#input;
    this.#input.onPhase('compose');
    const state = await readDpkgState(this.#root);
    const lists = await this.#listsOf(state);
    const composition = compose({
      base: this.#tree,
      state,
      layers,
      epoch,
      ownerInBase: (path) => this.#ownerOf(path, state, lists),
    });
    const requests = new TreeRequests();
    for (const path of composition.removals) requests.remove(`tree/${path}`);
    placeFiles(composition, requests);
    for (const [path, entry] of composition.tree) this.#tree.set(path, entry);
    const files = [
      ...databaseFiles(layers, composition, state),
      ...shortenedLists(composition.losses, (name) => lists.get(name) ?? []),
    ];
    placeDatabase(files, this.#tree, requests, 'tree', epoch);
    if (withPreinsts)
      this.#placePreinsts(
        layers.filter(({ hasPreinst }) => hasPreinst),
        requests,
      );
    this.#placePolicy(requests);
    await this.#write(requests);
  }

  async offerPreinsts(layers: readonly Layer[]): Promise<void> {
    const requests = new TreeRequests();
    this.#placePreinsts(layers, requests);
    this.#placePolicy(requests);
    await this.#write(requests);
  }

  /** Runs scripts over the tree and folds in what they changed. */
  async run(preinsts: readonly Layer[], configure: boolean): Promise<void> {
    const { source, epoch } = this.#input;
    const { store, signal } = this.#context;
    this.#input.onPhase('configure');
    await using scratch = await store.scratch('configure');
    const scripts: Preinst[] = inRunOrder(preinsts).map(({ name, architecture }) => ({
      name,
      architecture,
    }));
    await runScripts(
      { source, tree: this.#root, scratch: scratch.path, epoch, preinsts: scripts, configure },
      this.#context,
    );
    const upper = join(scratch.path, 'upper');
    const changes = await scanTree(upper, signal);
    const requests = new TreeRequests();
    const prefix = 'tree';
    const contents = await rewritten(changes, upper, epoch);
    foldChanges({ tree: this.#tree, changes, upper, requests, prefix, epoch, contents });
    await this.#write(requests);
  }

  /** Takes away what only served the run, and gives every directory the same time. */
  async finish(): Promise<Tree> {
    const requests = new TreeRequests();
    if (this.#hasPolicy) {
      requests.remove(`tree/${policy.path}`);
      this.#tree.delete(policy.path);
    }
    for (const path of [...this.#tree.keys()]) {
      if (path === preinstDirectory || path.startsWith(`${preinstDirectory}/`)) {
        if (path === preinstDirectory) requests.remove(`tree/${path}`);
        this.#tree.delete(path);
      }
    }
    for (const entry of this.#tree.values()) {
      if (entry.type === 'directory') requests.time(`tree/${entry.path}`, this.#input.epoch);
    }
    requests.time('tree', this.#input.epoch);
    await this.#write(requests);
    return this.#tree;
  }

  #placePreinsts(layers: readonly Layer[], requests: TreeRequests): void {
    const directory = { type: 'directory', mode: 0o755, uid: 0, gid: 0 } as const;
    const make = (path: string): void => {
      requests.directory(`tree/${path}`, directory);
      this.#tree.set(path, { ...directory, path });
    };
    if (layers.length > 0) make(preinstDirectory);
    for (const layer of layers) {
      const home = `${preinstDirectory}/${layer.name}`;
      make(home);
      requests.source(layer.path);
      for (const name of ['control', ...layer.controlFiles.map((file) => file.name)]) {
        requests.link(`control/${name}`, `tree/${home}/${name}`);
      }
    }
  }

  #placePolicy(requests: TreeRequests): void {
    if (this.#hasPolicy || this.#tree.has(policy.path)) return;
    if (this.#tree.get(parentOf(policy.path))?.type !== 'directory') return;
    const ownership = { mode: 0o755, uid: 0, gid: 0 };
    requests.file(`tree/${policy.path}`, ownership, this.#input.epoch, Buffer.from(policy.content));
    // A package's own policy-rc.d of a later wave would meet it; none is that low (packages divert it).
    this.#hasPolicy = true;
  }

  /** Lists of installed packages, read only when somebody asks. */
  async #listsOf(state: DpkgState): Promise<ReadonlyMap<string, readonly string[]>> {
    if (this.#input.below === undefined) return new Map();
    return new Map(
      await Promise.all(
        state.infoNames.map(async (name) => [name, await readFileList(this.#root, name)] as const),
      ),
    );
  }

  #ownerOf(
    path: string,
    state: DpkgState,
    lists: ReadonlyMap<string, readonly string[]>,
  ): InstalledOwner | undefined {
    for (const [infoName, list] of lists) {
      if (!list.includes(path)) continue;
      const found = installedPackages(state.status).get(infoName.replace(/:.*$/u, ''));
      if (found !== undefined) return { infoName, ...found };
    }
    return undefined;
  }

  #write(requests: TreeRequests): Promise<void> {
    return writeTree(this.#input.directory, requests.take(), this.#context.signal);
  }
}

/** New contents of the files for which normalise.ts has a way. */
async function rewritten(
  changes: readonly ScannedEntry[],
  upper: string,
  epoch: number,
): Promise<ReadonlyMap<string, Buffer>> {
  const contents = new Map<string, Buffer>();
  for (const { path, rewrite } of rewrites) {
    if (!changes.some((change) => change.path === path && change.type === 'file')) continue;
    const content = rewrite(await readFile(join(upper, path)), epoch);
    if (content !== undefined) contents.set(path, content);
  }
  return contents;
}

function placeFiles(composition: Composition, requests: TreeRequests): void {
  for (const { entry, from, same } of composition.placements) {
    const place = `tree/${entry.path}`;
    if (from === undefined) {
      if (entry.type === 'directory') requests.directory(place, entry);
      continue;
    }
    requests.source(join(from.layer.path, 'tree'));
    if (same) requests.link(from.path, place);
    else if (entry.type === 'file') requests.copy(from.path, place, entry, entry.time);
    else if (entry.type === 'symlink') {
      requests.symlink(place, entry.target, entry.uid, entry.gid, entry.time);
    }
  }
}

/** base-passwd first: the others' scripts may give files to the users it makes (so does debootstrap). */
function inRunOrder(layers: readonly Layer[]): Layer[] {
  const rank = ({ name }: Layer): number =>
    name === 'base-passwd' ? 0 : name === 'base-files' ? 1 : 2;
  return [...layers].sort((a, b) => rank(a) - rank(b) || (a.name < b.name ? -1 : 1));
}
