import { existsSync } from 'node:fs';
import { join } from 'node:path';
import type { Context } from '../../context.js';
import { SelfsameError } from '../../errors/selfsame-error.js';
import { runInSandbox } from '../../sandbox/run.js';
import type { Outcome, SandboxDescription, SandboxRequest } from '../../sandbox/types.js';

/** One package's script that runs before it is unpacked; its files are below `selfsame/<name>/` of dpkg's directory. */
export interface Preinst {
  readonly name: string;
  readonly architecture: string;
}

export interface ScriptsRequest {
  /** Names the run in events: `environment <name>`. */
  readonly source: string;
  /** Absolute path of the tree, read-only. */
  readonly tree: string;
  /** Absolute path of an empty directory on the store's file system; `upper/` in it takes the changes. */
  readonly scratch: string;
  readonly epoch: number;
  readonly preinsts: readonly Preinst[];
  /** Run `dpkg --configure` for all that is unpacked. */
  readonly configure: boolean;
}

/** Where preinst scripts wait, below the root. */
export const preinstDirectory = 'var/lib/dpkg/selfsame';

/** Exit status of the driver when a preinst failed; dpkg's own failures are 1 and 2. */
const preinstFailed = 71;

/**
 * Runs maintainer scripts exactly as dpkg does: each preinst from `tmp.ci` with its control files beside
 * it (debconf finds the package's name there) and the variables of dpkg(1), then one `dpkg --configure`.
 * Arguments: 1 or 0 for configuring, then name and architecture of each preinst.
 */
const driver = `
set -u
admin=/var/lib/dpkg
configure=$1
shift
version=$(dpkg --version | sed -n '1s/.* version \\([^ ]*\\) .*/\\1/p')
while [ $# -gt 0 ]; do
  rm -rf "$admin/tmp.ci"
  mv "$admin/selfsame/$1" "$admin/tmp.ci" || exit ${preinstFailed}
  (
    cd / &&
    export DPKG_MAINTSCRIPT_PACKAGE="$1" DPKG_MAINTSCRIPT_ARCH="$2" DPKG_MAINTSCRIPT_NAME=preinst \\
      DPKG_MAINTSCRIPT_PACKAGE_REFCOUNT=1 DPKG_MAINTSCRIPT_DEBUG=0 DPKG_ADMINDIR=$admin DPKG_ROOT= \\
      DPKG_RUNNING_VERSION="$version" &&
    "$admin/tmp.ci/preinst" install
  ) </dev/null || { echo "selfsame: preinst of $1 failed" >&2; exit ${preinstFailed}; }
  shift 2
done
rm -rf "$admin/tmp.ci" "$admin/selfsame"
[ "$configure" = 1 ] || exit 0
cd / && exec dpkg --force-unsafe-io --force-confdef --force-confold --configure --pending </dev/null
`;

/**
 * The same in every materialisation on every machine. Level \`fixed\` without what depends on a person:
 * the environment is made once for all builds.
 */
function describe(epoch: number): SandboxDescription {
  return {
    level: 'fixed',
    hostname: 'selfsame',
    user: { name: 'builder', uid: 1000, gid: 1000 },
    path: '/build',
    cpus: 1,
    memoryShown: 4 * 1024 ** 3,
    umask: 0o022,
    sourceDateEpoch: epoch,
    locale: 'C.UTF-8',
    timezone: 'UTC',
  };
}

const limits: SandboxRequest['limits'] = {
  wallSeconds: 3600,
  memoryBytes: 8 * 1024 ** 3,
  processes: 8192,
  diskBytes: 32 * 1024 ** 3,
  outputBytes: 64 * 1024 ** 2,
};

/** No service is started (invoke-rc.d(8)), nothing asks, nothing is translated. */
const environment = {
  PATH: '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin',
  DEBIAN_FRONTEND: 'noninteractive',
  DEBCONF_NONINTERACTIVE_SEEN: 'true',
  DEBCONF_NOWARNINGS: 'yes',
  PYTHONHASHSEED: '0',
  PERL_HASH_SEED: '0',
  PERL_PERTURB_KEYS: '0',
  TERM: 'dumb',
};

/**
 * Scripts ask ischroot(1) whether there is a running system whose init they have to tell of an upgrade
 * (libc6 then waits a second). In a container it would answer that there is; the answer is that there is none.
 */
function noSystemHere({ tree }: ScriptsRequest): SandboxRequest['mounts'] {
  const [yes, question] = [join(tree, 'usr/bin/true'), join(tree, 'usr/bin/ischroot')];
  if (!existsSync(yes) || !existsSync(question)) return [];
  return [{ source: yes, target: '/usr/bin/ischroot', writable: false }];
}

/**
 * Runs the scripts in the sandbox: as root of the mapped ids, without a network.
 * @throws SelfsameError PACKAGE_SCRIPT_FAILED with the end of what was printed, INTERRUPTED
 */
export async function runScripts(request: ScriptsRequest, context: Context): Promise<void> {
  const output: string[] = [];
  const { outcome } = await runInSandbox({
    source: request.source,
    description: describe(request.epoch),
    rootLayers: [request.tree],
    scratch: request.scratch,
    mounts: noSystemHere(request),
    command: [
      '/bin/sh',
      '-c',
      driver,
      'selfsame',
      request.configure ? '1' : '0',
      ...request.preinsts.flatMap(({ name, architecture }) => [name, architecture]),
    ],
    cwd: '/',
    env: environment,
    asRoot: true,
    network: 'none',
    limits,
    stdio: 'capture',
    onOutput(stream, chunk) {
      const text = Buffer.from(chunk).toString('utf8');
      output.push(text);
      context.emit({ type: 'output', source: request.source, stream, text });
    },
    signal: context.signal,
  });
  if (outcome.type === 'exited' && outcome.code === 0) return;
  throw scriptsFailed(request, outcome, output.join(''));
}

function scriptsFailed(request: ScriptsRequest, outcome: Outcome, output: string): SelfsameError {
  if (outcome.type === 'cancelled') {
    return new SelfsameError('INTERRUPTED', `configuring ${request.source} was interrupted`);
  }
  const packages = [
    ...output.matchAll(/^dpkg: error processing package (\S+) /gmu),
    ...output.matchAll(/^selfsame: preinst of (\S+) failed$/gmu),
  ].map(([, name]) => name);
  const who = packages.length === 0 ? 'a maintainer script' : `a script of ${packages.join(', ')}`;
  const how =
    outcome.type === 'exited'
      ? `exit status ${outcome.code}`
      : outcome.type === 'could-not-start'
        ? outcome.reason
        : outcome.type;
  return new SelfsameError('PACKAGE_SCRIPT_FAILED', `${who} failed in ${request.source} (${how})`, {
    hint:
      (outcome.type === 'could-not-start' ? outcome.hint : undefined) ??
      'the end of what it printed is in the details (--json)',
    details: { packages, output: output.slice(-4000) },
  });
}
