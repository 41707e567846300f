import { compareBytewise } from '@selfsame/verify';
import type { PinnedInput } from '../inputs/types.js';
import type { PlannedBuild } from '../recipe/types.js';
import { buildId } from '../record/build-id.js';
import type { BuildDefinition } from '../record/definition.js';
import { virtualEpochs } from '../recipe/limits.js';
import { describeVirtual } from '../sandbox/levels/virtual.js';
import type { SandboxDescription } from '../sandbox/types.js';
import type { Sha256 } from '../store/types.js';
import type { EngineDependencies, EnvironmentFacts } from './dependencies.js';

/** A build whose every influence is known: ready to be looked up, or to be run. */
export interface DefinedBuild {
  readonly planned: PlannedBuild;
  readonly definition: BuildDefinition;
  readonly buildId: Sha256;
  /** By the input's name. */
  readonly pins: ReadonlyMap<string, PinnedInput>;
}

/** Where SOURCE_DATE_EPOCH came from, for `explain`. */
export type EpochOrigin = 'recipe' | 'inputs' | 'environment';

/**
 * Puts a build definition together.
 * @param needs digest of each needed build's artifact list, by the need's name
 * @throws what pinning an input or looking up the environment's lock throws
 */
export async function defineBuild(
  planned: PlannedBuild,
  needs: ReadonlyMap<string, Sha256>,
  dependencies: Pick<EngineDependencies, 'pinInput' | 'lockedEnvironment'>,
): Promise<DefinedBuild> {
  const environment = dependencies.lockedEnvironment(planned);
  const pins = new Map<string, PinnedInput>();
  for (const input of planned.inputs)
    pins.set(input.name, await dependencies.pinInput(planned, input));
  const definition: BuildDefinition = {
    type: 'selfsame/build-definition/v1',
    ...definitionBody(planned, pins, environment),
    needs: [...needs].map(([name, artifacts]) => ({ name, artifacts })).sort(byName),
  };
  return { planned, definition, buildId: buildId(definition), pins };
}

/** What the build definition and the plan id document have in common: all but the needs. */
export function definitionBody(
  planned: PlannedBuild,
  pins: ReadonlyMap<string, PinnedInput>,
  environment: EnvironmentFacts,
): Omit<BuildDefinition, 'type' | 'needs'> {
  return {
    project: planned.project,
    version: planned.version,
    target: planned.target,
    steps: planned.steps.map(({ name, shell, script }) => ({ name, shell, script })),
    inputs: planned.inputs
      .map(({ name, at }) => {
        const pinned = pins.get(name);
        if (pinned === undefined)
          throw new TypeError(`input ${name} of ${planned.key} was not pinned`);
        return {
          name,
          form: pinned.form,
          digest: pinned.digest,
          fileName: pinned.fileName ?? null,
          at: at ?? null,
        };
      })
      .sort(byName),
    environment: environment.digest,
    sandbox: describeSandbox(planned, sourceDateEpoch(planned, pins, environment).epoch),
    outputs: [...new Set(planned.outputs)].sort(compareBytewise),
  };
}

/**
 * SOURCE_DATE_EPOCH, seconds since 1970: the recipe's own, else the newest date the inputs carry,
 * else the environment lock's. Zero never wins over a later source: 1970 is what programs that
 * mishandle the variable produce, and zip archives cannot hold it. At level `virtual`, where it is the time that
 * programs are told, dates outside of `virtualEpochs` do not count.
 */
export function sourceDateEpoch(
  planned: PlannedBuild,
  pins: ReadonlyMap<string, PinnedInput>,
  environment: EnvironmentFacts,
): { readonly epoch: number; readonly from: EpochOrigin } {
  if (planned.sourceDateEpoch !== undefined)
    return { epoch: planned.sourceDateEpoch, from: 'recipe' };
  const { least, most } =
    planned.determinism === 'virtual' ? virtualEpochs : { least: 1, most: Infinity };
  let newest = 0;
  for (const { date = 0 } of pins.values())
    if (date >= least && date <= most) newest = Math.max(newest, date);
  if (newest > 0) return { epoch: newest, from: 'inputs' };
  const epoch =
    planned.determinism === 'virtual'
      ? Math.min(Math.max(environment.epoch, least), most)
      : environment.epoch;
  return { epoch, from: 'environment' };
}

/** What a build of a recipe sees of its surroundings. `epoch`: SOURCE_DATE_EPOCH, seconds since 1970. */
export function describeSandbox(planned: PlannedBuild, epoch: number): SandboxDescription {
  return {
    level: planned.determinism,
    hostname: 'selfsame',
    user: { name: 'builder', uid: 1000, gid: 1000 },
    path: '/build',
    cpus: planned.cpus,
    memoryShown: planned.memoryShown,
    umask: 0o022,
    sourceDateEpoch: epoch,
    locale: 'C.UTF-8',
    timezone: 'UTC',
    ...(planned.determinism === 'virtual' ? { virtual: describeVirtual(planned.sources) } : {}),
  };
}

function byName(a: { readonly name: string }, b: { readonly name: string }): number {
  return compareBytewise(a.name, b.name);
}
