import { arch, availableParallelism, release, totalmem } from 'node:os';
import { provenancePayload } from '../record/provenance.js';
import type { Artifact } from '../record/definition.js';
import { version } from '../util/version.js';
import type { DefinedBuild } from './define.js';
import type { EnvironmentFacts } from './dependencies.js';
import type { BuildResult } from './result.js';

/**
 * SLSA provenance of a build that just finished here: the evidence beside the claim, where facts of
 * the host and times have their place. Nothing of it reaches a build id or a claim.
 */
export function provenanceOf(
  defined: DefinedBuild,
  result: BuildResult,
  environment: EnvironmentFacts,
  needs: ReadonlyMap<string, readonly Artifact[]>,
  startedOn: Date,
): Uint8Array {
  const { definition, buildId, planned, pins } = defined;
  return provenancePayload(
    { definition, buildId, artifacts: result.artifacts },
    {
      packages: environment.packages,
      distribution: planned.environment.distribution,
      suite: planned.environment.suite,
      origins: new Map([...pins].map(([name, { origin }]) => [name, origin])),
      needs,
    },
    {
      versions: { selfsame: version, node: process.versions.node },
      host: {
        kernel: release(),
        architecture: arch(),
        cpus: availableParallelism(),
        memoryBytes: totalmem(),
      },
      startedOn,
      finishedOn: new Date(),
      notFixed: result.notFixed,
    },
  );
}
