import type { BuildRun, Dependence } from '../types.js';
import type { ArtifactBuilds } from './artifact-builds.js';

/** Minimal sets that are shown each in a build of its own. */
const mostSets = 6;

/** Builds that show how an artifact differs from the first one's: one for each minimal set, with as little else varied as possible. */
export function buildsToShow(
  path: string,
  dependence: Dependence,
  builds: ArtifactBuilds,
): readonly BuildRun[] {
  const reference = builds.reference();
  const candidates = builds
    .all()
    .filter((run) => run !== reference && run.outcome.type === 'built' && builds.differs(run, path))
    .sort((a, b) => a.varied.length - b.varied.length);
  const sets = dependence.type === 'with' ? dependence.sets.slice(0, mostSets) : [[]];
  const runs = sets.flatMap(
    (set) => candidates.find(({ varied }) => set.every((name) => varied.includes(name))) ?? [],
  );
  return [...new Set(runs)];
}
