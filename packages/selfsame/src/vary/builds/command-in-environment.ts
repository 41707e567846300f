import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';

import type { Context } from '../../context.js';
import { lockFileName, readLockFile, requireLocked } from '../../environment/lock-file.js';
import { materialise } from '../../environment/materialise.js';
import type { MaterialisedEnvironment } from '../../environment/types.js';
import { SelfsameError } from '../../errors/selfsame-error.js';
import { runEnvironment } from '../../run/environment.js';
import { findEpoch } from '../../run/epoch.js';
import { runPlace } from '../../run/place.js';
import { runInSandbox } from '../../sandbox/run.js';
import type { RunInSandbox, SandboxRequest } from '../../sandbox/types.js';
import { removeTree } from '../../store/remove-tree.js';
import type { Scratch } from '../../store/types.js';
import { loadWorkspace } from '../../workspace/load-workspace.js';
import { canariesOf } from '../canaries.js';
import { baseConditions } from '../conditions.js';
import { findHostFacts } from '../host-facts.js';
import type { Artifact, BuildRun, Conditions, HostFacts } from '../types.js';
import { BuildOutput } from './build-output.js';
import { artifactIn, baselineOf, collect } from './collect.js';
import type { CommandOptions, DisposableBuilder } from './command-on-machine.js';
import { checkRoom, copyTree, measureTree } from './copy-tree.js';
import type { TreeSize } from './copy-tree.js';
import { inEnvironment, notInEnvironments } from './environment-request.js';
import { firstProcess } from './first-process.js';
import { failureOf } from './how-it-ended.js';
import { lookIntoEnvironment } from './look-into-environment.js';
import { buildLimits, wantedDiskBytes } from './limits.js';
import { commandOf, descriptionOf } from './settings-of.js';
import { environmentTop, filesOfSandbox, wroteOutside } from './wrote-outside.js';

/** Of recipes' builds. */
const user = { name: 'builder', uid: 1000, gid: 1000, group: 'builder' } as const;

/**
 * Builds a command in copies of a directory in a locked environment of the workspace around it: at /build, by the user
 * `builder`, with the environment's programs and none of the caller's variables but those named.
 *
 * @param name of the environment, in selfsame.yaml
 * @throws SelfsameError WRONG_USE, LOCK_MISSING, LOCK_OUTDATED; what `materialise` and `commandOnMachine` throw
 */
export async function commandInEnvironment(
  name: string,
  options: CommandOptions,
  context: Context,
): Promise<DisposableBuilder> {
  const workspace = loadWorkspace(options.cwd);
  const spec = workspace.environments.get(name);
  if (spec === undefined) {
    throw new SelfsameError(
      'WRONG_USE',
      `there is no environment ${JSON.stringify(name)} in ${workspace.display(workspace.root)}`,
      { hint: `There are: ${[...workspace.environments.keys()].join(', ') || 'none'}` },
    );
  }
  const lock = await readLockFile(join(workspace.root, lockFileName));
  const environment = await materialise(requireLocked(lock, spec), context);
  return inMaterialised(environment, options, context);
}

/** The same with an environment that is made. */
export async function inMaterialised(
  environment: MaterialisedEnvironment,
  options: CommandOptions,
  context: Context,
  runs: RunInSandbox = runInSandbox,
): Promise<DisposableBuilder> {
  const { store, settings, signal } = context;
  const skip = [store.root, settings.storePath];
  const place = runPlace(options.cwd, options.at ?? '/build', context.store.root, 'check');
  const date = options.caller['SOURCE_DATE_EPOCH'];
  const epoch = await findEpoch(
    place.directory,
    { option: options.epoch, variable: date },
    Date.now(),
  );
  const base = baseConditions({
    ...{ epoch: epoch.seconds, user, home: `/home/${user.name}`, path: place.at },
  });
  const named = new Set(options.env.map((text) => text.split('=')[0] ?? ''));
  const { variables } = runEnvironment({
    ...{ level: 'virtual', caller: options.caller, named: options.env, home: base.home },
    ...{ user: user.name, terminal: false },
  });
  const { PATH: _machines, ...given } = variables;
  const env = {
    ...(date !== undefined && date !== '' && { SOURCE_DATE_EPOCH: date }),
    ...given,
    ...(named.has('PATH') && { PATH: variables['PATH'] ?? '' }),
  };
  const size = await measureTree(place.directory, skip);
  const scratch = await context.store.scratch('check');
  try {
    await checkRoom(scratch.path, 2 * size.bytes);
    const inputs = join(scratch.path, 'inputs');
    await copyTree(place.directory, inputs, { skip, signal });
    const builder = new EnvironmentBuilder({
      ...{ options, context, base, environment, env, named, runs, scratch, inputs, size },
      host: options.host ?? (await findHostFacts(context)),
    });
    await builder.look();
    return builder;
  } catch (error) {
    await scratch[Symbol.asyncDispose]();
    throw error;
  }
}

interface Parts {
  readonly options: CommandOptions;
  readonly context: Context;
  readonly base: Conditions;
  readonly host: HostFacts;
  readonly environment: MaterialisedEnvironment;
  readonly env: Readonly<Record<string, string>>;
  readonly named: ReadonlySet<string>;
  readonly runs: RunInSandbox;
  readonly scratch: Scratch;
  readonly inputs: string;
  readonly size: TreeSize;
}

class EnvironmentBuilder implements DisposableBuilder {
  readonly #parts: Parts;
  readonly base: Conditions;
  host: HostFacts;

  constructor(parts: Parts) {
    this.#parts = parts;
    this.base = parts.base;
    this.host = {
      ...parts.host,
      ...{ shells: [], sh: undefined, memoryFileSystem: undefined, locales: [], zones: [] },
      notHere: notInEnvironments,
    };
  }

  /** Finds by trying what the environment has: locales and time zones. */
  async look(): Promise<void> {
    const area = await this.#area('look');
    const found = await lookIntoEnvironment((command, take) =>
      this.#run(this.base, area, command, take),
    );
    await this.#removeRest(area);
    this.host = { ...this.host, ...found };
  }

  async build(conditions: Conditions, varied: readonly string[], id: string): Promise<BuildRun> {
    const { options, context, inputs, size } = this.#parts;
    const { signal } = context;
    await checkRoom(inputs, size.bytes);
    const area = await this.#area(id);
    await copyTree(inputs, area.tree, { signal });
    const baseline = await baselineOf(area.tree);
    const output = new BuildOutput(id, context.emit);
    const command = commandOf(conditions, options.command);
    const result = await this.#run(conditions, area, command, output.take);
    output.end();
    if (!this.host.privileged) {
      const { takeBack } = await import('../../build/open-build.js');
      await takeBack(area.root);
    }
    const why = failureOf(result.outcome, wantedDiskBytes(this.#parts.options.limits));
    const outside = await wroteOutside(
      [environmentTop(area.changes)],
      [conditions.home, this.base.home],
      [conditions.path, conditions.temporaryDirectory, ...filesOfSandbox],
      { path: area.log, anywhere: false },
    );
    const collected =
      why === undefined
        ? await collect({
            ...{ tree: area.tree, inputs, baseline, outputs: options.outputs, reowned: true },
            signal,
          })
        : { artifacts: [], gone: [], notes: [] };
    await this.#removeRest(area);
    return {
      ...{ id, varied: [...varied].sort(), conditions },
      canaries: canariesOf(conditions, await firstProcess(area.log)),
      outcome:
        why === undefined
          ? { type: 'built' }
          : { type: 'failed', why, lastLines: output.lastLines() },
      tree: why === undefined ? area.tree : undefined,
      artifacts: collected.artifacts,
      gone: collected.gone,
      milliseconds: result.milliseconds,
      logPath: area.log,
      notes: [...collected.notes, ...result.notFixed.map((what) => `not fixed: ${what}`)],
      wroteOutside: outside,
    };
  }

  async #area(id: string): Promise<Area> {
    const root = join(this.#parts.scratch.path, 'builds', id);
    const at = (name: string): string => join(root, name);
    const area = {
      ...{ root, tree: at('tree'), changes: at('changes'), log: at('log') },
      ...{ temporary: at('temporary'), home: at('home') },
    };
    for (const path of [area.tree, area.changes, area.temporary, area.home])
      await mkdir(path, { recursive: true });
    return area;
  }

  async #run(
    conditions: Conditions,
    area: Area,
    command: readonly [string, ...string[]],
    take: NonNullable<SandboxRequest['onOutput']>,
  ): ReturnType<RunInSandbox> {
    const { environment, env, named, context, options } = this.#parts;
    const request: SandboxRequest = {
      source: 'check',
      description: descriptionOf(conditions),
      rootLayers: environment.rootLayers,
      scratch: area.changes,
      mounts: [{ source: area.tree, target: conditions.path, writable: true }],
      command,
      cwd: conditions.path,
      env,
      ...{ asRoot: false, network: 'none', stdio: 'capture' },
      limits: await buildLimits(area.root, options.limits),
      determinizer: { logPath: area.log, logWrites: true },
      onOutput: take,
      signal: context.signal,
    };
    return this.#parts.runs(inEnvironment(request, conditions, area, named));
  }

  async #removeRest(area: Area): Promise<void> {
    for (const path of [area.changes, area.temporary, area.home])
      await removeTree(this.#parts.context.store.root, path);
  }

  async artifactAt(run: BuildRun, path: string): Promise<Artifact | undefined> {
    return run.tree === undefined ? undefined : artifactIn(run.tree, path);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#parts.scratch[Symbol.asyncDispose]();
  }
}

interface Area {
  readonly root: string;
  readonly tree: string;
  readonly changes: string;
  readonly log: string;
  readonly temporary: string;
  readonly home: string;
}
