import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import type { Context } from '../context.js';
import { SelfsameError } from '../errors/selfsame-error.js';
import { didYouMean } from '../util/did-you-mean.js';
import { loadWorkspace } from '../workspace/load-workspace.js';
import { defaultCpus, defaultLimits, defaultMemoryShown } from '../recipe/limits.js';
import type { PlannedBuild } from '../recipe/types.js';
import type { Mount, Outcome, SandboxRequest } from '../sandbox/types.js';
import type { EngineDependencies } from './dependencies.js';
import { describeSandbox } from './define.js';
import { defineFromResults } from './explain.js';
import { describeOutcome, listFailed } from './failure.js';
import type { KeptFailure } from './failure.js';
import { openBuild, realDependencies } from './open-build.js';
import { findResult } from './result.js';
import { fetchInputs } from './run-build.js';
import { stepRequest } from './steps.js';
import { layOut, stepPath } from './work-area.js';

export interface ShellOptions {
  /** `project` or `project@target`. */
  readonly project: string | undefined;
  readonly failed: boolean;
  /** Name of an environment of the workspace. */
  readonly environment: string | undefined;
  readonly network: boolean;
}

/** How a shell ended. */
export interface ShellEnd {
  readonly outcome: Outcome;
  /** What was entered, for a person: `pigz@default`. */
  readonly entered: string;
}

/** A person may think for as long as they like; a week ends a forgotten shell. Seconds. */
const shellSeconds = 7 * 24 * 3600;

/** bash where the environment has it; a constant, nothing is put into it. */
const shellCommand = [
  'sh',
  '-c',
  'if command -v bash >/dev/null; then exec bash; else exec sh; fi',
] as const;

/**
 * Opens a shell with our terminal: in the kept tree of a failed build (and changes made there stay
 * there), where a project is built, or in a bare environment (both thrown away afterwards).
 * @throws SelfsameError WRONG_USE, NO_FAILED_BUILD, BUILD_NOT_STARTED and what preparing it throws
 */
export async function openShell(
  options: ShellOptions,
  cwd: string,
  context: Context,
): Promise<ShellEnd> {
  if (options.environment !== undefined)
    return inEnvironment(options.environment, options, cwd, context);
  if (options.failed) return inFailedBuild(options, context);
  if (options.project === undefined) {
    throw new SelfsameError('WRONG_USE', 'shell needs a project or an environment', {
      hint: 'For example: selfsame shell --environment default',
    });
  }
  return inProject(options.project, options, cwd, context);
}

async function inProject(
  project: string,
  options: ShellOptions,
  cwd: string,
  context: Context,
): Promise<ShellEnd> {
  const { plan, dependencies } = await openBuild(cwd, { projects: [project] }, context);
  const keys = plan.order.filter((key) => key === project || key.startsWith(`${project}@`));
  const key = keys.length === 1 ? keys[0] : keys.find((one) => one === `${project}@default`);
  if (key === undefined)
    throw new SelfsameError('WRONG_USE', `${project} has several targets`, {
      hint: `Name one: ${keys.join(', ')}`,
    });
  const defined = await defineFromResults(plan, key, dependencies, context.store);
  const needs = new Map(
    await Promise.all(
      defined.planned.needs.map(async (need) => {
        const found = await findResult(
          context.store,
          (await defineFromResults(plan, need.build, dependencies, context.store)).buildId,
        );
        if (found.type !== 'verified')
          throw new SelfsameError('BUILD_UNKNOWN', `${need.build} is not built`, {
            hint: `run: selfsame build ${need.build}`,
          });
        return [need.name, found.result.artifacts] as const;
      }),
    ),
  );
  const inputs = await fetchInputs(defined, dependencies);
  const environment = await dependencies.materialise(defined.planned);
  await using scratch = await context.store.scratch('shell');
  const area = await layOut(scratch.path, defined, inputs, needs, context.store);
  const overlay = join(scratch.path, 'overlay');
  mkdirSync(overlay);
  const request = stepRequest(defined, environment, area, overlay, defined.planned.limits);
  return await run(key, request, options, dependencies, context);
}

async function inEnvironment(
  name: string,
  options: ShellOptions,
  cwd: string,
  context: Context,
): Promise<ShellEnd> {
  const workspace = loadWorkspace(cwd);
  const spec = workspace.environments.get(name);
  if (spec === undefined) {
    const names = [...workspace.environments.keys()];
    throw new SelfsameError('WRONG_USE', `the workspace has no environment ${name}`, {
      hint: didYouMean(name, names) ?? `There are: ${names.join(', ')}`,
    });
  }
  const dependencies = await realDependencies(workspace, context);
  const build = bareBuild(spec);
  const environment = await dependencies.materialise(build);
  await using scratch = await context.store.scratch('shell');
  const request = {
    source: name,
    description: describeSandbox(build, dependencies.lockedEnvironment(build).epoch),
    rootLayers: environment.rootLayers,
    scratch: directory(scratch.path, 'overlay'),
    mounts: [{ source: directory(scratch.path, 'build'), target: '/build', writable: true }],
    cwd: '/build',
    env: {},
    asRoot: false,
    network: 'none',
    limits: build.limits,
    stdio: 'inherit',
  } as const;
  return await run(`environment ${name}`, request, options, dependencies, context);
}

function bareBuild(environment: PlannedBuild['environment']): PlannedBuild {
  return {
    key: `shell@${environment.name}`,
    project: 'shell',
    version: '0',
    target: environment.name,
    recipeFile: '',
    environment,
    determinism: 'fixed',
    inputs: [],
    needs: [],
    steps: [],
    outputs: [],
    limits: defaultLimits,
    cpus: defaultCpus,
    memoryShown: defaultMemoryShown,
    sourceDateEpoch: undefined,
  };
}

function directory(parent: string, name: string): string {
  const path = join(parent, name);
  mkdirSync(path);
  return path;
}

async function inFailedBuild(options: ShellOptions, context: Context): Promise<ShellEnd> {
  const { store } = context;
  const all = await listFailed(store);
  const { project } = options;
  const failure = all.find(
    ({ key, project: name }) => project === undefined || key === project || name === project,
  );
  if (failure === undefined) {
    throw new SelfsameError(
      'NO_FAILED_BUILD',
      project === undefined ? 'no failed build is kept' : `no failed build of ${project} is kept`,
      {
        hint:
          all.length === 0
            ? 'A build that fails is kept until it fails again or gc removes it'
            : `There are: ${all.map(({ key }) => key).join(', ')}`,
      },
    );
  }
  await using _lock = await store.lock(`shell-${failure.buildId}`, {
    signal: context.signal,
    onWait: () =>
      context.emit({
        type: 'notice',
        level: 'info',
        message: `another shell is open in the failed build of ${failure.key}`,
      }),
  });
  const { runInSandbox } = await import('../sandbox/run.js');
  return await run(
    failure.key,
    failedRequest(failure, store.entryPath('failed', failure.buildId), store.root),
    options,
    { runInSandbox },
    context,
  );
}

/** The request a kept failure was made from, with its own tree. Exported for tests. */
export function failedRequest(
  failure: KeptFailure,
  entry: string,
  storeRoot: string,
): Omit<SandboxRequest, 'command' | 'signal' | 'onOutput'> {
  const absolute = (path: string) => (path.startsWith('/') ? path : join(storeRoot, path));
  const mounts: Mount[] = failure.mounts.map((mount) => ({
    ...mount,
    source: absolute(mount.source),
  }));
  if (failure.script !== null)
    mounts.push({ source: join(entry, failure.script), target: stepPath, writable: false });
  if (failure.overlay === null) mkdirSync(join(entry, 'overlay'), { recursive: true });
  return {
    source: failure.key,
    description: failure.description,
    rootLayers: failure.rootLayers.map(absolute),
    scratch: join(entry, failure.overlay ?? 'overlay'),
    mounts,
    cwd: '/build/work',
    env: {},
    asRoot: false,
    network: 'none',
    limits: failure.limits,
    ...(failure.startedAt !== undefined && { determinizer: { startedAt: failure.startedAt } }),
    stdio: 'inherit',
  };
}

async function run(
  entered: string,
  request: Omit<SandboxRequest, 'command' | 'signal' | 'onOutput'>,
  options: ShellOptions,
  dependencies: Pick<EngineDependencies, 'runInSandbox'>,
  context: Context,
): Promise<ShellEnd> {
  const { outcome } = await dependencies.runInSandbox({
    ...request,
    env: { ...request.env, TERM: process.env['TERM'] ?? 'dumb' },
    limits: { ...request.limits, wallSeconds: shellSeconds },
    network: options.network ? 'host' : 'none',
    stdio: 'inherit',
    command: shellCommand,
    signal: context.signal,
  });
  if (outcome.type === 'could-not-start') {
    const { code, text, hint } = describeOutcome(outcome);
    throw new SelfsameError(
      code,
      `the shell in ${entered} ${text}`,
      hint === undefined ? {} : { hint },
    );
  }
  return { outcome, entered };
}
