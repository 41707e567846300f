import { spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, openSync } from 'node:fs';
import type { Readable, Writable } from 'node:stream';

import { nativePath } from '../util/native.js';
import { runtimeArguments } from './container/bubblewrap.js';
import { makeControlGroup } from './container/cgroup.js';
import { requestBytes } from './container/request-spec.js';
import { StatusReader } from './container/status.js';
import type { EndFacts } from './ends/end-facts.js';
import { outcomeOf } from './ends/outcome.js';
import { summariseLog } from './determinizer/log-summary.js';
import { levelNamed } from './levels/levels.js';
import { surroundings } from './levels/surroundings.js';
import { unlimited } from './types.js';
import type { MachineRoot, RunInSandbox, SandboxRequest } from './types.js';

/** How long the init may take to stop by itself before its runtime is killed, milliseconds. */
const graceMilliseconds = 3000;

/** Descriptors of selfsame-ns beyond the usual three (native/src/ns/room.h). */
const descriptors = { control: 3, status: 4, stdout: 5, stderr: 6, log: 14 } as const;

/** What the determinizer itself may take of a control group: its thread pool (native/determinizer/src/notify.c) and 30 MB. */
const determinizerReserve = { memoryBytes: 48 * 1024 * 1024, processes: 260 };
const noReserve = { memoryBytes: 0, processes: 0 };

/** Most characters kept of what the runtime says about itself. */
const diagnosticsMax = 16 * 1024;

/**
 * Runs one command in a sandbox and waits until nothing of it is left. Every way to end is an `Outcome`;
 * rejects only for requests that cannot be expressed (`SANDBOX_REQUEST_INVALID`), a level that does not
 * exist (`LEVEL_NOT_AVAILABLE`) or programs of ours that are missing (`NATIVE_PROGRAM_MISSING`). An aborted
 * signal gives the outcome `cancelled`.
 *
 * Afterwards `scratch/upper` holds what changed in the root (docs/sandbox.md says how), owned by mapped ids.
 */
export const runInSandbox: RunInSandbox = async (request) => {
  const plan = levelNamed(request.description.level).plan(
    request.description,
    surroundings(request.surroundings),
  );
  const runtime = runtimeArguments(request);
  const started = performance.now();
  const elapsed = (): number => Math.round(performance.now() - started);
  const facts = {
    limits: request.limits,
    diagnostics: '',
    spawnError: undefined,
    group: undefined,
  };
  if (request.signal.aborted) {
    return {
      outcome: { type: 'cancelled' },
      milliseconds: 0,
      peakMemoryBytes: undefined,
      notFixed: [],
    };
  }
  const { memoryBytes, processes } = request.limits;
  const group =
    memoryBytes >= unlimited && processes >= unlimited
      ? undefined
      : makeControlGroup(
          request.limits,
          plan.determinizer === undefined ? noReserve : determinizerReserve,
        );
  try {
    const bytes = requestBytes(request, plan, group);
    const logPath = request.determinizer?.logPath;
    const run = await supervise(request, ['sandbox', '--', ...runtime], bytes);
    const groupFacts = group?.facts();
    const outcome = outcomeOf({ ...facts, ...run, group: groupFacts });
    const seenPeak = run.report.ended?.peakMemory;
    return {
      outcome,
      milliseconds: elapsed(),
      peakMemoryBytes: groupFacts?.peakMemoryBytes ?? (seenPeak === 0 ? undefined : seenPeak),
      notFixed: run.report.notFixed,
      ...(logPath !== undefined && { determinizer: await summariseLog(logPath) }),
      ...(request.machineRoot !== undefined && {
        readOnly: readOnlyPlaces(request.machineRoot, run.report.readOnly),
      }),
    };
  } finally {
    await group?.remove();
  }
};

/** What selfsame-ns counts: 0 is `/`, n the n-th mount (native/src/ns/machine.h), -1 the home. */
function readOnlyPlaces(root: MachineRoot, indices: readonly number[]): string[] {
  return indices.flatMap((index) => {
    const path = index === 0 ? '/' : index < 0 ? root.home.path : root.mounted[index - 1];
    return path === undefined ? [] : [path];
  });
}

type RunFacts = Pick<EndFacts, 'stoppedFor' | 'report' | 'diagnostics' | 'spawnError'>;

async function supervise(
  request: SandboxRequest,
  argv: readonly string[],
  bytes: Buffer,
): Promise<RunFacts> {
  const inherit = request.stdio === 'inherit';
  const output = inherit ? (['inherit', 'inherit'] as const) : (['pipe', 'pipe'] as const);
  const logPath = request.determinizer?.logPath;
  const log = logPath === undefined ? undefined : openSync(logPath, 'w', 0o644);
  const child = spawn(nativePath('selfsame-ns'), argv, {
    stdio: [
      inherit || request.attached === true ? 'inherit' : 'ignore',
      'ignore',
      'pipe',
      'pipe',
      'pipe',
      inherit ? 1 : output[0],
      inherit ? 2 : output[1],
      ...(log === undefined ? [] : logDescriptors(log)),
    ],
    env: { PATH: process.env['PATH'] ?? '/usr/bin:/bin' },
    cwd: '/',
  });
  if (log !== undefined) closeSync(log);
  const control = child.stdio[descriptors.control] as Writable;
  const status = new StatusReader();
  let stoppedFor: EndFacts['stoppedFor'];
  let spawnError: NodeJS.ErrnoException | undefined;
  let diagnostics = '';
  let killTimer: NodeJS.Timeout | undefined;

  /** The init sees the end of its control stream and ends everything; if it does not, its runtime is killed. */
  const stop = (why: EndFacts['stoppedFor']): void => {
    if (stoppedFor !== undefined) return;
    stoppedFor = why;
    control.destroy();
    killTimer = setTimeout(() => child.kill('SIGKILL'), graceMilliseconds);
  };
  const cancel = (): void => stop('cancelled');
  // Bytes behind the request are signals, once there is somebody to read them.
  const waiting: number[] = [];
  const send = (signal: number): void => void control.write(Buffer.of(signal));
  const stopPassing = request.passSignals?.((signal) =>
    status.report.started ? send(signal) : void waiting.push(signal),
  );

  child.on('error', (error) => (spawnError = error));
  // A request that is not read to its end is explained by whoever did not read it.
  control.on('error', () => undefined);
  control.write(bytes);
  stream(child, descriptors.status).on('data', (chunk: Buffer) => {
    status.take(chunk);
    if (status.report.started) waiting.splice(0).forEach(send);
  });
  child.stderr?.on('data', (chunk: Buffer) => {
    if (diagnostics.length < diagnosticsMax) diagnostics += chunk.toString('utf8');
  });
  if (!inherit) takeOutput(child, request, () => stop('too-much-output'));
  const backup = setTimeout(
    () => stop('timed-out'),
    (request.limits.wallSeconds + 5) * 1000 > 2 ** 31 - 1
      ? 2 ** 31 - 1
      : (request.limits.wallSeconds + 5) * 1000,
  );
  request.signal.addEventListener('abort', cancel, { once: true });
  try {
    await once(child, 'close').catch((error: unknown) => {
      spawnError = error as NodeJS.ErrnoException;
    });
  } finally {
    request.signal.removeEventListener('abort', cancel);
    stopPassing?.();
    clearTimeout(backup);
    clearTimeout(killTimer);
    control.destroy();
  }
  return { stoppedFor, report: status.report, diagnostics, spawnError };
}

/** The log at its number; selfsame-ns itself uses those before it. */
function logDescriptors(log: number): ('ignore' | number)[] {
  const before = descriptors.log - descriptors.stderr - 1;
  return [...Array.from({ length: before }, () => 'ignore' as const), log];
}

/** Passes output on and counts it; `exceeded` is called once, with nothing passed on afterwards. */
function takeOutput(child: ChildProcess, request: SandboxRequest, exceeded: () => void): void {
  let total = 0;
  for (const name of ['stdout', 'stderr'] as const) {
    stream(child, descriptors[name]).on('data', (chunk: Buffer) => {
      const room = request.limits.outputBytes - total;
      total += chunk.length;
      if (room > 0) request.onOutput?.(name, room < chunk.length ? chunk.subarray(0, room) : chunk);
      if (total > request.limits.outputBytes) exceeded();
    });
  }
}

function stream(child: ChildProcess, descriptor: number): Readable {
  return child.stdio[descriptor] as Readable;
}
