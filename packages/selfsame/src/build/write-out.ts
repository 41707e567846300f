import { randomBytes } from 'node:crypto';
import {
  closeSync,
  constants,
  copyFileSync,
  chmodSync,
  lstatSync,
  mkdirSync,
  openSync,
  readFileSync,
  renameSync,
  rmSync,
  rmdirSync,
  writeFileSync,
  fsyncSync,
} from 'node:fs';
import { dirname, join } from 'node:path';
import { SelfsameError } from '../errors/selfsame-error.js';
import { hashList } from '../record/hash-list.js';
import type { Store } from '../store/types.js';
import { hashFileNow } from '../store/tree-digest.js';
import { isSettled } from '../util/settled.js';
import { hashListName, provenanceName, takenOutName } from './out-names.js';
import { isSafeRelativePath, resultFiles } from './result.js';
import type { BuildResult } from './result.js';

/** What is known of files written before: path below the out directory to size, times and inode then. */
export type OutProofs = Map<string, string>;

/** Where a result's files go, below the out directory. */
export function outPlace(result: Pick<BuildResult, 'project' | 'version' | 'target'>): string {
  return [result.project, result.version, result.target].map(checkedPart).join('/');
}

/** Recipes are checked when they are read; a part that is no file name must not become a path. */
function checkedPart(part: string): string {
  if (!isSafeRelativePath(part) || part.includes('/'))
    throw new SelfsameError(
      'OUT_UNWRITABLE',
      `${JSON.stringify(part)} cannot be the name of a directory`,
    );
  return part;
}

/**
 * Writes a result's artifacts to `<out>/<project>/<version>/<target>/` with a `SHA256SUMS` of
 * them and, beside them, the build's provenance. Copies, so that changing them cannot reach the store;
 * each appears whole. Files of the last result that are no
 * longer artifacts are removed (they are known from its SHA256SUMS); others are left alone.
 * Files proved unchanged since they were hashed are not read again; others are hashed first.
 */
export function writeOut(
  store: Store,
  out: string,
  result: BuildResult,
  proofs: OutProofs,
): string {
  const place = outPlace(result);
  const directory = join(out, place);
  for (const { path } of result.artifacts) {
    if (takenOutName(path) === undefined) continue;
    throw new SelfsameError(
      'OUT_UNWRITABLE',
      `the artifact ${path} of ${result.project}@${result.target} has a name that selfsame writes itself`,
      { hint: 'Let the recipe give it another name' },
    );
  }
  try {
    const wanted = new Map(result.artifacts.map((artifact) => [artifact.path, artifact]));
    const list = hashList(result.artifacts);
    const before = readText(join(directory, hashListName));
    // First, because a directory may stand where a file was.
    for (const path of namesIn(before ?? '')) if (!wanted.has(path)) removeListed(directory, path);
    for (const { path, sha256, executable } of result.artifacts) {
      const target = join(directory, path);
      const name = `${place}/${path}`;
      const mode = executable ? 0o755 : 0o644;
      const proof = proofOf(target, sha256, mode);
      if (proof !== undefined && proofs.get(name) === proof) continue;
      const same = isSame(target, sha256, mode);
      if (!same) replaceFile(store.filePath(sha256), target, mode);
      remember(proofs, name, same ? proof : undefined);
    }
    writeProvenance(store, directory, place, result, proofs);
    if (before === list) return directory;
    mkdirSync(directory, { recursive: true });
    replaceText(join(directory, hashListName), list);
    return directory;
  } catch (error) {
    if (error instanceof SelfsameError) throw error;
    throw new SelfsameError(
      'OUT_UNWRITABLE',
      `the artifacts of ${result.project}@${result.target} could not be written to ${directory}: ${error instanceof Error ? error.message : 'unknown failure'}`,
      {
        hint: 'Name another directory with --out',
        cause: error,
      },
    );
  }
}

/** The provenance of the entry is never changed, so that the time it was written stands for its bytes. */
function writeProvenance(
  store: Store,
  directory: string,
  place: string,
  { buildId }: BuildResult,
  proofs: OutProofs,
): void {
  const source = join(store.entryPath('builds', buildId), resultFiles.provenance);
  const target = join(directory, provenanceName);
  const facts = lstatSync(source, { bigint: true, throwIfNoEntry: false });
  if (facts?.isFile() !== true) return rmSync(target, { force: true });
  const version = `${buildId}.${facts.mtimeNs}`;
  const name = `${place}/${provenanceName}`;
  const proof = proofOf(target, version, 0o644);
  if (proof !== undefined && proofs.get(name) === proof) return;
  const same = isSame(target, hashFileNow(source).sha256, 0o644);
  if (!same) replaceFile(source, target, 0o644);
  remember(proofs, name, same ? proof : undefined);
}

/** The proof is of before the file was hashed, so that a write meanwhile shows; of what was just written there is none. */
function remember(proofs: OutProofs, name: string, proof: string | undefined): void {
  if (proof === undefined) proofs.delete(name);
  else proofs.set(name, proof);
}

function namesIn(list: string): string[] {
  return list
    .split('\n')
    .map((line) => /^[0-9a-f]{64} [ *](.+)$/u.exec(line)?.[1])
    .filter((path) => path !== undefined)
    .filter(isSafeRelativePath);
}

function readText(path: string): string | undefined {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return undefined;
  }
}

/** Undefined also where a later write might not show. */
function proofOf(path: string, sha256: string, mode: number): string | undefined {
  const facts = lstatSync(path, { bigint: true, throwIfNoEntry: false });
  if (facts === undefined || !facts.isFile() || Number(facts.mode & 0o777n) !== mode)
    return undefined;
  if (!isSettled(facts)) return undefined;
  return `${sha256} ${facts.size} ${facts.mtimeNs} ${facts.ctimeNs} ${facts.ino}`;
}

function isSame(path: string, sha256: string, mode: number): boolean {
  const facts = lstatSync(path, { throwIfNoEntry: false });
  return (
    facts?.isFile() === true && (facts.mode & 0o777) === mode && hashFileNow(path).sha256 === sha256
  );
}

function replaceFile(from: string, target: string, mode: number): void {
  mkdirSync(dirname(target), { recursive: true });
  const draft = `${target}.${randomBytes(6).toString('hex')}.part`;
  try {
    copyFileSync(from, draft, constants.COPYFILE_FICLONE | constants.COPYFILE_EXCL);
    chmodSync(draft, mode);
    renameSync(draft, target);
  } catch (error) {
    rmSync(draft, { force: true });
    throw error;
  }
}

function replaceText(path: string, text: string): void {
  const draft = `${path}.${randomBytes(6).toString('hex')}.part`;
  const fd = openSync(draft, 'wx', 0o644);
  try {
    writeFileSync(fd, text);
    fsyncSync(fd);
  } finally {
    closeSync(fd);
  }
  renameSync(draft, path);
}

/** A file of the last result, and directories that are empty without it. */
function removeListed(directory: string, path: string): void {
  rmSync(join(directory, path), { force: true });
  for (let parent = dirname(path); parent !== '.'; parent = dirname(parent)) {
    try {
      rmdirSync(join(directory, parent));
    } catch {
      return;
    }
  }
}
