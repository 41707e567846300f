import { mkdirSync } from 'node:fs';
import { copyFile } from 'node:fs/promises';
import { userInfo } from 'node:os';
import { join } from 'node:path';

import type { Context } from '../context.js';
import { SelfsameError } from '../errors/selfsame-error.js';
import { defaultCpus, defaultMemoryShown } from '../recipe/limits.js';
import {
  homeInside,
  insideSandbox,
  machineRoot,
  machineUser,
  nameServerFile,
} from '../sandbox/machine-root/machine-root.js';
import { isWithin } from '../sandbox/machine-root/mounts.js';
import type { SourceModes } from '../sandbox/determinizer/sources.js';
import { describeVirtual } from '../sandbox/levels/virtual.js';
import { unlimited } from '../sandbox/types.js';
import type {
  DeterminismLevel,
  Limits,
  Mount,
  PassSignals,
  SandboxDescription,
  SandboxRequest,
  SandboxResult,
} from '../sandbox/types.js';
import { runEnvironment } from './environment.js';
import type { RunEnvironment } from './environment.js';
import { findEpoch } from './epoch.js';
import type { RunEpoch } from './epoch.js';
import { runPlace } from './place.js';
import type { RunPlace } from './place.js';

export interface RunOptions {
  readonly level: DeterminismLevel;
  readonly command: readonly [string, ...string[]];
  readonly cwd: string;
  /** Path inside at which the directory is seen; default: its own. */
  readonly at: string | undefined;
  /** Modes of sources other than those of level `virtual`. */
  readonly sources: SourceModes;
  /** Absolute path that gets a copy of the determinizer's log. */
  readonly log: string | undefined;
  /** `NAME` or `NAME=VALUE` each. */
  readonly env: readonly string[];
  /** SOURCE_DATE_EPOCH as it was typed. */
  readonly epoch: string | undefined;
  /** Processors shown, 1 to 1024; default: as in recipes. */
  readonly cpus: number | undefined;
  readonly network: boolean;
  /** The caller's variables. */
  readonly caller: Readonly<Record<string, string | undefined>>;
  /** One of our standard descriptors is a terminal. */
  readonly terminal: boolean;
  /** Output goes to events instead of our own. */
  readonly capture: boolean;
  readonly passSignals: PassSignals;
}

/** How a run ended, and under what conditions it took place. */
export interface RunEnd {
  readonly result: SandboxResult;
  readonly description: SandboxDescription;
  readonly epoch: RunEpoch;
  readonly environment: RunEnvironment;
  readonly place: RunPlace;
}

/** Nothing is limited: it is the caller's own command, which without us would have no limits either. */
const noLimits: Limits = {
  // Timers of Node.js and of the init end before 2 ** 31 ms; no command runs for as long.
  wallSeconds: 24 * 24 * 3600,
  memoryBytes: unlimited,
  processes: unlimited,
  diskBytes: unlimited,
  outputBytes: unlimited,
};

/**
 * Runs any command in a directory on the machine's own root (sandbox/machine-root/): the directory is written in
 * place, everything else that is written vanishes.
 *
 * @throws SelfsameError WRONG_USE, RUN_INSIDE_SANDBOX, and what `runInSandbox` and the store throw
 */
export async function runOnMachine(options: RunOptions, context: Context): Promise<RunEnd> {
  if (insideSandbox()) {
    throw new SelfsameError(
      'RUN_INSIDE_SANDBOX',
      'selfsame run does not work inside a sandbox of selfsame',
      {
        hint: 'The command is deterministic already where it is: run it without `selfsame run`',
      },
    );
  }
  const { store, settings } = context;
  const place = runPlace(options.cwd, options.at, store.root);
  const who = machineUser(options.level, accountName());
  const home = options.caller['HOME'] ?? '';
  const usableHome = /^\/[^/\0]/.test(home) ? home : `/nonexistent`;
  const inside = options.level === 'none' ? usableHome : homeInside(who);
  const epoch = await findEpoch(
    place.directory,
    { option: options.epoch, variable: options.caller['SOURCE_DATE_EPOCH'] },
    Date.now(),
  );
  const environment = runEnvironment({
    level: options.level,
    caller: options.caller,
    named: options.env,
    home: inside,
    user: who.user.name,
    terminal: options.terminal && !options.capture,
  });
  const description: SandboxDescription = {
    level: options.level,
    hostname: 'selfsame',
    user: who.user,
    path: place.at,
    cpus: options.cpus ?? defaultCpus,
    memoryShown: defaultMemoryShown,
    umask: 0o022,
    sourceDateEpoch: epoch.seconds,
    locale: 'C.UTF-8',
    timezone: 'UTC',
    ...(options.level === 'virtual' && { virtual: describeVirtual(options.sources) }),
  };
  sayMissed(environment, context);
  sayUncertain(epoch, context);
  const mounts = runMounts(place, options.network);
  await using scratch = await store.scratch('run');
  const logPath = join(scratch.path, 'log');
  const request: SandboxRequest = {
    source: 'run',
    description,
    rootLayers: [],
    machineRoot: machineRoot({
      level: options.level,
      machineUser: who,
      hostname: description.hostname,
      home: usableHome,
      homeInside: inside,
      covered: mounts.map(({ target }) => target),
      hidden: [
        insidePath(settings.storePath, place),
        insidePath(settings.storePath, { directory: usableHome, at: inside }),
      ],
    }),
    scratch: directoryIn(scratch.path, 'changes'),
    ...(options.level === 'virtual' && {
      determinizer: { logPath, logWrites: options.log !== undefined },
    }),
    mounts,
    command: options.command,
    cwd: place.at,
    env: environment.variables,
    asRoot: who.asRoot,
    network: options.network ? 'host' : 'none',
    limits: noLimits,
    ...(options.capture
      ? { stdio: 'capture', attached: true, onOutput: outputEvents(context) }
      : { stdio: 'inherit', attached: !options.terminal }),
    passSignals: options.passSignals,
    signal: context.signal,
  };
  const { runInSandbox } = await import('../sandbox/run.js');
  const result = await runInSandbox(request);
  if (options.log !== undefined) await copyLog(logPath, options.log);
  return { result, description, epoch, environment, place };
}

function directoryIn(parent: string, name: string): string {
  const path = join(parent, name);
  mkdirSync(path);
  return path;
}

async function copyLog(from: string, to: string): Promise<void> {
  try {
    await copyFile(from, to);
  } catch (error) {
    throw new SelfsameError('RUN_LOG_NOT_WRITTEN', `the log could not be written to ${to}`, {
      cause: error,
      hint: 'The command ran; give --log a file that can be written',
    });
  }
}

/** A time that changes with every file that is written is no time of sources: the next run may have another. */
function sayUncertain({ from, seconds, file }: RunEpoch, { emit }: Context): void {
  if (from !== 'files') return;
  emit({
    type: 'notice',
    level: 'info',
    message: `the time of the sources is that of the newest file, ${file ?? ''}: another one after files change`,
    hint: `To keep this one: --epoch ${seconds}`,
  });
}

/** Variables people set to change a build are not dropped in silence. */
function sayMissed({ missed }: RunEnvironment, { emit }: Context): void {
  if (missed.length === 0) return;
  emit({
    type: 'notice',
    level: 'info',
    message: `set here, but not for the command: ${missed.join(', ')}`,
    hint: `Pass ${missed.length === 1 ? 'it' : 'one'} on with --env ${missed[0] ?? 'NAME'}`,
  });
}

/** The directory in place, and what name servers are found by. */
function runMounts(place: RunPlace, network: boolean): Mount[] {
  const servers = network ? nameServerFile() : undefined;
  return [
    { source: place.directory, target: place.at, writable: true },
    ...(servers === undefined ? [] : [{ source: servers, target: servers, writable: false }]),
  ];
}

/** Where a path of the machine is, if it is below the directory. */
function insidePath(path: string, { directory, at }: RunPlace): string {
  return isWithin(path, directory) ? join(at, path.slice(directory.length)) : path;
}

function outputEvents(context: Context): NonNullable<SandboxRequest['onOutput']> {
  const decoders = { stdout: new TextDecoder(), stderr: new TextDecoder() };
  return (stream, chunk) =>
    context.emit({
      type: 'output',
      source: 'run',
      stream,
      text: decoders[stream].decode(chunk, { stream: true }),
    });
}

function accountName(): string {
  try {
    return userInfo().username;
  } catch {
    // An account that only has a number.
    return 'user';
  }
}
