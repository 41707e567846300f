import { readFileSync, realpathSync } from 'node:fs';
import { release } from 'node:os';

import type { DeterminismLevel, MachineRoot, SandboxDescription } from '../types.js';
import { withAccount, withGroup } from './accounts.js';
import { isWithin, mountedPlaces, rootSource } from './mounts.js';

/** Who the command is, inside and outside. */
export interface MachineUser {
  readonly user: SandboxDescription['user'];
  /** Real root: root inside too, with every id itself. */
  readonly asRoot: boolean;
  /** Real root that is somebody else inside, with one id and no powers; default: as `asRoot`. */
  readonly privileged?: boolean;
  /** Name of the group; default: the user's. */
  readonly group?: string;
}

/** The name every user but root has at levels that fix one: as in builds of recipes. */
const constantUser = { name: 'builder', uid: 1000, gid: 1000 } as const;

/**
 * Who a command on the machine's root is. Files it writes belong to the caller in any case. Root is root:
 * commands that are run as root need its powers over other people's files. Others are themselves at level
 * `none` and a constant user at all other levels, whatever their number outside.
 */
export function machineUser(level: DeterminismLevel, name: string): MachineUser {
  if (mayMapAnyId()) return { user: { name: 'root', uid: 0, gid: 0 }, asRoot: true };
  if (level !== 'none') return { user: constantUser, asRoot: false };
  return {
    user: { name, uid: process.getuid?.() ?? 0, gid: process.getgid?.() ?? 0 },
    asRoot: false,
  };
}

/** Where that user's home is shown. */
export function homeInside({ user, asRoot }: MachineUser): string {
  return asRoot ? '/root' : `/home/${user.name}`;
}

/** Real root of this user namespace: CAP_SETGID, CAP_SETUID and CAP_SYS_ADMIN (capabilities(7)); as in native/src/ns/identity.c. */
function mayMapAnyId(): boolean {
  const wanted = (1n << 6n) | (1n << 7n) | (1n << 21n);
  const line = /^CapEff:\s*([0-9a-f]+)$/m.exec(readFileSync('/proc/self/status', 'utf8'));
  return process.geteuid?.() === 0 && line !== null && (BigInt(`0x${line[1]}`) & wanted) === wanted;
}

export interface MachineRootOptions {
  readonly level: DeterminismLevel;
  readonly machineUser: MachineUser;
  readonly hostname: string;
  /** The caller's home, absolute. */
  readonly home: string;
  /** Where `home` is shown as well. */
  readonly homeInside: string;
  /** Absolute paths inside that are mounted by the request: nothing of the machine is needed there. */
  readonly covered: readonly string[];
  /** Absolute paths shown empty: the store, which must not change under its user. */
  readonly hidden: readonly string[];
  /** Domain of the host's full name; default: none. */
  readonly domain?: string;
}

/** Describes this machine's root as the root of a sandbox. Reads /proc/self/mountinfo and account files, changes nothing. */
export function machineRoot(options: MachineRootOptions): MachineRoot {
  const { level, machineUser: who } = options;
  const places = mountedPlaces(readFileSync('/proc/self/mountinfo', 'utf8'), options.covered);
  const shown = places.filter(({ readOnly }) => readOnly).map(({ path }) => path);
  const privileged = who.privileged ?? who.asRoot;
  return {
    privileged,
    mounted: places.filter(({ readOnly }) => !readOnly).map(({ path }) => path),
    shown: [...(privileged ? shown : []), ...(level === 'none' ? ['/sys'] : [])],
    hidden: options.hidden.filter((path) => !options.covered.some((one) => isWithin(one, path))),
    home: { path: options.home, inside: options.homeInside },
    files: level === 'none' ? [] : constantFiles(options),
  };
}

/** Names of the machine and its accounts, over the machine's own. */
function constantFiles(options: MachineRootOptions): { path: string; content: string }[] {
  const { machineUser: who, hostname, domain } = options;
  const own = domain === undefined ? `localhost ${hostname}` : 'localhost';
  const full = domain === undefined ? '' : `127.0.1.1\t${hostname}.${domain} ${hostname}\n`;
  const names = [
    { path: '/etc/hostname', content: `${hostname}\n` },
    {
      path: '/etc/hosts',
      content: `127.0.0.1\t${own}\n${full}::1\tlocalhost ip6-localhost ip6-loopback\n`,
    },
  ];
  const { name, uid, gid } = who.user;
  const home = options.homeInside;
  if (who.asRoot && home === '/root') return names;
  return [
    ...names,
    { path: '/etc/passwd', content: withAccount(read('/etc/passwd'), { name, uid, gid, home }) },
    { path: '/etc/group', content: withGroup(read('/etc/group'), who.group ?? name, gid) },
  ];
}

function read(path: string): string {
  try {
    return readFileSync(path, 'utf8').replaceAll('\0', '');
  } catch {
    return '';
  }
}

/** The file resolv.conf(5) leads to, if it is in a directory of the run's own and so would be missing. */
export function nameServerFile(): string | undefined {
  try {
    const path = realpathSync('/etc/resolv.conf');
    return isWithin(path, '/run') ? path : undefined;
  } catch {
    return undefined;
  }
}

/** Whether this process runs inside a sandbox of ours already: there is no second one inside. */
export function insideSandbox(): boolean {
  if (release().endsWith('-selfsame')) return true;
  return rootSource(read('/proc/self/mountinfo')) === 'selfsame';
}
