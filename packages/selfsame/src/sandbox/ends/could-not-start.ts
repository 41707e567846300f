import { runtimeProgram } from '../container/bubblewrap.js';
import type { Recognise } from './end-facts.js';

/** Exit status of selfsame-ns and selfsame-init when they failed themselves (native/src/common/fail.h). */
export const ownFailureCode = 125;

export interface StartFailure {
  /** Which stage of native/ refused, or `runtime` for the container runtime. */
  readonly stage: string;
  /** What failed, in one sentence without a full stop. */
  readonly reason: string;
  /** What to do about it. */
  readonly hint: string | undefined;
}

const line = /^selfsame-(?:ns|init): ([a-z-]+): (.*)$/m;

/**
 * Reads the one line with which our C programs say why they could not do their work, and adds the remedy.
 * Undefined when the text holds no such line.
 */
export function explainStartFailure(stderr: string): StartFailure | undefined {
  const match = line.exec(stderr);
  if (match === null) return undefined;
  const [, stage = '', text = ''] = match;
  return { stage, reason: text, hint: hintFor(stage, text) };
}

/** Nothing of ours ran the command: says which part refused, why, and what to do. */
export const couldNotStart: Recognise = ({ report, diagnostics, spawnError }) => {
  if (report.started) return undefined;
  if (report.notStarted !== undefined) {
    const { stage, reason } = report.notStarted;
    return {
      type: 'could-not-start',
      stage,
      reason: `${stageWords[stage] ?? stage}: ${reason}`,
      hint: hintFor(stage, reason),
    };
  }
  if (spawnError !== undefined) {
    return {
      type: 'could-not-start',
      reason: `selfsame-ns could not be started: ${spawnError.code ?? spawnError.message}`,
      hint: 'Build the native programs with `make -C native`, outside file systems mounted noexec; `selfsame doctor` checks',
    };
  }
  const own = explainStartFailure(diagnostics);
  if (own !== undefined) return { type: 'could-not-start', reason: own.reason, hint: own.hint };
  const runtime = diagnostics.split('\n').find((text) => text.startsWith(`${runtimeProgram}: `));
  if (runtime === undefined) return undefined;
  return {
    type: 'could-not-start',
    reason: `the container runtime refused: ${runtime}`,
    hint: runtimeHint(runtime),
  };
};

const stageWords: Readonly<Record<string, string>> = {
  'command-missing': 'the command is not in the sandbox',
  'command-refused': 'the command cannot be run',
  'working-directory': 'the working directory is not in the sandbox',
  determinizer: 'the determinizer did not start',
  config: 'the determinizer did not understand its configuration',
  proc: 'the determinizer could not mount /proc',
  'process-namespace': 'the determinizer could not make a process namespace',
  filter: 'the determinizer could not install its filter',
  nested: 'the determinizer cannot run inside another one',
  notify: 'the determinizer cannot answer system calls on this kernel',
  user: 'the determinizer could not become the user of the build',
};

function runtimeHint(text: string): string {
  if (text.includes('proc')) {
    return 'This looks like a container whose /proc is partly hidden: run selfsame outside of it, or start it with an unmasked /proc (podman: --security-opt unmask=ALL)';
  }
  if (text.includes('loopback') || text.includes('RTM_')) {
    return 'The network namespace could not be set up: allow CAP_NET_ADMIN in user namespaces (AppArmor or a container forbids it)';
  }
  return 'Run `selfsame doctor`';
}

function hintFor(stage: string, text: string): string | undefined {
  switch (stage) {
    case 'user-namespace':
      return 'Allow user namespaces: `sudo sysctl -w user.max_user_namespaces=65536` (and `kernel.unprivileged_userns_clone=1` where it exists); `selfsame doctor` tells which';
    case 'namespace-powerless':
      return 'AppArmor restricts user namespaces here: `sudo sysctl -w kernel.apparmor_restrict_unprivileged_userns=0`, or add a profile as `selfsame doctor` shows';
    case 'id-range':
      return 'Give this account a range of ids: `sudo usermod --add-subuids 100000-165535 --add-subgids 100000-165535 "$USER"`';
    case 'mapper-missing':
      return 'Install the tools: `sudo apt-get install uidmap`';
    case 'id-map':
      return 'Check that newuidmap is installed set-user-ID and that /etc/subuid and /etc/subgid name this account: `selfsame doctor`';
    case 'overlay':
      return 'The kernel or the file system of the store cannot do overlays in a user namespace; put the store on ext4, xfs, btrfs or tmpfs with SELFSAME_STORE, and run `selfsame doctor`';
    case 'cgroup':
      return 'Run `selfsame doctor`: the control group made for this run could not be joined';
    case 'filter':
    case 'notify':
      return 'Level `virtual` needs Linux 5.5 or later and system-call notifications, which some containers filter; use `determinism: fixed`, or run `selfsame doctor`';
    case 'nested':
      return 'Run selfsame outside of determinised builds and of containers that supervise system calls, or use `determinism: fixed`';
    case 'command-missing':
      return 'Add the package that has it to the environment, then run `selfsame lock`';
    case 'command':
      return text.includes('bwrap')
        ? 'Install the container runtime: `sudo apt-get install bubblewrap`'
        : undefined;
    default:
      return undefined;
  }
}
