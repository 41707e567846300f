import { spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { open } from 'node:fs/promises';
import type { FileHandle } from 'node:fs/promises';
import { Readable } from 'node:stream';
import { FormatError } from '../format.js';
import type { Content, FormatAccess } from '../format.js';
import { limitedCommand, usualLimits } from './limited.js';
import type { ProgramLimits } from './limited.js';
import { checkStopped } from './limits.js';

/** A program of the machine and the Debian package that has it. */
export interface Tool {
  readonly program: string;
  readonly package: string;
}

/** How one run of a tool goes. */
export interface ToolRun {
  readonly tool: Tool;
  readonly args: readonly string[];
  /** Paths of this machine among the arguments, which its complaints are not to repeat. */
  readonly paths?: readonly string[];
  /** What it may use; `usualLimits` unless given. */
  readonly limits?: ProgramLimits;
  /** Given as standard input; undefined: none. */
  readonly input: Content | undefined;
  /** Exit statuses that are no failure; `[0]` unless given. */
  readonly goodStatuses?: readonly number[] | undefined;
  /** Whether a complaint is one of damage, though the tool goes on and succeeds. */
  readonly isDamage?: ((message: string) => boolean) | undefined;
  /** The reason for a failure that the tool reports, if it is not damage. */
  readonly reasonOf?:
    ((message: string) => 'too-large' | 'unsupported' | 'encrypted' | undefined) | undefined;
}

/** What is kept of a tool's complaints. */
const messageBytes = 2048;

/** Nothing of ours but the path, so that settings such as XZ_OPT change nothing. */
export function toolEnvironment(): Record<string, string> {
  return { PATH: process.env['PATH'] ?? '/usr/bin:/bin:/usr/sbin:/sbin', LC_ALL: 'C', TZ: 'UTC' };
}

/**
 * Standard output of a tool, spending every byte. The tool is killed when the consumer stops or the signal fires.
 *
 * @throws FormatError `tool-missing`, or what its failure means
 */
export async function* runTool(run: ToolRun, access: FormatAccess): AsyncGenerator<Uint8Array> {
  checkStopped(access);
  const handle = run.input?.file === undefined ? undefined : await open(run.input.file, 'r');
  let source: Readable | undefined;
  let child: ChildProcess | undefined;
  let kill = (): void => undefined;
  try {
    const started = await start(run, handle);
    child = started;
    kill = () => void started.kill('SIGKILL');
    access.signal.addEventListener('abort', kill, { once: true });
    const ended = exitOf(started, run.tool);
    ended.catch(() => undefined);
    await Promise.race([ended, new Promise((resolve) => started.once('spawn', resolve))]);
    const message = collectMessage(started);
    if (run.input !== undefined && handle === undefined && started.stdin !== null) {
      source = feed(run.input, started);
    }
    if (started.stdout !== null) {
      for await (const chunk of started.stdout as AsyncIterable<Uint8Array>) {
        checkStopped(access);
        access.spend(chunk.length);
        yield chunk;
      }
    }
    const status = await ended;
    checkStopped(access);
    if (source?.errored) throw source.errored;
    const isGood = (run.goodStatuses ?? [0]).includes(status);
    if (!isGood || run.isDamage?.(message()) === true) {
      const text = firstLine(message(), run.paths ?? []);
      const reason = run.reasonOf?.(text);
      if (reason === undefined) throwBeyondLimits(run, started, message());
      throw new FormatError(reason ?? 'damaged', `${run.tool.program} failed (${status}): ${text}`);
    }
  } finally {
    access.signal.removeEventListener('abort', kill);
    source?.destroy();
    if (child !== undefined) {
      if (child.exitCode === null && child.signalCode === null) kill();
      child.stdin?.destroy();
      child.stdout?.destroy();
      child.stderr?.destroy();
    }
    await handle?.close();
  }
}

async function start(
  { tool, args, input, limits }: ToolRun,
  handle: FileHandle | undefined,
): Promise<ChildProcess> {
  const command = await limitedCommand(tool.program, args, limits);
  if (command === undefined) throw missingTool(tool);
  const stdin = handle?.fd ?? (input === undefined ? 'ignore' : 'pipe');
  const [file, all] = command;
  return spawn(file, all, { stdio: [stdin, 'pipe', 'pipe'], env: toolEnvironment() });
}

/** A tool that ended at one of its limits says little of the file. @throws FormatError */
function throwBeyondLimits(
  { tool, limits = usualLimits }: ToolRun,
  { signalCode }: ChildProcess,
  message: string,
): void {
  const mebibytes = (bytes: number): string => `${Math.round(bytes / 2 ** 20)} MiB`;
  if (signalCode === 'SIGXCPU')
    throw new FormatError('out-of-time', `${tool.program} had no end after ${limits.seconds} s`);
  if (signalCode === 'SIGXFSZ') {
    const most = mebibytes(limits.file);
    throw new FormatError('too-large', `${tool.program} would write more than ${most}`);
  }
  if (
    /\b(?:out of|not enough|no|insufficient|cannot allocate|exhausted|virtual) memory|memory (?:exhausted|allocat)|m?alloc(?:at\w*)?\b.*fail|fail\w* to (?:m?alloc|allocate)|bad_alloc/i.test(
      message,
    )
  ) {
    const most = mebibytes(limits.memory);
    throw new FormatError(
      'too-large',
      `${tool.program} needs more memory than the ${most} it may have`,
    );
  }
}

/** The exit status; 128 + 9 or so for signals is told as -1. `exit`, since `close` may never come. */
function exitOf(child: ChildProcess, tool: Tool): Promise<number> {
  return new Promise((resolve, reject) => {
    child.once('exit', (status) => resolve(status ?? -1));
    child.once('error', (error) => reject(startError(error, tool)));
  });
}

function startError(error: Error, tool: Tool): Error {
  if ('code' in error && error.code === 'ENOENT') return missingTool(tool);
  return new FormatError('tool-missing', `${tool.program} cannot be started: ${error.message}`, {
    cause: error,
  });
}

function firstLine(message: string, paths: readonly string[]): string {
  const plain = paths.reduce((text, path) => text.replaceAll(path, 'the file'), message);
  return plain.trim().split('\n')[0]?.slice(0, 200) ?? '';
}

/** Says which package has a tool that is not there. */
export function missingTool(tool: Tool): FormatError {
  return new FormatError(
    'tool-missing',
    `${tool.program} is not installed (Debian package ${tool.package})`,
  );
}

function collectMessage(child: ChildProcess): () => string {
  let text = '';
  child.stderr?.on('data', (chunk: Buffer) => {
    if (text.length < messageBytes) text += chunk.toString('latin1');
  });
  return () => text;
}

/** Pipes the input in; a tool that does not want all of it is no error. */
function feed(input: Content, child: ChildProcess): Readable {
  const source = Readable.from(input.stream(), { objectMode: true, highWaterMark: 1 });
  const { stdin } = child;
  source.on('error', () => child.kill('SIGKILL'));
  if (stdin !== null) {
    stdin.on('error', () => source.destroy());
    source.pipe(stdin);
  }
  return source;
}
