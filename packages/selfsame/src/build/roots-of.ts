import type { BuildRoot } from '../store/roots.js';
import type { EngineDependencies } from './dependencies.js';
import type { BuildOutcome } from './engine.js';
import { artifactTreeDigest } from './work-area.js';

/** What gc must keep for the builds of a run that have a result, by `project@target`. */
export function buildRoots(
  outcomes: readonly BuildOutcome[],
  dependencies: Pick<EngineDependencies, 'lockedEnvironment'>,
): Record<string, BuildRoot> {
  const results = new Map(
    outcomes.flatMap((outcome) =>
      'result' in outcome ? [[outcome.key, outcome.result] as const] : [],
    ),
  );
  const roots: Record<string, BuildRoot> = {};
  for (const outcome of outcomes) {
    if (outcome.status !== 'built' && outcome.status !== 'cached') continue;
    const { planned, pins } = outcome.defined;
    const uses = new Set<string>(dependencies.lockedEnvironment(planned).stages);
    for (const pinned of pins.values()) {
      uses.add(pinned.digest);
      for (const [digest] of JSON.stringify(pinned.origin).matchAll(
        /(?<![0-9a-f])[0-9a-f]{64}(?![0-9a-f])/gu,
      ))
        uses.add(digest);
    }
    for (const need of planned.needs) {
      const result = results.get(need.build);
      if (result !== undefined) uses.add(artifactTreeDigest(result.artifacts));
    }
    roots[outcome.key] = { buildId: outcome.result.buildId, uses: [...uses].sort() };
  }
  return roots;
}
