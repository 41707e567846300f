// Runs selfsame as one of two builders, who share nothing: other user, other path, other store.
import { spawn } from 'node:child_process';
import { createInterface } from 'node:readline';
import { join } from 'node:path';

export interface Builder {
  /** Holds the builder's workspace, store and results. */
  readonly directory: string;
  /** Undefined: who runs this. */
  readonly user: string | undefined;
}

export interface Built {
  readonly ok: boolean;
  /** Of all steps, as selfsame measured them. */
  readonly seconds: number;
  /** Of the processors: selfsame, the supervisor and the build. */
  readonly processorSeconds: number;
  /** What the steps printed. */
  readonly output: string;
  readonly message: string;
}

/** SELFSAME: another one than that of this checkout. */
const selfsame =
  process.env['SELFSAME'] ?? join(import.meta.dirname, '../../node_modules/.bin/selfsame');

/** Runs `selfsame` with these arguments in the builder's workspace; each event is a JSON object. */
export async function runSelfsame(
  builder: Builder,
  args: readonly string[],
  onEvent: (event: Readonly<Record<string, unknown>>) => void,
): Promise<{ code: number; stderr: string; processorSeconds: number }> {
  const prefix =
    builder.user === undefined
      ? []
      : ['setpriv', `--reuid=${builder.user}`, `--regid=${builder.user}`, '--init-groups'];
  const command = [...prefix, selfsame, ...args, '--json'];
  const child = spawn('sh', ['-c', '"$@"; status=$?; times >&3; exit $status', 'sh', ...command], {
    cwd: join(builder.directory, 'workspace'),
    env: {
      PATH: process.env['PATH'],
      HOME: join(builder.directory, 'home'),
      SELFSAME_STORE: join(builder.directory, 'store'),
    },
    stdio: ['ignore', 'pipe', 'pipe', 'pipe'],
  });
  const done = new Promise<number>((resolve, reject) => {
    child.on('error', reject);
    child.on('close', (code) => {
      resolve(code ?? 128);
    });
  });
  let times = '';
  child.stdio[3]?.on('data', (bytes: Buffer) => {
    times += bytes.toString();
  });
  let stderr = '';
  child.stderr?.setEncoding('utf8').on('data', (text: string) => {
    stderr = (stderr + text).slice(-4000);
  });
  const input = child.stdout;
  if (input === null) throw new Error('selfsame has no output');
  for await (const line of createInterface({ input })) {
    const event: unknown = JSON.parse(line);
    if (typeof event === 'object' && event !== null) onEvent({ ...event });
  }
  const code = await done;
  return { code, stderr, processorSeconds: childrenSeconds(times) };
}

/** User and system time of the children in what times(1) of a shell printed last: 0m1.50s 0m0.25s. */
export function childrenSeconds(text: string): number {
  const [last] = [...text.matchAll(/(\d+)m([\d.]+)s (\d+)m([\d.]+)s\s*$/gmu)].slice(-1);
  const [, minutes = 0, seconds = 0, systemMinutes = 0, systemSeconds = 0] = last ?? [];
  return 60 * (Number(minutes) + Number(systemMinutes)) + Number(seconds) + Number(systemSeconds);
}

/** Builds one target of one package, anew. */
export async function buildOnce(builder: Builder, name: string, target: string): Promise<Built> {
  let milliseconds = 0;
  let output = '';
  let message = '';
  const { code, stderr, processorSeconds } = await runSelfsame(
    builder,
    ['build', `${name}@${target}`, '--jobs', '1', '--out', join(builder.directory, 'out')],
    (event) => {
      if (event['type'] === 'step-finished') milliseconds += Number(event['milliseconds']);
      if (event['type'] === 'output') output += String(event['text']);
      if (event['type'] === 'build-failed') message = String(event['message']);
    },
  );
  const ok = code === 0;
  return {
    ok,
    seconds: milliseconds / 1000,
    processorSeconds,
    output,
    message: ok ? '' : message || stderr,
  };
}
