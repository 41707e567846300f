import {
  chmodSync,
  constants,
  copyFileSync,
  lstatSync,
  lutimesSync,
  mkdirSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { dirname, join } from 'node:path';
import { setImmediate as nextTurn } from 'node:timers/promises';
import type { FetchedInput } from '../inputs/types.js';
import type { Artifact } from '../record/definition.js';
import type { Mount } from '../sandbox/types.js';
import { SelfsameError } from '../errors/selfsame-error.js';
import { storedTreeTime, storeTree } from '../store/store-tree.js';
import {
  bytesPerTurn,
  comparePaths,
  isExecutable,
  treeDigest,
  walkTree,
} from '../store/tree-digest.js';
import type { Sha256, Store, TreeEntry } from '../store/types.js';
import type { DefinedBuild } from './define.js';
import { isSafeRelativePath } from './result.js';

/** Where a step's script lies in the sandbox: the same for every step, because `$0` and error messages show it. */
export const stepPath = '/build/step';

/** The directories of one build on the host, below its scratch directory. */
export interface WorkArea {
  readonly root: string;
  /** `/build` of the sandbox, writable there. */
  readonly build: string;
  /** `/build/out`. */
  readonly out: string;
  readonly log: string;
  /** Everything mounted but the step's script; parents before what is mounted in them. */
  readonly mounts: readonly Mount[];
}

/**
 * Lays out what a build finds:
 *
 *     /build/work            empty, where steps start
 *     /build/out             empty, what is collected
 *     /build/inputs/NAME/    read-only: the tree, or a directory with the one file
 *     /build/needs/NAME/     read-only: the needed build's artifacts
 *     /build/AT              private writable copy of an input that has `at`
 *     /build/step            the step's script, read-only
 *
 * Modification times: SOURCE_DATE_EPOCH for what is writable, `storedTreeTime` for what is shared.
 * Entries are created in byte order, so that directory order depends on nothing else of ours.
 */
export async function layOut(
  root: string,
  defined: DefinedBuild,
  inputs: ReadonlyMap<string, FetchedInput>,
  needs: ReadonlyMap<string, readonly Artifact[]>,
  store: Store,
): Promise<WorkArea> {
  const build = join(root, 'build');
  const epoch = defined.definition.sandbox.sourceDateEpoch;
  const mounts: Mount[] = [{ source: build, target: '/build', writable: true }];
  for (const name of ['', 'inputs', 'needs', 'out', 'work']) makeDirectory(join(build, name));
  for (const { name, at } of defined.definition.inputs) {
    const input = inputs.get(name);
    if (input === undefined) throw new TypeError(`input ${name} was not fetched`);
    const place = contained(`inputs/${name}`);
    makeDirectory(join(build, place));
    if (input.form === 'file') {
      const inside = contained(`${place}/${input.fileName ?? name}`);
      writeFileSync(join(build, inside), '');
      mounts.push({ source: input.path, target: `/build/${inside}`, writable: false });
      setTime(join(build, place), storedTreeTime);
    } else {
      mounts.push({ source: input.path, target: `/build/${place}`, writable: false });
    }
    if (at !== null) await copyWritable(input, join(build, contained(at)), build, epoch);
  }
  for (const [name, artifacts] of needs) {
    const place = contained(`needs/${name}`);
    makeDirectory(join(build, place));
    mounts.push({
      source: await artifactTree(store, artifacts),
      target: `/build/${place}`,
      writable: false,
    });
  }
  writeFileSync(join(build, 'step'), '');
  for (const name of ['inputs', 'needs', 'out', 'work', '']) setTime(join(build, name), epoch);
  return { root, build, out: join(build, 'out'), log: join(root, 'log'), mounts };
}

/** Recipes are checked when they are read; this keeps a slip there from becoming a write outside the work directory. */
function contained(path: string): string {
  if (!isSafeRelativePath(path))
    throw new SelfsameError('OUTPUT_INVALID', `${JSON.stringify(path)} is no path below /build`);
  return path;
}

function makeDirectory(path: string): void {
  mkdirSync(path, { recursive: true });
  chmodSync(path, 0o755);
}

function setTime(path: string, seconds: number): void {
  utimesSync(path, seconds, seconds);
}

/** A copy that belongs to the build alone: shared blocks where the file system can, owner-writable, times constant. */
async function copyWritable(
  input: FetchedInput,
  target: string,
  build: string,
  epoch: number,
): Promise<void> {
  const parents: string[] = [];
  for (let parent = dirname(target); parent.length > build.length; parent = dirname(parent))
    parents.push(parent);
  for (const parent of [...parents].reverse()) makeDirectory(parent);
  if (input.form === 'file') {
    copyFile(input.path, target, lstatSync(input.path).mode, epoch);
  } else {
    makeDirectory(target);
    await copyTree(input.path, target, epoch);
  }
  for (const parent of parents) setTime(parent, epoch);
}

async function copyTree(from: string, to: string, epoch: number): Promise<void> {
  const entries = [...walkTree(from)].sort((a, b) => comparePaths(a.path, b.path));
  let bytes = 0;
  for (const { path, facts, target } of entries) {
    const place = join(to, path);
    if (target !== undefined) {
      symlinkSync(target, place);
      lutimesSync(place, epoch, epoch);
    } else if (facts.isDirectory()) {
      makeDirectory(place);
    } else {
      copyFile(join(from, path), place, facts.mode, epoch);
      bytes += facts.size + 4096;
    }
    if (bytes > bytesPerTurn) {
      bytes = 0;
      await nextTurn();
    }
  }
  for (const { path, facts } of entries) if (facts.isDirectory()) setTime(join(to, path), epoch);
  setTime(to, epoch);
}

function copyFile(from: string, to: string, mode: number, epoch: number): void {
  copyFileSync(from, to, constants.COPYFILE_FICLONE | constants.COPYFILE_EXCL);
  chmodSync(to, isExecutable(mode) ? 0o755 : 0o644);
  setTime(to, epoch);
}

/** The artifacts laid out as in `/build/out`, as a stored tree that every build needing them shares. */
async function artifactTree(store: Store, artifacts: readonly Artifact[]): Promise<string> {
  const digest = artifactTreeDigest(artifacts);
  const there = await store.entry('trees', digest);
  if (there !== undefined) return there;
  await using scratch = await store.scratch('needs');
  const draft = join(scratch.path, 'tree');
  makeDirectory(draft);
  for (const { path, sha256, executable } of artifacts) {
    const place = join(draft, contained(path));
    mkdirSync(dirname(place), { recursive: true });
    copyFileSync(
      store.filePath(sha256),
      place,
      constants.COPYFILE_FICLONE | constants.COPYFILE_EXCL,
    );
    chmodSync(place, executable ? 0o755 : 0o644);
  }
  const stored = await storeTree(store, draft, { move: true });
  if (stored.digest !== digest)
    throw new SelfsameError(
      'DIGEST_MISMATCH',
      `artifacts of a needed build changed in the store at ${store.root}`,
      { hint: 'Run `selfsame store verify --repair`, then build again' },
    );
  return stored.path;
}

export function artifactTreeDigest(artifacts: readonly Artifact[]): Sha256 {
  const entries = new Map<string, TreeEntry>();
  for (const { path, sha256, size, executable } of artifacts) {
    for (let parent = dirname(path); parent !== '.'; parent = dirname(parent))
      entries.set(parent, { path: parent, type: 'directory', mode: 0o755 });
    entries.set(path, { path, type: 'file', mode: executable ? 0o755 : 0o644, size, sha256 });
  }
  return treeDigest([...entries.values()]);
}
