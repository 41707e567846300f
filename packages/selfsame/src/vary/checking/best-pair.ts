import type { BuildRun, Dependence } from '../types.js';
import type { ArtifactBuilds } from './artifact-builds.js';

/** The build that shows an artifact's difference from the first one best: with as little else varied as possible. */
export function buildToShow(
  path: string,
  dependence: Dependence,
  builds: ArtifactBuilds,
): BuildRun | undefined {
  const reference = builds.reference();
  const candidates = builds
    .all()
    .filter(
      (run) => run !== reference && run.outcome.type === 'built' && builds.differs(run, path),
    );
  // All of its sets together, so that no cause is missing.
  const wanted = dependence.type === 'with' ? dependence.sets.flat() : [];
  const whole = candidates.filter(({ varied }) => wanted.every((name) => varied.includes(name)));
  const [best] = (whole.length > 0 ? whole : candidates).sort(
    (a, b) => a.varied.length - b.varied.length,
  );
  return best;
}
