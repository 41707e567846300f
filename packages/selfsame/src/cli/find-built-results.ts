import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseJson } from '@selfsame/verify';
import { definitionMatches, readResult, resultFiles } from '../build/result.js';
import { planBuilds } from '../recipe/plan.js';
import type { PlannedBuild } from '../recipe/types.js';
import type { BuiltResult, FoundResults, ResultSelection } from '../record/built-result.js';
import type { BuildDefinition } from '../record/definition.js';
import { findRoot } from '../store/roots.js';
import type { Store } from '../store/types.js';
import type { Workspace } from '../workspace/types.js';

/**
 * The newest finished build in this workspace of each project and target selected, as the store noted
 * it. A recipe whose version has changed since counts as not built.
 *
 * @throws what `planBuilds` throws for unknown projects and targets and for recipes that are wrong
 */
export function findBuiltResults(
  workspace: Workspace,
  store: Store,
  { projects, target }: ResultSelection,
): FoundResults {
  const plan = planBuilds(workspace, { projects, target });
  const newest = findRoot(store, workspace.root)?.builds ?? {};
  const results: BuiltResult[] = [];
  const missing: { key: string; reason: string }[] = [];
  for (const key of plan.order) {
    const planned = plan.builds.get(key);
    if (planned === undefined || !isSelected(planned, projects, target)) continue;
    const built = newest[key];
    const found =
      built === undefined
        ? 'it was not built in this workspace'
        : readBuiltResult(store, planned, built.buildId);
    if (typeof found === 'string') missing.push({ key, reason: found });
    else results.push(found);
  }
  return { results, missing };
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

/** The result, or why there is none. */
function readBuiltResult(store: Store, planned: PlannedBuild, id: string): BuiltResult | string {
  const path = store.entryPath('builds', id);
  const read = readResult(path, id);
  if (read.type === 'missing') return 'its result is no longer in the store';
  if (read.type === 'damaged') return `its result is damaged: ${read.reason}`;
  if (read.result.version !== planned.version) {
    return `version ${read.result.version} was built, the recipe says ${planned.version}`;
  }
  if (!definitionMatches(path, id)) return 'its definition is not that of its build id';
  // Its bytes are those the id was made of, so that no more than reading them strictly is left to do.
  const definition = parseJson(readFileSync(join(path, resultFiles.definition)));
  return {
    key: planned.key,
    buildId: id,
    definition: definition as unknown as BuildDefinition,
    artifacts: read.result.artifacts,
    artifactPath: (sha256) => store.filePath(sha256),
  };
}
