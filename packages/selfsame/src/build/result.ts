import { lstatSync, readFileSync } from 'node:fs';
import { createHash, randomBytes } from 'node:crypto';
import { rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { canonicalJson, isSha256Hex } from '@selfsame/verify';
import { artifactListDigest, sortArtifacts } from '../record/artifacts.js';
import type { Artifact, BuildDefinition } from '../record/definition.js';
import type { DeterminismLevel } from '../sandbox/types.js';
import { errorCodeOf } from '../store/store-errors.js';
import { determinizerReport } from './determinizer-report.js';
import type { DeterminizedStep } from './determinizer-report.js';
import { hashFile } from '../store/files.js';
import type { Sha256, Store } from '../store/types.js';
import { isSettled } from '../util/settled.js';

/** What a finished build left: `builds/<build id>/result.json`. Nothing in it but `artifacts` is ever signed. */
export interface BuildResult {
  readonly type: 'selfsame/build-result/v1';
  readonly buildId: Sha256;
  readonly project: string;
  readonly version: string;
  readonly target: string;
  /** Sorted by path bytes. */
  readonly artifacts: readonly Artifact[];
  /** record/artifacts.ts: what builds that need this one put into their definitions. */
  readonly artifactsDigest: Sha256;
  readonly determinism: DeterminismLevel;
  /** What the level could not fix on the host that built it, in words. */
  readonly notFixed: readonly string[];
  /** How long it took there, for estimates only. */
  readonly milliseconds: number;
  readonly peakMemoryBytes: number | null;
}

/** Names inside a `builds` entry. */
export const resultFiles = {
  definition: 'definition.json',
  result: 'result.json',
  log: 'log',
  proofs: 'proofs.json',
  /** SLSA provenance (record/provenance.ts): evidence, missing or damaged without harm to the result. */
  provenance: 'provenance.json',
  /** What the determinizer says of each step (determinizer-report.ts), at level `virtual`: evidence too. */
  determinizer: 'determinizer.json',
} as const;

/**
 * A file's size, times and inode right after its bytes were hashed, as decimal strings in
 * nanoseconds. While they stand, the kernel has seen no write to it, and it need not be hashed again. There is
 * none of a file that was changed a moment before: a write in the same tick would leave its times.
 */
type Proof = readonly [
  sha256: Sha256,
  size: string,
  mtimeNs: string,
  ctimeNs: string,
  inode: string,
];

export type FoundResult =
  | { readonly type: 'verified'; readonly result: BuildResult; readonly path: string }
  | { readonly type: 'missing' }
  /** The entry or an artifact is gone or damaged; what is damaged was moved out of the way. */
  | { readonly type: 'damaged'; readonly reason: string };

/** Writes a result into a draft of its entry. The artifacts must be in the store already. */
export async function writeResult(
  directory: string,
  store: Store,
  definition: BuildDefinition,
  result: BuildResult,
  provenance: Uint8Array,
  determinized: readonly DeterminizedStep[] = [],
): Promise<void> {
  await writeFile(join(directory, resultFiles.definition), canonicalJson(definition));
  await writeFile(join(directory, resultFiles.result), `${JSON.stringify(result, null, 2)}\n`);
  await writeFile(join(directory, resultFiles.provenance), provenance);
  if (determinized.length > 0) {
    const report = `${JSON.stringify(determinizerReport(determinized), null, 2)}\n`;
    await writeFile(join(directory, resultFiles.determinizer), report);
  }
  await writeFile(
    join(directory, resultFiles.proofs),
    JSON.stringify(proofsOf(store, result.artifacts)),
  );
}

/**
 * The result of a build, if it is whole: every artifact present, and its bytes proved since they were
 * last hashed or hashed now. "A file exists" is never enough.
 */
export async function findResult(store: Store, buildId: Sha256): Promise<FoundResult> {
  const path = store.entryPath('builds', buildId);
  const read = readResult(path, buildId);
  if (read.type !== 'read') return read;
  if (!definitionMatches(path, buildId)) {
    return { type: 'damaged', reason: 'its definition.json is not that of its build id' };
  }
  const proved = new Map(readProofs(path).map((proof) => [proof[0], proof.join()]));
  const proofs: Proof[] = [];
  let renew = false;
  for (const { sha256 } of read.result.artifacts) {
    // Before it is hashed: a write meanwhile shows.
    const now = proofOf(store, sha256);
    if (now === undefined)
      return { type: 'damaged', reason: `artifact ${sha256} is missing from the store` };
    if (now.settled) proofs.push(now.proof);
    if (proved.get(sha256) === now.proof.join()) continue;
    if ((await hashFile(store.filePath(sha256))).sha256 !== sha256) {
      await rm(store.filePath(sha256), { force: true });
      return { type: 'damaged', reason: `artifact ${sha256} had changed in the store` };
    }
    renew ||= now.settled;
  }
  if (renew) await renewProofs(path, proofs);
  return { type: 'verified', result: read.result, path };
}

/** Reads and checks `result.json` without looking at the artifacts. */
export function readResult(
  path: string,
  buildId: Sha256,
):
  | { readonly type: 'read'; readonly result: BuildResult }
  | { readonly type: 'missing' }
  | { readonly type: 'damaged'; readonly reason: string } {
  let text: string;
  try {
    text = readFileSync(join(path, resultFiles.result), 'utf8');
  } catch (error) {
    if (errorCodeOf(error) === 'ENOENT')
      return isThere(path)
        ? { type: 'damaged', reason: 'it has no result.json' }
        : { type: 'missing' };
    throw error;
  }
  try {
    const result = JSON.parse(text) as BuildResult;
    if (result.type !== 'selfsame/build-result/v1' || result.buildId !== buildId)
      return { type: 'damaged', reason: 'result.json is that of another build' };
    if (!result.artifacts.every(isArtifact))
      return { type: 'damaged', reason: 'result.json lists something that is no artifact' };
    if (artifactListDigest(result.artifacts) !== result.artifactsDigest)
      return { type: 'damaged', reason: 'result.json does not match its own digest' };
    return { type: 'read', result };
  } catch {
    return { type: 'damaged', reason: 'result.json cannot be read' };
  }
}

/** Whether the entry's definition is, byte for byte, the document its build id was computed from. */
export function definitionMatches(path: string, buildId: Sha256): boolean {
  try {
    const bytes = readFileSync(join(path, resultFiles.definition));
    return createHash('sha256').update(bytes).digest('hex') === buildId;
  } catch (error) {
    if (errorCodeOf(error) === 'ENOENT') return false;
    throw error;
  }
}

function isThere(path: string): boolean {
  return lstatSync(path, { throwIfNoEntry: false }) !== undefined;
}

function isArtifact(value: unknown): value is Artifact {
  if (typeof value !== 'object' || value === null) return false;
  const { path, sha256, size, executable } = value as Record<string, unknown>;
  return (
    typeof path === 'string' &&
    isSafeRelativePath(path) &&
    typeof sha256 === 'string' &&
    isSha256Hex(sha256) &&
    Number.isSafeInteger(size) &&
    typeof executable === 'boolean'
  );
}

/** Whether a path from a document stays below the directory it is joined to. */
export function isSafeRelativePath(path: string): boolean {
  return (
    path !== '' &&
    path.split('/').every((part) => part !== '' && part !== '.' && part !== '..') &&
    !hasControlCharacter(path)
  );
}

export function hasControlCharacter(text: string): boolean {
  return /[\u0000-\u001F\u007F]/u.test(text);
}

function readProofs(path: string): Proof[] {
  try {
    const proofs: unknown = JSON.parse(readFileSync(join(path, resultFiles.proofs), 'utf8'));
    return Array.isArray(proofs)
      ? proofs.filter(
          (proof): proof is Proof =>
            Array.isArray(proof) && proof.every((field) => typeof field === 'string'),
        )
      : [];
  } catch {
    return [];
  }
}

function proofsOf(store: Store, artifacts: readonly Artifact[]): Proof[] {
  return artifacts
    .map(({ sha256 }) => proofOf(store, sha256))
    .flatMap((found) => (found?.settled === true ? [found.proof] : []));
}

function proofOf(
  store: Store,
  sha256: Sha256,
): { readonly proof: Proof; readonly settled: boolean } | undefined {
  const facts = lstatSync(store.filePath(sha256), { bigint: true, throwIfNoEntry: false });
  if (facts === undefined || !facts.isFile()) return undefined;
  const { size, mtimeNs, ctimeNs, ino } = facts;
  return {
    proof: [sha256, String(size), String(mtimeNs), String(ctimeNs), String(ino)],
    settled: isSettled(facts),
  };
}

/** Best effort: without it the artifacts are only hashed again next time. */
async function renewProofs(path: string, proofs: readonly Proof[]): Promise<void> {
  const draft = join(path, `${resultFiles.proofs}-${randomBytes(8).toString('hex')}`);
  try {
    await writeFile(draft, JSON.stringify(proofs));
    await rename(draft, join(path, resultFiles.proofs));
  } catch {
    await rm(draft, { force: true }).catch(() => undefined);
  }
}

/** Makes the document of a build that just finished. */
export function makeResult(
  definition: BuildDefinition,
  buildId: Sha256,
  artifacts: readonly Artifact[],
  facts: {
    readonly notFixed: readonly string[];
    readonly milliseconds: number;
    readonly peakMemoryBytes: number | undefined;
  },
): BuildResult {
  return {
    type: 'selfsame/build-result/v1',
    buildId,
    project: definition.project,
    version: definition.version,
    target: definition.target,
    artifacts: sortArtifacts(artifacts),
    artifactsDigest: artifactListDigest(artifacts),
    determinism: definition.sandbox.level,
    notFixed: [...new Set(facts.notFixed)].sort(),
    milliseconds: Math.round(facts.milliseconds),
    peakMemoryBytes: facts.peakMemoryBytes ?? null,
  };
}
