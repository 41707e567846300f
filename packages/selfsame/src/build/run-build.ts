import { join } from 'node:path';
import type { Context } from '../context.js';
import type { MaterialisedEnvironment } from '../environment/types.js';
import { SelfsameError } from '../errors/selfsame-error.js';
import type { FetchedInput } from '../inputs/types.js';
import type { Artifact } from '../record/definition.js';
import { asStoreError, errorCodeOf } from '../store/store-errors.js';
import { collectArtifacts } from './collect.js';
import type { DefinedBuild } from './define.js';
import type { EngineDependencies } from './dependencies.js';
import { notCoveredOf } from './determinizer-report.js';
import type { DeterminizedStep } from './determinizer-report.js';
import { keepFailed, keepLog, stepError } from './failure.js';
import { provenanceOf } from './provenance.js';
import { makeResult, writeResult } from './result.js';
import type { BuildResult } from './result.js';
import { runSteps } from './steps.js';
import type { StepsRun } from './steps.js';
import { layOut } from './work-area.js';
import type { WorkArea } from './work-area.js';

export type RunOutcome =
  | { readonly type: 'built'; readonly result: BuildResult }
  | {
      readonly type: 'failed';
      readonly error: SelfsameError;
      readonly outcome: string;
      readonly keptAt: string;
      readonly logPath: string;
    };

export interface RunOptions {
  /** Artifacts of the needed builds, by the need's name. */
  readonly needs: ReadonlyMap<string, readonly Artifact[]>;
  readonly materialise: () => Promise<MaterialisedEnvironment>;
  /** A result that is being done again: other artifacts are a failure. */
  readonly expected: BuildResult | undefined;
}

/**
 * Runs one build and publishes its result. The caller holds the lock of the build id.
 * A build that fails is a value; not getting as far as a build (inputs, environment, store) rejects.
 */
export async function runBuild(
  defined: DefinedBuild,
  dependencies: EngineDependencies,
  context: Context,
  options: RunOptions,
): Promise<RunOutcome> {
  const { store } = context;
  const inputs = await fetchInputs(defined, dependencies);
  const environment = await options.materialise();
  await using scratch = await store.scratch(`build-${defined.planned.project}`);
  let area: WorkArea | undefined;
  let steps: StepsRun | undefined;
  const startedOn = new Date();
  const keep = async (error: SelfsameError) =>
    keepFailed(store, scratch, defined, {
      step: steps?.failed?.step,
      message: error.message,
      rootLayers: environment.rootLayers,
      mounts: area?.mounts ?? [],
      overlay: steps?.overlay ?? '',
      stepIndex: steps?.failed?.index,
      startedAt: steps?.startedAt,
    });
  try {
    area = await layOut(scratch.path, defined, inputs, options.needs, store);
    steps = await runSteps(defined, environment, area, dependencies.runInSandbox, context);
  } catch (error) {
    throw await asStoreError(error, store.root, `laying out ${defined.planned.key}`);
  }
  if (context.signal.aborted || steps.failed?.outcome.type === 'cancelled')
    throw interrupted(defined);
  const final = store.entryPath('failed', defined.buildId);
  const logPath = join(final, 'log');
  if (steps.failed !== undefined) {
    const { step, outcome } = steps.failed;
    const draft = stepError(defined, step, outcome, final, area.log);
    const error = new SelfsameError(draft.code, draft.message, {
      ...(draft.hint === undefined ? {} : { hint: draft.hint.replaceAll(area.log, logPath) }),
      details: { ...draft.details, logPath },
    });
    return { type: 'failed', error, outcome: outcome.type, keptAt: await keep(error), logPath };
  }
  try {
    const artifacts = await collect(defined, area, dependencies, context);
    const result = makeResult(defined.definition, defined.buildId, artifacts, steps);
    if (options.expected !== undefined)
      return await compareAgain(defined, options.expected, result, keep);
    await store.publish('builds', defined.buildId, async (directory) => {
      const facts = dependencies.lockedEnvironment(defined.planned);
      const provenance = provenanceOf(defined, result, facts, options.needs, startedOn);
      await writeResult(
        directory,
        store,
        defined.definition,
        result,
        provenance,
        steps?.determinized ?? [],
      );
      await keepLog(join(scratch.path, 'log'), directory);
    });
    tellNotCovered(defined, steps.determinized, context);
    return { type: 'built', result };
  } catch (error) {
    if (
      !(error instanceof SelfsameError) ||
      (error.code !== 'OUTPUT_MISSING' && error.code !== 'OUTPUT_INVALID')
    )
      throw error;
    return {
      type: 'failed',
      error: withPlace(error, defined, final, logPath),
      outcome: 'outputs',
      keptAt: await keep(error),
      logPath,
    };
  }
}

function tellNotCovered(
  defined: DefinedBuild,
  determinized: readonly DeterminizedStep[],
  context: Context,
): void {
  const notCovered = notCoveredOf(determinized);
  if (notCovered.length > 0)
    context.emit({ type: 'build-not-covered', build: defined.planned.key, notCovered });
}

/** Brings every input of a build into the store, by the input's name. */
export async function fetchInputs(
  defined: DefinedBuild,
  dependencies: EngineDependencies,
): Promise<ReadonlyMap<string, FetchedInput>> {
  const fetched = await Promise.all(
    defined.planned.inputs.map(async (input) => {
      const pinned = defined.pins.get(input.name);
      if (pinned === undefined) throw new TypeError(`input ${input.name} was not pinned`);
      return [input.name, await dependencies.fetchInput(defined.planned, input, pinned)] as const;
    }),
  );
  return new Map(fetched);
}

/** Files a build made belong to mapped ids; where we may not read one, they are made ours first. */
async function collect(
  defined: DefinedBuild,
  area: WorkArea,
  dependencies: EngineDependencies,
  context: Context,
): Promise<readonly Artifact[]> {
  const take = () =>
    collectArtifacts(area.out, defined.planned.outputs, context.store, defined.planned.key);
  try {
    return await take();
  } catch (error) {
    const cause = error instanceof SelfsameError ? error.cause : error;
    if (errorCodeOf(cause) !== 'EACCES') throw error;
    await dependencies.takeBack(area.out);
    return take();
  }
}

async function compareAgain(
  defined: DefinedBuild,
  expected: BuildResult,
  result: BuildResult,
  keep: (error: SelfsameError) => Promise<string>,
): Promise<RunOutcome> {
  if (expected.artifactsDigest === result.artifactsDigest) return { type: 'built', result };
  const before = new Map(expected.artifacts.map((artifact) => [artifact.path, artifact]));
  const after = new Map(result.artifacts.map((artifact) => [artifact.path, artifact]));
  const differing = [...new Set([...before.keys(), ...after.keys()])].filter(
    (path) =>
      before.get(path)?.sha256 !== after.get(path)?.sha256 ||
      before.get(path)?.executable !== after.get(path)?.executable,
  );
  const draft = new SelfsameError(
    'BUILD_DIFFERS',
    `${defined.planned.key} built again gave other artifacts: ${differing.slice(0, 5).join(', ')}${differing.length > 5 ? ` and ${differing.length - 5} more` : ''}`,
  );
  const keptAt = await keep(draft);
  const error = new SelfsameError(draft.code, draft.message, {
    hint: `The earlier result stays; compare with the new files in ${join(keptAt, 'build', 'out')}`,
    details: {
      build: defined.planned.key,
      buildId: defined.buildId,
      keptAt,
      differing: differing.map((path) => ({
        path,
        before: before.get(path)?.sha256 ?? null,
        after: after.get(path)?.sha256 ?? null,
      })),
    },
  });
  return { type: 'failed', error, outcome: 'differs', keptAt, logPath: join(keptAt, 'log') };
}

function withPlace(
  error: SelfsameError,
  defined: DefinedBuild,
  keptAt: string,
  logPath: string,
): SelfsameError {
  const enter = `Look at the tree with \`selfsame shell --failed ${defined.planned.key}\`; the log is ${logPath}`;
  return new SelfsameError(error.code, error.message, {
    hint: error.hint === undefined ? enter : `${error.hint}. ${enter}`,
    details: {
      ...error.details,
      build: defined.planned.key,
      buildId: defined.buildId,
      keptAt,
      logPath,
    },
  });
}

export function interrupted(defined: Pick<DefinedBuild, 'planned'>): SelfsameError {
  return new SelfsameError('INTERRUPTED', `the build of ${defined.planned.key} was interrupted`);
}
