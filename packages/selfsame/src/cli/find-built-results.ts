import { lstatSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseJson } from '@selfsame/verify';
import { defineBuild } from '../build/define.js';
import type { EngineDependencies } from '../build/dependencies.js';
import { definitionMatches, readResult, resultFiles } from '../build/result.js';
import type { BuildResult } from '../build/result.js';
import type { Plan, PlannedBuild } from '../recipe/types.js';
import type { BuiltResult, FoundResults, ResultSelection } from '../record/built-result.js';
import type { BuildDefinition } from '../record/definition.js';
import type { Sha256, Store } from '../store/types.js';

/**
 * The results of what a plan describes now: each build is defined again, from the recipes, the lock and
 * the artifacts of what it needs, and looked up by its build id. Nothing is built. A result of an older
 * recipe or lock is not one of these.
 *
 * @param plan holds the selection and all it needs
 * @throws what pinning inputs and looking up the lock throw
 */
export async function findBuiltResults(
  plan: Plan,
  { projects, target }: ResultSelection,
  dependencies: Pick<EngineDependencies, 'pinInput' | 'lockedEnvironment'>,
  store: Store,
): Promise<FoundResults> {
  const found = new Map<string, Found>();
  for (const key of plan.order) {
    const planned = plan.builds.get(key);
    if (planned !== undefined) found.set(key, await find(planned, found, dependencies, store));
  }
  const results: BuiltResult[] = [];
  const missing: { key: string; reason: string }[] = [];
  for (const [key, one] of found) {
    const planned = plan.builds.get(key);
    if (planned === undefined || !isSelected(planned, projects, target)) continue;
    if (one.type === 'missing') missing.push({ key, reason: one.reason });
    else results.push(builtResult(key, one.result, one.path, store));
  }
  return { results, missing };
}

type Found =
  | { readonly type: 'found'; readonly result: BuildResult; readonly path: string }
  | { readonly type: 'missing'; readonly reason: string };

async function find(
  planned: PlannedBuild,
  before: ReadonlyMap<string, Found>,
  dependencies: Pick<EngineDependencies, 'pinInput' | 'lockedEnvironment'>,
  store: Store,
): Promise<Found> {
  const needs = new Map<string, Sha256>();
  for (const { name, build } of planned.needs) {
    const needed = before.get(build);
    if (needed?.type !== 'found') {
      return { type: 'missing', reason: `${build}, which it needs, is not built` };
    }
    needs.set(name, needed.result.artifactsDigest);
  }
  const { buildId } = await defineBuild(planned, needs, dependencies);
  const path = store.entryPath('builds', buildId);
  const read = readResult(path, buildId);
  if (read.type === 'missing') {
    return { type: 'missing', reason: 'what the recipe and the lock say now was not built' };
  }
  if (read.type === 'damaged') {
    return { type: 'missing', reason: `its result in the store is damaged: ${read.reason}` };
  }
  if (!definitionMatches(path, buildId)) {
    return { type: 'missing', reason: 'its stored definition is not that of its build id' };
  }
  return { type: 'found', result: read.result, path };
}

function builtResult(key: string, result: BuildResult, path: string, store: Store): BuiltResult {
  // Its bytes are those the build id was made of, so that no more than reading them strictly is left to do.
  const definition = parseJson(readFileSync(join(path, resultFiles.definition)));
  return {
    key,
    buildId: result.buildId,
    definition: definition as unknown as BuildDefinition,
    artifacts: result.artifacts,
    artifactPath: (sha256) => store.filePath(sha256),
    readProvenance: () => readIfThere(join(path, resultFiles.provenance)),
  };
}

/** Larger than the provenance of any build of ours, in bytes; it must fit into one attestation. */
const MAX_PROVENANCE = 16 * 1024 * 1024;

/** Provenance is evidence: where it cannot be read there is none. */
function readIfThere(path: string): Uint8Array | undefined {
  try {
    return lstatSync(path).size <= MAX_PROVENANCE ? readFileSync(path) : undefined;
  } catch {
    return undefined;
  }
}

/** A plan also holds what the selection needs. */
function isSelected(
  planned: PlannedBuild,
  projects: readonly string[],
  target: string | undefined,
): boolean {
  if (projects.length === 0) return target === undefined || planned.target === target;
  return projects.some((selected) => {
    const [project, own = target] = selected.split('@', 2);
    return planned.project === project && (own === undefined || planned.target === own);
  });
}
