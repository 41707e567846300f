import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';

import type { Context } from '../../context.js';
import { SelfsameError } from '../../errors/selfsame-error.js';
import { runEnvironment } from '../../run/environment.js';
import { findEpoch } from '../../run/epoch.js';
import { runPlace } from '../../run/place.js';
import { insideSandbox } from '../../sandbox/machine-root/machine-root.js';
import { runInSandbox } from '../../sandbox/run.js';
import type { Limits } from '../../sandbox/types.js';
import { removeTree } from '../../store/remove-tree.js';
import type { Scratch } from '../../store/types.js';
import { canariesOf } from '../canaries.js';
import { baseConditions } from '../conditions.js';
import { findHostFacts } from '../host-facts.js';
import type { Artifact, Builder, BuildRun, Conditions, HostFacts } from '../types.js';
import { BuildOutput } from './build-output.js';
import { artifactIn, baselineOf, collect } from './collect.js';
import { checkRoom, copyTree, measureTree } from './copy-tree.js';
import type { TreeSize } from './copy-tree.js';
import { firstProcess } from './first-process.js';
import { didWell, failureOf } from './how-it-ended.js';
import { buildLimits, wantedDiskBytes } from './limits.js';
import { machineRequest, usualUser } from './machine-request.js';
import { isFull, memoryDirectory, removeMemoryDirectory } from './memory-tree.js';
import { commandOf, variablesOf } from './settings-of.js';
import { machineTops, wroteOutside } from './wrote-outside.js';

export interface CommandOptions {
  /** argv; `{jobs}` in an argument is the number of jobs. */
  readonly command: readonly [string, ...string[]];
  /** The directory that is copied. */
  readonly cwd: string;
  /** Patterns (build/glob.ts) of what is compared; none: all that a build makes or changes. */
  readonly outputs: readonly string[];
  /** `NAME` or `NAME=VALUE` each: variables that builds have. */
  readonly env: readonly string[];
  /** Time of the sources as it was typed; default: as `selfsame run` finds it. */
  readonly epoch: string | undefined;
  /** Where the tree is seen with nothing varied; default: where it is. */
  readonly at: string | undefined;
  /** The caller's variables. */
  readonly caller: Readonly<Record<string, string | undefined>>;
  readonly limits?: Partial<Limits>;
  /** Default: found by trying. */
  readonly host?: HostFacts;
}

/** A builder whose trees are removed when the check is over. */
export type DisposableBuilder = Builder & AsyncDisposable;

/**
 * Builds a command in copies of a directory on the machine's own root, as `selfsame run` does. The directory is copied
 * once, and each build is made in a copy of that: what changes in it meanwhile is in no build.
 *
 * @throws SelfsameError WRONG_USE, CHECK_INSIDE_SANDBOX, CHECK_TREE_REFUSED, CHECK_NO_ROOM, INTERRUPTED
 */
export async function commandOnMachine(
  options: CommandOptions,
  context: Context,
): Promise<DisposableBuilder> {
  if (insideSandbox()) {
    throw new SelfsameError(
      'CHECK_INSIDE_SANDBOX',
      'selfsame check does not work inside a sandbox of selfsame',
      { hint: 'Run it outside of the sandbox' },
    );
  }
  const { store, settings, signal } = context;
  const place = runPlace(options.cwd, options.at, store.root, 'check');
  const { user, home } = usualUser();
  const epoch = await findEpoch(
    place.directory,
    { option: options.epoch, variable: options.caller['SOURCE_DATE_EPOCH'] },
    Date.now(),
  );
  const host = options.host ?? (await findHostFacts(context));
  const base = baseConditions({ epoch: epoch.seconds, user, home, path: place.at });
  const given = givenVariables(options, base);
  const skip = [store.root, settings.storePath];
  const size = await measureTree(place.directory, skip);
  const scratch = await store.scratch('check');
  try {
    await checkRoom(scratch.path, 2 * size.bytes);
    const inputs = join(scratch.path, 'inputs');
    await copyTree(place.directory, inputs, { skip, signal });
    return new MachineBuilder({
      options,
      context,
      base,
      host,
      given,
      scratch,
      inputs,
      size,
      place,
    });
  } catch (error) {
    await scratch[Symbol.asyncDispose]();
    throw error;
  }
}

/** Variables of every build, and which of them were named. */
interface Given {
  readonly variables: Readonly<Record<string, string>>;
  readonly named: ReadonlySet<string>;
}

function givenVariables(options: CommandOptions, base: Conditions): Given {
  const { variables } = runEnvironment({
    level: 'virtual',
    caller: options.caller,
    named: options.env,
    home: base.home,
    user: base.user.name,
    terminal: false,
  });
  const named = new Set(options.env.map((text) => text.split('=')[0] ?? ''));
  // Whoever has it set builds with it: that is what is checked, then.
  const date = options.caller['SOURCE_DATE_EPOCH'];
  const dated = date !== undefined && date !== '' && !named.has('SOURCE_DATE_EPOCH');
  return { variables: { ...(dated && { SOURCE_DATE_EPOCH: date }), ...variables }, named };
}

interface Parts {
  readonly options: CommandOptions;
  readonly context: Context;
  readonly base: Conditions;
  readonly host: HostFacts;
  readonly given: Given;
  readonly scratch: Scratch;
  readonly inputs: string;
  readonly size: TreeSize;
  readonly place: { readonly directory: string };
}

class MachineBuilder implements DisposableBuilder {
  readonly #parts: Parts;
  readonly base: Conditions;
  readonly host: HostFacts;

  constructor(parts: Parts) {
    this.#parts = parts;
    this.base = parts.base;
    this.host = parts.host;
  }

  async build(conditions: Conditions, varied: readonly string[], id: string): Promise<BuildRun> {
    const { options, context, scratch, inputs, size, place, given } = this.#parts;
    const { signal, store } = context;
    const area = join(scratch.path, 'builds', id);
    const kept = join(area, 'tree');
    const [changes, temporary] = [join(area, 'changes'), join(area, 'temporary')];
    for (const path of [changes, temporary]) await mkdir(path, { recursive: true });
    await checkRoom(area, size.bytes);
    const notes = size.sockets.length === 0 ? [] : [`left out sockets: ${size.sockets.join(', ')}`];
    const memory = await memoryPlace(conditions, this.host, size, notes);
    try {
      const tree = memory === undefined ? kept : join(memory, 'tree');
      await copyTree(inputs, tree, { signal });
      const baseline = await baselineOf(tree);
      const logPath = join(area, 'log');
      const output = new BuildOutput(id, context.emit);
      const request = machineRequest(conditions, {
        tree,
        original: place.directory,
        scratch: changes,
        temporary,
        home: usableHome(options.caller['HOME']),
        storePath: context.settings.storePath,
      });
      const result = await runInSandbox({
        ...request,
        source: id,
        determinizer: { logPath, logWrites: true },
        command: commandOf(conditions, options.command),
        env: variablesOf(conditions, given.variables, given.named),
        limits: await buildLimits(area, options.limits),
        stdio: 'capture',
        onOutput: output.take,
        signal,
      });
      output.end();
      const outside = await wroteOutside(
        machineTops(changes, request.machineRoot),
        [request.machineRoot.home.path, request.machineRoot.home.inside],
        request.mounts.map(({ target }) => target),
        { path: logPath, anywhere: request.asRoot },
      );
      await removeTree(store.root, changes);
      await removeTree(store.root, temporary);
      if (memory !== undefined && !didWell(result.outcome) && (await isFull(memory))) {
        await removeTree(store.root, area);
        const again = await this.build({ ...conditions, fileSystem: 'overlay' }, varied, id);
        return { ...again, conditions, notes: [...again.notes, fullMemory] };
      }
      const why = failureOf(result.outcome, wantedDiskBytes(options.limits));
      const collected =
        why === undefined
          ? await collect({
              tree,
              inputs: memory === undefined ? inputs : undefined,
              baseline,
              outputs: options.outputs,
              reowned: false,
              signal,
            })
          : { artifacts: [], gone: [], notes: [] };
      if (memory !== undefined && why === undefined) await copyTree(tree, kept, { signal });
      return {
        id,
        varied: [...varied].sort(),
        conditions,
        canaries: canariesOf(conditions, await firstProcess(logPath)),
        outcome:
          why === undefined
            ? { type: 'built' }
            : { type: 'failed', why, lastLines: output.lastLines() },
        tree: why === undefined ? kept : undefined,
        artifacts: collected.artifacts,
        gone: collected.gone,
        milliseconds: result.milliseconds,
        logPath,
        notes: [
          ...notes,
          ...collected.notes,
          ...result.notFixed.map((what) => `not fixed: ${what}`),
        ],
        wroteOutside: outside,
      };
    } finally {
      if (memory !== undefined) await removeMemoryDirectory(memory);
    }
  }

  async artifactAt(run: BuildRun, path: string): Promise<Artifact | undefined> {
    return run.tree === undefined ? undefined : artifactIn(run.tree, path);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#parts.scratch[Symbol.asyncDispose]();
  }
}

/** A build that fails for want of memory has said nothing of its sources. */
const fullMemory =
  'the tree is on the file system of the store: the build filled the one in memory, and was made again';

/** Where the tree is built in memory, if the conditions ask for it and there is room. */
async function memoryPlace(
  { fileSystem }: Conditions,
  { memoryFileSystem }: HostFacts,
  size: TreeSize,
  notes: string[],
): Promise<string | undefined> {
  if (fileSystem === 'overlay') return undefined;
  const made =
    fileSystem === 'tmpfs' && memoryFileSystem !== undefined
      ? await memoryDirectory(memoryFileSystem.path, size.bytes)
      : undefined;
  if (made === undefined)
    notes.push('the tree is on the file system of the store: no other one has room for it');
  return made;
}

/** A home that is no absolute path is none. */
function usableHome(home: string | undefined): string {
  return home !== undefined && /^\/[^/\0]/u.test(home) ? home : '/nonexistent';
}
