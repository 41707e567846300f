import { join } from 'node:path';
import type { Context } from '../context.js';
import { lockFileName, readLockFile, requireLocked } from '../environment/lock-file.js';
import { environmentDigest, stageIds } from '../environment/stage-id.js';
import type { LockedEnvironment } from '../environment/types.js';
import { SelfsameError } from '../errors/selfsame-error.js';
import { planBuilds } from '../recipe/plan.js';
import type { Selection } from '../recipe/plan.js';
import type { Plan, PlannedBuild } from '../recipe/types.js';
import { loadWorkspace } from '../workspace/load-workspace.js';
import type { Workspace } from '../workspace/types.js';
import type { EngineDependencies, EnvironmentFacts } from './dependencies.js';
import { inputContext, pinnedInput } from './locked-inputs.js';
import type { FindInputKind } from './locked-inputs.js';

/** A workspace with its plan, and the engine's real dependencies for it. */
export interface OpenedBuild {
  readonly workspace: Workspace;
  readonly plan: Plan;
  readonly dependencies: EngineDependencies;
}

/**
 * Loads the workspace around `cwd`, plans the selection and reads the lock. What is only needed when
 * something has to be built is loaded when it is.
 * @throws what loading, planning and reading the lock throw
 */
export async function openBuild(
  cwd: string,
  selection: Selection,
  context: Context,
): Promise<OpenedBuild> {
  const workspace = loadWorkspace(cwd);
  const plan = planBuilds(workspace, selection);
  return { workspace, plan, dependencies: await realDependencies(workspace, context) };
}

/** inputs/kinds.ts, loaded when an input is first asked for. */
export const findInputKind: FindInputKind = async (name) =>
  (await import('../inputs/kinds.js')).inputKind(name);

export async function realDependencies(
  workspace: Workspace,
  context: Context,
): Promise<EngineDependencies> {
  const lock = await readLockFile(join(workspace.root, lockFileName));
  const facts = new WeakMap<LockedEnvironment, EnvironmentFacts>();
  const locked = (build: PlannedBuild) => requireLocked(lock, build.environment);
  return {
    pinInput: (build, input) =>
      pinnedInput(build, input, lock?.inputs, findInputKind, context, workspace.root),
    async fetchInput(build, input, pinned) {
      const kind = await findInputKind(input.spec.kind);
      return kind.fetch(input.spec, pinned, inputContext(build, input, context, workspace.root));
    },
    lockedEnvironment(build) {
      const environment = locked(build);
      let known = facts.get(environment);
      if (known === undefined) {
        known = {
          digest: environmentDigest(environment),
          epoch: environment.epoch,
          stages: stageIds(environment),
          packages: environment.stages.flatMap((stage) => stage.packages),
        };
        facts.set(environment, known);
      }
      return known;
    },
    async materialise(build) {
      const { materialise } = await import('../environment/materialise.js');
      return materialise(locked(build), context);
    },
    takeBack,
    async runInSandbox(request) {
      const { runInSandbox } = await import('../sandbox/run.js');
      return runInSandbox(request);
    },
  };
}

/** Real root reads everything; others become the owner through the namespace, where they are root. */
export async function takeBack(path: string): Promise<void> {
  const { runInUserNamespace } = await import('../sandbox/user-namespace.js');
  // -h and -P: links are changed themselves, and never followed.
  const result = await runInUserNamespace(['chown', '-hRP', '0:0', '--', path]);
  if (result.exitCode !== 0) {
    throw new SelfsameError(
      'BUILD_NOT_STARTED',
      `the files of a build could not be read: ${result.stderr.toString('utf8').trim().slice(0, 500)}`,
      { hint: 'Run `selfsame doctor`' },
    );
  }
  const readable = await runInUserNamespace(['chmod', '-R', 'u+rX', '--', path]);
  if (readable.exitCode !== 0)
    throw new SelfsameError(
      'BUILD_NOT_STARTED',
      `the files of a build in ${path} could not be made readable`,
    );
}
