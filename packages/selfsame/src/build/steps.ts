import {
  chmodSync,
  closeSync,
  mkdirSync,
  openSync,
  utimesSync,
  writeFileSync,
  writeSync,
} from 'node:fs';
import { join } from 'node:path';
import { StringDecoder } from 'node:string_decoder';
import type { Context } from '../context.js';
import type { MaterialisedEnvironment } from '../environment/types.js';
import type { Limits, Outcome, RunInSandbox, SandboxRequest } from '../sandbox/types.js';
import { removeTree } from '../store/remove-tree.js';
import { errorCodeOf } from '../store/store-errors.js';
import { storedTreeTime } from '../store/store-tree.js';
import type { DefinedBuild } from './define.js';
import { notFixedWords } from './determinizer-report.js';
import type { DeterminizedStep } from './determinizer-report.js';
import { stepPath } from './work-area.js';
import type { WorkArea } from './work-area.js';

/** What all steps of a build together came to. */
export interface StepsRun {
  /** The first step that did not exit with 0, and how it ended; undefined when all did. */
  readonly failed:
    { readonly step: string; readonly index: number; readonly outcome: Outcome } | undefined;
  readonly notFixed: readonly string[];
  /** At level `virtual`, what the logs of the steps that ran say. */
  readonly determinized: readonly DeterminizedStep[];
  /** When the first step began, milliseconds since 1970. */
  readonly startedAt: number;
  readonly milliseconds: number;
  readonly peakMemoryBytes: number | undefined;
  /** Scratch of the last step's writable root, which `shell --failed` goes on with. */
  readonly overlay: string;
}

/**
 * Runs the steps in order, each in a sandbox of its own: what is below `/build` lasts from step to
 * step, all else is as the environment has it. Output goes to the log file and, as it comes, to events.
 */
export async function runSteps(
  defined: DefinedBuild,
  environment: MaterialisedEnvironment,
  area: WorkArea,
  runInSandbox: RunInSandbox,
  context: Context,
): Promise<StepsRun> {
  const { key, limits } = defined.planned;
  const { steps } = defined.definition;
  const notFixed = new Set<string>();
  const determinized: DeterminizedStep[] = [];
  const startedAt = Date.now();
  let milliseconds = 0;
  let peak: number | undefined;
  let overlay = '';
  const log = openLog(area.log);
  try {
    for (const [index, step] of steps.entries()) {
      if (overlay !== '') await removeTree(context.store.root, overlay);
      overlay = join(area.root, `overlay-${index}`);
      mkdirSync(overlay);
      context.emit({
        type: 'step-started',
        build: key,
        step: step.name,
        index,
        total: steps.length,
      });
      log.write(`=== step ${index + 1} of ${steps.length}: ${step.name}\n`);
      const script = writeScript(area, index, step.script);
      const decoders = { stdout: new StringDecoder('utf8'), stderr: new StringDecoder('utf8') };
      const say = (stream: 'stdout' | 'stderr', text: string) => {
        if (text !== '') context.emit({ type: 'output', source: key, stream, text });
      };
      const result = await runInSandbox({
        ...stepRequest(defined, environment, area, overlay, limits),
        mounts: [...area.mounts, { source: script, target: stepPath, writable: false }],
        command: shellCommand(step.shell),
        ...(defined.definition.sandbox.level === 'virtual' && {
          determinizer: { startedAt, logPath: determinizerLog(area, index) },
        }),
        onOutput: (stream, chunk) => {
          log.write(chunk);
          say(
            stream,
            decoders[stream].write(Buffer.from(chunk.buffer, chunk.byteOffset, chunk.byteLength)),
          );
        },
        signal: context.signal,
      });
      say('stdout', decoders.stdout.end());
      say('stderr', decoders.stderr.end());
      milliseconds += result.milliseconds;
      if (result.peakMemoryBytes !== undefined) peak = Math.max(peak ?? 0, result.peakMemoryBytes);
      for (const fact of result.notFixed) notFixed.add(fact);
      if (result.determinizer !== undefined)
        determinized.push({ step: step.name, summary: result.determinizer });
      context.emit({
        type: 'step-finished',
        build: key,
        step: step.name,
        milliseconds: result.milliseconds,
      });
      const outcome = log.full()
        ? ({ type: 'disk-full', limitBytes: limits.diskBytes, cause: 'file-system' } as const)
        : result.outcome;
      if (outcome.type !== 'exited' || outcome.code !== 0) {
        return {
          failed: { step: step.name, index, outcome },
          notFixed: [...notFixed, ...notFixedWords(determinized)],
          determinized,
          startedAt,
          milliseconds,
          peakMemoryBytes: peak,
          overlay,
        };
      }
    }
  } finally {
    log.close();
  }
  return {
    failed: undefined,
    notFixed: [...notFixed, ...notFixedWords(determinized)],
    determinized,
    startedAt,
    milliseconds,
    peakMemoryBytes: peak,
    overlay,
  };
}

/** The parts of a request that are the same for a step and for a shell in the kept tree. */
export function stepRequest(
  defined: Pick<DefinedBuild, 'definition' | 'planned'>,
  environment: MaterialisedEnvironment,
  area: Pick<WorkArea, 'mounts'>,
  overlay: string,
  limits: Limits,
): Omit<SandboxRequest, 'command' | 'signal' | 'onOutput'> {
  return {
    source: defined.planned.key,
    description: defined.definition.sandbox,
    rootLayers: environment.rootLayers,
    scratch: overlay,
    mounts: area.mounts,
    cwd: '/build/work',
    env: {},
    asRoot: false,
    network: 'none',
    limits,
    stdio: 'capture',
  };
}

function shellCommand(shell: 'sh' | 'bash'): readonly [string, ...string[]] {
  return shell === 'sh' ? ['sh', '-eu', stepPath] : ['bash', '-euo', 'pipefail', stepPath];
}

function writeScript(area: WorkArea, index: number, script: string): string {
  const directory = join(area.root, 'steps');
  mkdirSync(directory, { recursive: true });
  chmodSync(directory, 0o755);
  const path = join(directory, String(index));
  writeFileSync(path, script.endsWith('\n') ? script : `${script}\n`);
  chmodSync(path, 0o555);
  utimesSync(path, storedTreeTime, storedTreeTime);
  return path;
}

/** Beside what is mounted, and kept with a failed build. */
function determinizerLog(area: WorkArea, index: number): string {
  const directory = join(area.root, 'determinizer');
  mkdirSync(directory, { recursive: true });
  return join(directory, `${index}.jsonl`);
}

interface Log {
  write(data: string | Uint8Array): void;
  /** Whether something could not be written because there was no room. */
  full(): boolean;
  close(): void;
}

function openLog(path: string): Log {
  const fd = openSync(path, 'a', 0o644);
  let full = false;
  return {
    write(data) {
      const bytes = typeof data === 'string' ? Buffer.from(data) : data;
      try {
        for (let written = 0; written < bytes.byteLength;) written += writeSync(fd, bytes, written);
      } catch (error) {
        const code = errorCodeOf(error);
        if (code !== 'ENOSPC' && code !== 'EDQUOT') throw error;
        full = true;
      }
    },
    full: () => full,
    close: () => closeSync(fd),
  };
}
