import { spawn } from 'node:child_process';
import { accessSync, constants, existsSync, readFileSync } from 'node:fs';
import { chmod, copyFile, mkdir, mkdtemp } from 'node:fs/promises';
import { userInfo } from 'node:os';
import { dirname, join } from 'node:path';

import { SelfsameError } from '../errors/selfsame-error.js';
import { nativePath } from '../util/native.js';
import { runtimeProgram } from './container/bubblewrap.js';
import { makeControlGroup } from './container/cgroup.js';
import { runInSandbox } from './run.js';
import type {
  Limits,
  Outcome,
  SandboxDescription,
  SandboxRequest,
  SandboxResult,
} from './types.js';
import { explainVirtual, virtualCheck } from './virtual-check.js';
import { runInUserNamespace } from './user-namespace.js';

/** What was found about one thing that sandboxes need of the host. */
export interface HostFinding {
  /** What was tried, in a few words. */
  readonly check: string;
  readonly ok: boolean;
  /** What was found, one clause. */
  readonly why: string;
  /** The exact command or step that helps; undefined when nothing needs doing. */
  readonly remedy: string | undefined;
}

export interface HostCheckOptions {
  /** Where the store is or would be: overlays and programs are tried on its file system. */
  readonly storePath: string;
  readonly signal?: AbortSignal;
}

const tryLimits: Limits = {
  wallSeconds: 20,
  memoryBytes: 2 ** 28,
  processes: 64,
  diskBytes: 2 ** 26,
  outputBytes: 2 ** 16,
};

const tryDescription: SandboxDescription = {
  level: 'fixed',
  hostname: 'selfsame',
  user: { name: 'builder', uid: 1000, gid: 1000 },
  path: '/build',
  cpus: 4,
  memoryShown: 2 ** 30,
  umask: 0o022,
  sourceDateEpoch: 0,
  locale: 'C.UTF-8',
  timezone: 'UTC',
};

/**
 * Tries each thing a sandbox needs on this host, in the order it needs them, by doing it: the user
 * namespace with its ids, the container runtime, a whole sandbox on the store's file system, what the
 * levels `fixed` and `virtual` fix, control groups. Never rejects; later findings are left out when an earlier one
 * makes them moot. Leaves nothing behind.
 */
export async function checkHost(options: HostCheckOptions): Promise<HostFinding[]> {
  const namespace = await checkUserNamespace();
  if (!namespace.ok) return [namespace];
  const runtime = await checkRuntime();
  if (!runtime.ok) return [namespace, runtime];
  return [namespace, runtime, ...(await checkWholeSandbox(options)), checkControlGroups()];
}

async function checkUserNamespace(): Promise<HostFinding> {
  const check = 'user namespace with 65536 ids';
  try {
    const { stdout } = await runInUserNamespace(['cat', '/proc/self/uid_map']);
    const range =
      stdout
        .toString()
        .trim()
        .split('\n')
        .at(process.getuid?.() === 0 ? 0 : -1) ?? '';
    const [, first] = range.trim().split(/\s+/);
    return { check, ok: true, why: `works, with host ids from ${first}`, remedy: undefined };
  } catch (error) {
    const why = error instanceof SelfsameError ? error.message : String(error);
    return { check, ok: false, why, remedy: namespaceRemedy(error) };
  }
}

/** The switch that forbids user namespaces here, named exactly where it can be read. */
function namespaceRemedy(error: unknown): string | undefined {
  const stage = explainStage(error);
  if (stage === 'user-namespace' || stage === 'namespace-powerless') {
    if (readNumber('/proc/sys/user/max_user_namespaces') === 0)
      return 'sudo sysctl -w user.max_user_namespaces=65536';
    if (readNumber('/proc/sys/kernel/unprivileged_userns_clone') === 0)
      return 'sudo sysctl -w kernel.unprivileged_userns_clone=1';
    if (readNumber('/proc/sys/kernel/apparmor_restrict_unprivileged_userns') === 1)
      return apparmorRemedy();
    return 'Allow user namespaces: in a chroot there can be none (use a container); in a container, start it with --privileged or with seccomp and AppArmor unconfined; with SELinux, setsebool user_namespace on';
  }
  if (stage === 'id-range') {
    return rangeRemedy();
  }
  return error instanceof SelfsameError ? error.hint : undefined;
}

function rangeRemedy(): string {
  try {
    return `sudo usermod --add-subuids 100000-165535 --add-subgids 100000-165535 ${userInfo().username}`;
  } catch {
    // An account that only has a number.
    return `echo ${process.getuid?.()}:100000:65536 | sudo tee -a /etc/subuid /etc/subgid`;
  }
}

/** A profile for our program alone is better than lifting the restriction for all. */
export function apparmorRemedy(): string {
  const profile = `abi <abi/4.0>, include <tunables/global> profile selfsame-ns "${nativePath('selfsame-ns')}" flags=(unconfined) { userns, }`;
  return `echo '${profile.replaceAll("'", `'\\''`)}' | sudo tee /etc/apparmor.d/selfsame-ns && sudo apparmor_parser -r /etc/apparmor.d/selfsame-ns`;
}

function explainStage(error: unknown): string | undefined {
  const details = error instanceof SelfsameError ? error.details : undefined;
  return typeof details?.['stage'] === 'string' ? details['stage'] : undefined;
}

function readNumber(path: string): number | undefined {
  try {
    return Number(readFileSync(path, 'utf8'));
  } catch {
    return undefined;
  }
}

async function checkRuntime(): Promise<HostFinding> {
  const check = 'container runtime';
  const child = spawn(runtimeProgram, ['--version'], { stdio: ['ignore', 'pipe', 'ignore'] });
  const timer = setTimeout(() => child.kill('SIGKILL'), 10_000);
  let text = '';
  child.stdout.on('data', (chunk: Buffer) => (text += chunk.toString('latin1')));
  const code = await new Promise<number | string | null>((resolve) => {
    child.on('error', (error: NodeJS.ErrnoException) => resolve(error.code ?? error.message));
    child.on('close', resolve);
  });
  clearTimeout(timer);
  if (code === 0) return { check, ok: true, why: text.trim().slice(0, 80), remedy: undefined };
  const why =
    code === 'ENOENT'
      ? `there is no ${runtimeProgram} on the PATH`
      : `\`${runtimeProgram} --version\` fails (${code})`;
  return { check, ok: false, why, remedy: 'sudo apt-get install bubblewrap' };
}

async function checkWholeSandbox(options: HostCheckOptions): Promise<HostFinding[]> {
  const check = 'sandbox on the file system of the store';
  let place: string | undefined;
  try {
    place = await mkdtemp(join(nearestExisting(options.storePath), '.selfsame-doctor-'));
    const result = await trySandbox(place, options.signal ?? new AbortController().signal);
    const { outcome } = result;
    if (outcome.type === 'exited' && outcome.code === 0) {
      return [
        { check, ok: true, why: `starts and ends in ${result.milliseconds} ms`, remedy: undefined },
        fixedFinding(result),
        await checkVirtual(place, options.signal ?? new AbortController().signal),
      ];
    }
    return [{ check, ok: false, ...explainTrial(outcome, options.storePath) }];
  } catch (error) {
    const remedy =
      error instanceof SelfsameError ? error.hint : 'Set SELFSAME_STORE to a directory of yours';
    return [
      { check, ok: false, why: error instanceof Error ? error.message : String(error), remedy },
    ];
  } finally {
    if (place !== undefined)
      await runInUserNamespace(['rm', '-rf', '--', place]).catch(() => undefined);
  }
}

/** An empty root, and the one program that needs nothing, started from a writable directory as builds do. */
async function trySandbox(
  place: string,
  signal: AbortSignal,
  more: Partial<SandboxRequest> = {},
): Promise<SandboxResult> {
  await mkdir(place, { recursive: true });
  const [root, scratch, build] = ['root', 'scratch', 'build'].map((name) => join(place, name)) as [
    string,
    string,
    string,
  ];
  for (const directory of [root, scratch, build]) await mkdir(directory);
  await copyFile(nativePath('selfsame-init'), join(build, 'probe'));
  await chmod(join(build, 'probe'), 0o755);
  await runInUserNamespace(['chown', '0:0', root]);
  return runInSandbox({
    source: 'doctor',
    description: tryDescription,
    rootLayers: [root],
    scratch,
    mounts: [{ source: build, target: '/build', writable: true }],
    command: ['/build/probe', '--probe'],
    cwd: '/build',
    env: {},
    asRoot: false,
    network: 'none',
    limits: tryLimits,
    stdio: 'capture',
    signal,
    ...more,
  });
}

function explainTrial(outcome: Outcome, storePath: string): Pick<HostFinding, 'why' | 'remedy'> {
  if (outcome.type !== 'could-not-start')
    return { why: `the trial ended as \`${outcome.type}\``, remedy: undefined };
  if (outcome.reason.includes('/build/probe: Permission denied')) {
    return {
      why: `programs may not run from ${storePath} (its file system is mounted noexec)`,
      remedy: 'Set SELFSAME_STORE to a directory on a file system mounted without noexec',
    };
  }
  return { why: outcome.reason, remedy: outcome.hint };
}

/** The level `virtual` by trying it: the clock must be the level's, and the log must say that all is covered. */
async function checkVirtual(place: string, signal: AbortSignal): Promise<HostFinding> {
  let printed = '';
  try {
    const result = await trySandbox(join(place, 'virtual'), signal, {
      description: { ...tryDescription, level: 'virtual', sourceDateEpoch: virtualCheck.epoch },
      command: ['/build/probe', '--probe-clock'],
      determinizer: { logPath: join(place, 'log') },
      onOutput: (_, chunk) => (printed += Buffer.from(chunk).toString('latin1')),
    });
    return explainVirtual(result, printed);
  } catch (error) {
    const remedy = error instanceof SelfsameError ? error.hint : undefined;
    return { check: virtualCheck.name, ok: false, why: String(error), remedy };
  }
}

function fixedFinding({ notFixed }: SandboxResult): HostFinding {
  const check = 'determinism level `fixed`';
  if (notFixed.length === 0)
    return { check, ok: true, why: 'all of it is fixed on this host', remedy: undefined };
  return {
    check,
    ok: false,
    why: `this host cannot fix: ${notFixed.join(', ')}`,
    remedy:
      'Use a kernel from 5.12 on, outside containers that filter system calls; builds work, but may depend on these',
  };
}

function checkControlGroups(): HostFinding {
  const group = makeControlGroup(tryLimits);
  void group?.remove();
  const parts = [
    group?.limitsMemory === true ? ['memory'] : [],
    group?.limitsProcesses === true ? ['processes'] : [],
  ].flat();
  return {
    check: 'control groups',
    ok: true,
    why:
      parts.length > 0
        ? `the kernel limits ${parts.join(' and ')}`
        : 'not open to this account; memory and processes are watched by looking ten times a second',
    remedy: undefined,
  };
}

function nearestExisting(path: string): string {
  for (let at = path; ; at = dirname(at)) {
    if (existsSync(at)) {
      accessSync(at, constants.W_OK | constants.X_OK);
      return at;
    }
  }
}
