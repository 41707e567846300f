import type { Context } from '../context.js';
import type { MaterialisedEnvironment } from '../environment/types.js';
import { SelfsameError, SelfsameErrors } from '../errors/selfsame-error.js';
import type { Plan, PlannedBuild } from '../recipe/types.js';
import type { Artifact } from '../record/definition.js';
import type { Sha256 } from '../store/types.js';
import { defineBuild } from './define.js';
import type { DefinedBuild } from './define.js';
import type { EngineDependencies } from './dependencies.js';
import { findResult } from './result.js';
import type { BuildResult } from './result.js';
import { interrupted, runBuild } from './run-build.js';
import { runGraph } from './schedule.js';

export interface EngineOptions {
  /** Builds at once, at least 1. */
  readonly jobs: number;
  /** After a failure, go on with what does not need what failed. */
  readonly keepGoing: boolean;
  /** Keys to build although a result is there; the new artifacts must equal the old ones. */
  readonly rebuild: ReadonlySet<string>;
  /** Order of starting, for tests: see schedule.ts. */
  readonly pick?: (ready: number) => number;
}

/** What became of one build of a plan. */
export type BuildOutcome =
  | {
      readonly status: 'built' | 'cached';
      readonly key: string;
      readonly defined: DefinedBuild;
      readonly result: BuildResult;
    }
  | {
      readonly status: 'failed';
      readonly key: string;
      readonly buildId: Sha256 | undefined;
      readonly error: SelfsameError;
    }
  | { readonly status: 'skipped'; readonly key: string; readonly because: string | undefined };

/**
 * Brings every build of a plan to a verified result.
 * @returns one outcome for each build, in the plan's order
 * @throws SelfsameError(s) when an environment is not locked, before anything is built; INTERRUPTED
 */
export async function buildPlan(
  plan: Plan,
  dependencies: EngineDependencies,
  context: Context,
  options: EngineOptions,
): Promise<readonly BuildOutcome[]> {
  checkEnvironments(plan, dependencies);
  const outcomes = new Map<string, BuildOutcome>();
  const environments = oncePerEnvironment(dependencies);
  context.emit({ type: 'plan-ready', builds: plan.order.length, jobs: options.jobs });

  const build = async (key: string): Promise<boolean> => {
    const outcome = await buildOne(
      planned(plan, key),
      outcomes,
      { ...dependencies, materialise: environments },
      context,
      options,
    );
    outcomes.set(key, outcome);
    return outcome.status !== 'failed';
  };
  const skip = (key: string, because: string | undefined) => {
    outcomes.set(key, { status: 'skipped', key, because });
    if (because !== undefined) context.emit({ type: 'build-skipped', build: key, because });
  };
  await runGraph(
    plan.order,
    (key) => planned(plan, key).needs.map((need) => need.build),
    build,
    skip,
    {
      jobs: options.jobs,
      keepGoing: options.keepGoing,
      signal: context.signal,
      ...(options.pick === undefined ? {} : { pick: options.pick }),
    },
  );
  if (context.signal.aborted)
    throw new SelfsameError('INTERRUPTED', 'the build was interrupted', {
      hint: 'What was finished is kept: run the same command to go on',
    });
  return plan.order.map(
    (key) => outcomes.get(key) ?? { status: 'skipped', key, because: undefined },
  );
}

async function buildOne(
  build: PlannedBuild,
  outcomes: ReadonlyMap<string, BuildOutcome>,
  dependencies: EngineDependencies,
  context: Context,
  options: EngineOptions,
): Promise<BuildOutcome> {
  let defined: DefinedBuild | undefined;
  try {
    const needs = new Map(build.needs.map((need) => [need.name, needed(outcomes, need.build)]));
    defined = await defineBuild(
      build,
      new Map([...needs].map(([name, result]) => [name, result.artifactsDigest])),
      dependencies,
    );
    const again = options.rebuild.has(build.key);
    return (
      (again ? undefined : await cached(defined, context)) ??
      (await buildLocked(defined, needs, dependencies, context, again))
    );
  } catch (error) {
    if (context.signal.aborted) throw interrupted({ planned: build });
    const first = error instanceof SelfsameErrors ? error.errors[0] : error;
    if (!(first instanceof SelfsameError)) throw error;
    return failed(build.key, defined?.buildId, first, first.code.toLowerCase(), context);
  }
}

async function cached(defined: DefinedBuild, context: Context): Promise<BuildOutcome | undefined> {
  const found = await findResult(context.store, defined.buildId);
  if (found.type !== 'verified') return undefined;
  context.emit({ type: 'build-cached', build: defined.planned.key, buildId: defined.buildId });
  return { status: 'cached', key: defined.planned.key, defined, result: found.result };
}

/** One process at a time works on a build id; who waited finds the result. */
async function buildLocked(
  defined: DefinedBuild,
  needs: ReadonlyMap<string, BuildResult>,
  dependencies: EngineDependencies,
  context: Context,
  again: boolean,
): Promise<BuildOutcome> {
  const { planned: build, buildId } = defined;
  const { store, emit, signal } = context;
  await using _lock = await store.lock(`build-${buildId}`, {
    signal,
    onWait: () => emit({ type: 'build-waiting', build: build.key, reason: 'another-process' }),
  });
  const found = await findResult(store, buildId);
  if (found.type === 'verified' && !again)
    return {
      status: 'cached',
      key: build.key,
      defined,
      result: announceCached(found.result, build.key, context),
    };
  if (found.type === 'damaged') {
    emit({
      type: 'notice',
      level: 'warning',
      message: `the stored result of ${build.key} is damaged (${found.reason}) and is built again`,
    });
    await store.remove('builds', buildId);
  }
  emit({ type: 'build-started', build: build.key, buildId });
  const started = performance.now();
  const ran = await runBuild(defined, dependencies, context, {
    needs: new Map<string, readonly Artifact[]>(
      [...needs].map(([name, result]) => [name, result.artifacts]),
    ),
    materialise: () => dependencies.materialise(build),
    expected: found.type === 'verified' ? found.result : undefined,
  });
  if (ran.type === 'failed')
    return failed(build.key, buildId, ran.error, ran.outcome, context, ran.keptAt, ran.logPath);
  emit({
    type: 'build-finished',
    build: build.key,
    buildId,
    milliseconds: Math.round(performance.now() - started),
    artifacts: ran.result.artifacts.length,
  });
  return { status: 'built', key: build.key, defined, result: ran.result };
}

function announceCached(result: BuildResult, key: string, context: Context): BuildResult {
  context.emit({ type: 'build-cached', build: key, buildId: result.buildId });
  return result;
}

function failed(
  key: string,
  buildId: Sha256 | undefined,
  error: SelfsameError,
  outcome: string,
  context: Context,
  keptAt?: string,
  logPath?: string,
): BuildOutcome {
  context.emit({
    type: 'build-failed',
    build: key,
    buildId,
    outcome,
    message: error.message,
    ...(keptAt === undefined ? {} : { keptAt }),
    ...(logPath === undefined ? {} : { logPath }),
  });
  return { status: 'failed', key, buildId, error };
}

function planned(plan: Plan, key: string): PlannedBuild {
  const build = plan.builds.get(key);
  if (build === undefined) throw new TypeError(`the plan has no build ${key}`);
  return build;
}

function needed(outcomes: ReadonlyMap<string, BuildOutcome>, key: string): BuildResult {
  const outcome = outcomes.get(key);
  if (outcome?.status !== 'built' && outcome?.status !== 'cached')
    throw new TypeError(`${key} was needed before it was built`);
  return outcome.result;
}

/** A missing or outdated lock is said at once and once, not after an hour by the last build. */
function checkEnvironments(plan: Plan, dependencies: EngineDependencies): void {
  const errors = new Map<string, SelfsameError>();
  for (const key of plan.order) {
    try {
      dependencies.lockedEnvironment(planned(plan, key));
    } catch (error) {
      if (!(error instanceof SelfsameError)) throw error;
      errors.set(error.message, error);
    }
  }
  const [first, ...rest] = errors.values();
  if (first === undefined) return;
  throw rest.length === 0 ? first : new SelfsameErrors([first, ...rest]);
}

/** Builds that start together wait for one materialisation of the environment they share. */
function oncePerEnvironment(dependencies: EngineDependencies): EngineDependencies['materialise'] {
  const ready = new Map<Sha256, Promise<MaterialisedEnvironment>>();
  return (build) => {
    const { digest } = dependencies.lockedEnvironment(build);
    const there = ready.get(digest);
    if (there !== undefined) return there;
    const materialised = dependencies.materialise(build);
    ready.set(digest, materialised);
    // One that failed may be tried again by the next build.
    materialised.catch(() => ready.delete(digest));
    return materialised;
  };
}
