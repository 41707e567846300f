import { join } from 'node:path';
import { findInputKind } from '../build/open-build.js';
import { askedDigest, inputLockKey, pinInputs } from '../build/locked-inputs.js';
import type { Context } from '../context.js';
import { resolveEnvironment } from '../environment/debian/resolve.js';
import type { ResolveOptions } from '../environment/debian/resolve.js';
import { compareLocks } from '../environment/lock-difference.js';
import type { LockDifference } from '../environment/lock-difference.js';
import {
  emptyLockFile,
  formatLockFile,
  intentDigest,
  lockFileName,
  lockState,
  readLockFile,
  writeLockFile,
} from '../environment/lock-file.js';
import type { LockFile } from '../environment/lock-file.js';
import type { EnvironmentSpec, LockedEnvironment } from '../environment/types.js';
import { SelfsameError } from '../errors/selfsame-error.js';
import type { PinnedInput } from '../inputs/types.js';
import { planBuilds } from '../recipe/plan.js';
import { targetNames } from '../recipe/recipe.js';
import type { Plan } from '../recipe/types.js';
import { didYouMean } from '../util/did-you-mean.js';
import { loadWorkspace } from '../workspace/load-workspace.js';
import type { Workspace } from '../workspace/types.js';

export interface LockRequest {
  readonly cwd: string;
  /** Environments and projects; none: everything. */
  readonly names: readonly string[];
  /** Look for newer packages and sources, also where the lock is current. */
  readonly update: boolean;
  /** Write nothing. */
  readonly check?: boolean;
}

export interface LockedResult {
  readonly environment: string;
  readonly outcome: 'kept' | 'resolved';
  readonly packages: number;
  readonly difference: LockDifference;
}

export interface LockSummary {
  /** Absolute path of the lock. */
  readonly path: string;
  /** True when the lock did not say all this before. */
  readonly changed: boolean;
  /** True when it was changed on disk. */
  readonly written: boolean;
  readonly environments: readonly LockedResult[];
  /** Keys of inputs that were pinned now. */
  readonly inputs: readonly string[];
}

/** Resolves one environment; tests hand in their own. */
export type Resolve = (
  spec: EnvironmentSpec,
  options: ResolveOptions,
  context: Context,
) => Promise<LockedEnvironment>;

/**
 * Brings selfsame.lock up to date. An environment whose intent is unchanged keeps its packages, and an
 * input its content, unless `update`; what changed is resolved anew, keeping versions that still fit.
 * Nothing is written unless all of it succeeded.
 *
 * @throws SelfsameError WRONG_USE for an unknown name; what workspace, recipes, resolving and inputs throw
 */
export async function lockWorkspace(
  request: LockRequest,
  context: Context,
  resolve: Resolve = resolveEnvironment,
): Promise<LockSummary> {
  const workspace = loadWorkspace(request.cwd);
  const path = join(workspace.root, lockFileName);
  await using _lock = await context.store.lock(`lock-${workspace.root}`, {
    signal: context.signal,
  });
  const before = (await readLockFile(path)) ?? emptyLockFile;
  const selection = selectForLock(workspace, request.names);
  const everything = request.names.length === 0;

  const environments = new Map(everything ? [] : Object.entries(before.environments));
  const results: LockedResult[] = [];
  const resolved = new Map<string, LockedEnvironment>();
  for (const spec of selection.environments) {
    const { locked, result } = await lockOne(spec, before, resolved, request, context, resolve);
    environments.set(spec.name, locked);
    results.push(result);
  }

  const kept = currentInputs(selection.plan, before, request.update);
  const pinned = await pinInputs(
    withoutInputs(selection.plan, kept),
    findInputKind,
    context,
    workspace.root,
  );
  const inputs = { ...(everything ? {} : before.inputs), ...kept, ...pinned };
  const after: LockFile = { environments: Object.fromEntries(environments), inputs };
  const changed = formatLockFile(after) !== formatLockFile(before);
  const written = request.check !== true && (await writeLockFile(path, after));
  return { path, changed, written, environments: results, inputs: Object.keys(pinned).sort() };
}

async function lockOne(
  spec: EnvironmentSpec,
  before: LockFile,
  resolved: Map<string, LockedEnvironment>,
  request: LockRequest,
  context: Context,
  resolve: Resolve,
): Promise<{ locked: LockedEnvironment; result: LockedResult }> {
  const state = lockState(before, spec);
  const previous = state.type === 'missing' ? undefined : state.locked;
  const isKept = state.type === 'current' && !request.update;
  // Equal intents under different names are one environment.
  const same = resolved.get(intentDigest(spec));
  const locked: LockedEnvironment = isKept
    ? state.locked
    : same === undefined
      ? await resolve(spec, { previous, update: request.update }, context)
      : { ...same, name: spec.name };
  resolved.set(intentDigest(spec), locked);
  const difference = compareLocks(previous, locked);
  const packages = locked.stages.reduce((sum, stage) => sum + stage.packages.length, 0);
  if (!isKept) {
    context.emit({
      type: 'lock-resolved',
      environment: spec.name,
      packages,
      added: difference.added.length,
      removed: difference.removed.length,
      changed: difference.changed.length,
    });
  }
  const outcome = isKept ? 'kept' : 'resolved';
  return { locked, result: { environment: spec.name, outcome, packages, difference } };
}

interface LockSelection {
  /** Sorted by name, each once. */
  readonly environments: readonly EnvironmentSpec[];
  readonly plan: Plan;
}

const emptyPlan: Plan = { builds: new Map(), order: [] };

/** All targets: a lock that held only the usual ones would fail whoever builds another. */
function selectForLock(workspace: Workspace, names: readonly string[]): LockSelection {
  const projects = new Set(names.length === 0 ? workspace.projectNames : []);
  const environments = new Map(names.length === 0 ? workspace.environments : []);
  for (const name of names) {
    const [project = ''] = name.split('@');
    const spec = workspace.environments.get(name);
    if (spec !== undefined) environments.set(name, spec);
    if (workspace.projectNames.includes(project)) projects.add(name);
    else if (spec === undefined) throw unknownName(workspace, name);
  }
  const plan =
    projects.size === 0
      ? emptyPlan
      : planBuilds(workspace, {
          projects: [...projects].flatMap((name) =>
            name.includes('@') ? [name] : targetsOf(workspace, name),
          ),
        });
  for (const { environment } of plan.builds.values())
    environments.set(environment.name, environment);
  return {
    environments: [...environments.values()].sort((a, b) => (a.name < b.name ? -1 : 1)),
    plan,
  };
}

function targetsOf(workspace: Workspace, project: string): string[] {
  const recipe = workspace.project(project);
  return recipe === undefined
    ? [project]
    : targetNames(recipe).map((target) => `${project}@${target}`);
}

function unknownName(workspace: Workspace, name: string): SelfsameError {
  const known = [...workspace.environments.keys(), ...workspace.projectNames];
  return new SelfsameError('WRONG_USE', `there is no environment or project ${name}`, {
    hint: didYouMean(name, known) ?? `there are: ${known.join(', ')}`,
  });
}

/** What the lock holds already for inputs that the recipes still ask for in the same words. */
function currentInputs(plan: Plan, before: LockFile, update: boolean): Record<string, PinnedInput> {
  const kept: Record<string, PinnedInput> = {};
  if (update) return kept;
  for (const build of plan.builds.values()) {
    for (const input of build.inputs) {
      const key = inputLockKey(build, input);
      const entry = Object.hasOwn(before.inputs, key) ? before.inputs[key] : undefined;
      if (entry?.origin['asked'] === askedDigest(input.spec)) kept[key] = entry;
    }
  }
  return kept;
}

function withoutInputs(plan: Plan, kept: Readonly<Record<string, PinnedInput>>): Plan {
  const builds = new Map(
    [...plan.builds].map(([key, build]) => [
      key,
      {
        ...build,
        inputs: build.inputs.filter((input) => !Object.hasOwn(kept, inputLockKey(build, input))),
      },
    ]),
  );
  return { builds, order: plan.order };
}
