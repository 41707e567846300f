import { mkdir, readFile, rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

import { defineBuild } from '../../build/define.js';
import type { DefinedBuild } from '../../build/define.js';
import type { EngineDependencies } from '../../build/dependencies.js';
import { buildPlan } from '../../build/engine.js';
import { matchesPattern } from '../../build/glob.js';
import { fetchInputs } from '../../build/run-build.js';
import { runSteps } from '../../build/steps.js';
import { layOut } from '../../build/work-area.js';
import type { Context } from '../../context.js';
import type { MaterialisedEnvironment } from '../../environment/types.js';
import { SelfsameError } from '../../errors/selfsame-error.js';
import type { FetchedInput } from '../../inputs/types.js';
import type { Plan } from '../../recipe/types.js';
import type { Artifact as StoredArtifact } from '../../record/definition.js';
import type { DeterminismLevel, Limits, SandboxResult } from '../../sandbox/types.js';
import { removeTree } from '../../store/remove-tree.js';
import type { Scratch } from '../../store/types.js';
import { canariesOf } from '../canaries.js';
import { baseConditions } from '../conditions.js';
import { findHostFacts } from '../host-facts.js';
import type { Artifact, BuildRun, Conditions, HostFacts } from '../types.js';
import { BuildOutput } from './build-output.js';
import { artifactIn, collect } from './collect.js';
import type { DisposableBuilder } from './command-on-machine.js';
import { inEnvironment, notInEnvironments } from './environment-request.js';
import { firstProcess } from './first-process.js';
import { failureOf } from './how-it-ended.js';
import { lookIntoEnvironment } from './look-into-environment.js';
import { mergedLogs } from './merged-logs.js';
import { descriptionOf } from './settings-of.js';
import { environmentTop, filesOfSandbox, wroteOutside } from './wrote-outside.js';

export interface RecipeOptions {
  /** What is checked must be in it, with all it needs. */
  readonly plan: Plan;
  /** `project@target`. */
  readonly key: string;
  readonly dependencies: EngineDependencies;
  /** Default: found by trying. */
  readonly host?: HostFacts;
  /** Of each build, all steps together; default: the recipe's own limit only. */
  readonly seconds?: number | undefined;
}

/**
 * Builds a recipe in its locked environment, as `selfsame build` does, under other conditions; always under the
 * determinizer, whatever its level. At level `virtual` builds with nothing varied are those of `selfsame build`. What it needs is built or found in the store first; what it makes itself never gets
 * there.
 *
 * @throws SelfsameError what defining, building what is needed, fetching and materialising throw
 */
export async function recipeBuilder(
  options: RecipeOptions,
  context: Context,
): Promise<DisposableBuilder> {
  const { plan, key, dependencies } = options;
  const planned = plan.builds.get(key);
  if (planned === undefined)
    throw new SelfsameError('WRONG_USE', `there is no build ${JSON.stringify(key)} in this plan`);
  const others = { ...plan, order: plan.order.filter((one) => one !== key) };
  const outcomes = await buildPlan(others, dependencies, context, {
    ...{ jobs: context.settings.jobs, keepGoing: false, rebuild: new Set<string>() },
  });
  const results = new Map<string, { artifacts: readonly StoredArtifact[]; digest: string }>();
  for (const outcome of outcomes) {
    if (outcome.status === 'failed') throw outcome.error;
    if (outcome.status !== 'skipped')
      results.set(outcome.key, {
        artifacts: outcome.result.artifacts,
        digest: outcome.result.artifactsDigest,
      });
  }
  const needed = planned.needs.flatMap(({ name, build }) => {
    const result = results.get(build);
    return result === undefined ? [] : [[name, result] as const];
  });
  const defined = await defineBuild(
    planned,
    new Map(needed.map(([name, { digest }]) => [name, digest])),
    dependencies,
  );
  const found = options.host ?? (await findHostFacts(context));
  const inputs = await fetchInputs(defined, dependencies);
  const environment = await dependencies.materialise(planned);
  const scratch = await context.store.scratch('check');
  try {
    const builder = new RecipeBuilder({
      ...{ context, dependencies, defined, inputs, environment, scratch },
      needs: new Map(needed.map(([name, { artifacts }]) => [name, artifacts])),
      seconds: options.seconds,
      host: {
        ...found,
        ...{ shells: [], sh: undefined, zones: [], locales: [], memoryFileSystem: undefined },
        notHere: {
          ...notInEnvironments,
          'build-path': 'recipes are built at /build everywhere; their scripts may count on it',
        },
      },
    });
    await builder.look();
    return builder;
  } catch (error) {
    await scratch[Symbol.asyncDispose]();
    throw error;
  }
}

interface Parts {
  readonly context: Context;
  readonly dependencies: EngineDependencies;
  readonly defined: DefinedBuild;
  readonly needs: ReadonlyMap<string, readonly StoredArtifact[]>;
  readonly inputs: ReadonlyMap<string, FetchedInput>;
  readonly environment: MaterialisedEnvironment;
  readonly scratch: Scratch;
  readonly host: HostFacts;
  readonly seconds: number | undefined;
}

class RecipeBuilder implements DisposableBuilder {
  readonly #parts: Parts;
  readonly base: Conditions;
  readonly level: DeterminismLevel;
  host: HostFacts;

  constructor(parts: Parts) {
    this.#parts = parts;
    this.host = parts.host;
    const { sandbox } = parts.defined.definition;
    this.level = sandbox.level;
    this.base = baseConditions({
      sources: sandbox.virtual?.sources,
      epoch: sandbox.sourceDateEpoch,
      user: { ...sandbox.user, group: sandbox.user.name },
      home: `/home/${sandbox.user.name}`,
      path: sandbox.path,
      hostname: sandbox.hostname,
      cpus: sandbox.cpus,
      memory: sandbox.memoryShown,
      locale: sandbox.locale,
      timezone: sandbox.timezone,
      umask: sandbox.umask,
    });
  }

  /** Finds by trying what the environment has: locales and time zones. */
  async look(): Promise<void> {
    const { context, dependencies, environment, scratch, defined } = this.#parts;
    const root = join(scratch.path, 'look');
    await mkdir(root);
    const found = await lookIntoEnvironment((command, take) =>
      dependencies.runInSandbox({
        source: 'look',
        description: descriptionOf(this.base),
        rootLayers: environment.rootLayers,
        ...{ scratch: root, mounts: [], cwd: '/', env: {}, command },
        ...{ asRoot: false, network: 'none', stdio: 'capture' },
        limits: defined.planned.limits,
        determinizer: {},
        onOutput: take,
        signal: context.signal,
      }),
    );
    await removeTree(context.store.root, root);
    this.host = { ...this.host, ...found };
  }

  async build(conditions: Conditions, varied: readonly string[], id: string): Promise<BuildRun> {
    const { context, dependencies, defined, inputs, needs, environment, scratch } = this.#parts;
    const { store } = context;
    const root = join(scratch.path, id);
    const own = { temporary: join(root, 'temporary'), home: join(root, 'home') };
    for (const path of [root, own.temporary, own.home]) await mkdir(path, { recursive: true });
    const area = await layOut(root, defined, inputs, needs, store);
    const output = new BuildOutput(id, context.emit);
    const logs: string[] = [];
    const outside = new Set<string>();
    const startedAt = Date.now();
    const epoch = String(defined.definition.sandbox.sourceDateEpoch);
    const steps = await runSteps(
      defined,
      environment,
      area,
      async (request) => {
        const logPath = join(root, `log-${logs.length}`);
        logs.push(logPath);
        // Builds of recipes have it, so it hides nothing that they would show.
        const env = { ...request.env, SOURCE_DATE_EPOCH: epoch };
        const { onOutput: toLog } = request;
        const result = await this.#inTime(startedAt, request.limits, (limits) =>
          dependencies.runInSandbox({
            ...inEnvironment({ ...request, env }, conditions, own, new Set(['SOURCE_DATE_EPOCH'])),
            ...{ limits },
            // What earlier steps wrote is the build's own: also where only the check has a determinizer.
            determinizer: { startedAt, logPath, logWrites: true },
            onOutput: (stream, chunk) => {
              toLog?.(stream, chunk);
              output.take(stream, chunk);
            },
          }),
        );
        const found = await wroteOutside(
          [environmentTop(request.scratch)],
          [conditions.home, this.base.home],
          [conditions.path, conditions.temporaryDirectory, ...filesOfSandbox],
          { path: logPath, anywhere: false },
        );
        for (const path of found) outside.add(path);
        return result;
      },
      { ...context, emit: () => undefined },
    );
    output.end();
    const { failed } = steps;
    const ended = failed === undefined ? undefined : failureOf(failed.outcome);
    const tree = join(root, 'tree');
    if (!this.host.privileged) await dependencies.takeBack(area.build);
    await rename(area.out, tree);
    const { outputs } = defined.planned;
    const collected = await collect({
      ...{ tree, inputs: undefined, baseline: new Map(), outputs, reowned: true },
      signal: context.signal,
    });
    const missing = outputs.find(
      (pattern) => !collected.artifacts.some(({ path }) => matchesPattern(pattern, path)),
    );
    const why =
      ended === undefined
        ? missing === undefined
          ? undefined
          : `the output pattern ${JSON.stringify(missing)} matched no file`
        : `step "${failed?.step ?? ''}": ${ended}`;
    const logPath = join(root, 'determinizer-log');
    await writeFile(
      logPath,
      mergedLogs(await Promise.all(logs.map((path) => readFile(path, 'utf8')))),
    );
    await removeTree(store.root, area.build);
    if (steps.overlay !== '') await removeTree(store.root, steps.overlay);
    return {
      ...{ id, varied: [...varied].sort(), conditions },
      canaries: canariesOf(conditions, await firstProcess(logPath)),
      outcome:
        why === undefined
          ? { type: 'built' }
          : { type: 'failed', why, lastLines: output.lastLines() },
      tree: why === undefined ? tree : undefined,
      artifacts: why === undefined ? collected.artifacts : [],
      milliseconds: steps.milliseconds,
      logPath,
      notes: [...collected.notes, ...steps.notFixed.map((what) => `not fixed: ${what}`)],
      wroteOutside: [...outside].sort(),
    };
  }

  /** Runs a step in what is left of the time for the whole build, if that is bounded. */
  async #inTime(
    startedAt: number,
    limits: Limits,
    run: (limits: Limits) => Promise<SandboxResult>,
  ): Promise<SandboxResult> {
    const { seconds } = this.#parts;
    const left =
      seconds === undefined ? Infinity : Math.max(0.1, seconds - (Date.now() - startedAt) / 1000);
    if (seconds === undefined || left >= limits.wallSeconds) return run(limits);
    const result = await run({ ...limits, wallSeconds: left });
    return result.outcome.type === 'timed-out'
      ? { ...result, outcome: { type: 'timed-out', seconds } }
      : result;
  }

  async artifactAt(run: BuildRun, path: string): Promise<Artifact | undefined> {
    return run.tree === undefined ? undefined : artifactIn(run.tree, path);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#parts.scratch[Symbol.asyncDispose]();
  }
}
