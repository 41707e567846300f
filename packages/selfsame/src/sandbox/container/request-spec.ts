import { readFileSync } from 'node:fs';

import { nativePath } from '../../util/native.js';
import type { LevelPlan } from '../levels/level.js';
import { unlimited } from '../types.js';
import type { MachineRoot, SandboxRequest } from '../types.js';
import type { ControlGroup } from './cgroup.js';
import { determinizerConfiguration } from './determinizer-plan.js';
import { frameRequest, SpecWriter } from './spec.js';

/** Limits of the kernel that hold in every sandbox: its defaults, which every host can give. */
const fixedLimits: readonly (readonly [
  name: string,
  soft: number | 'unlimited',
  hard: number | 'unlimited',
])[] = [
  ['as', 'unlimited', 'unlimited'],
  ['core', 0, 0],
  ['cpu', 'unlimited', 'unlimited'],
  ['data', 'unlimited', 'unlimited'],
  ['locks', 'unlimited', 'unlimited'],
  ['memlock', 65536, 65536],
  ['msgqueue', 819200, 819200],
  ['nice', 0, 0],
  ['nofile', 1024, 4096],
  ['rss', 'unlimited', 'unlimited'],
  ['rtprio', 0, 0],
  ['rttime', 'unlimited', 'unlimited'],
  ['sigpending', 4096, 4096],
  ['stack', 8 * 1024 * 1024, 'unlimited'],
];

/**
 * How far the kernel's own limit, which refuses without telling us, lies above the one that is told: a
 * control group where there is one, the init's looking otherwise. With the determinizer more: a group has room for
 * its threads too, and of a command that gives up nothing is left to be counted. Programs can read the limit, so
 * it must not depend on the host.
 */
const nprocSlack = { alone: 64, determinized: 1024 } as const;

/** The bytes selfsame-ns reads: what to assemble, then what its init is to do. */
export function requestBytes(
  request: SandboxRequest,
  plan: LevelPlan,
  group: ControlGroup | undefined,
): Buffer {
  return frameRequest(assembly(request, plan, group), initPlan(request, plan, group));
}

/** The part of selfsame-ns (native/src/ns/room.h). */
function assembly(
  request: SandboxRequest,
  plan: LevelPlan,
  group: ControlGroup | undefined,
): SpecWriter {
  if (request.machineRoot !== undefined)
    return machineAssembly(request, request.machineRoot, plan, group);
  const { user } = request.description;
  const spec = new SpecWriter()
    .add('scratch', request.scratch)
    .add('init', nativePath(plan.supervisor));
  if (plan.determinizer !== undefined)
    spec.add('determinizer', nativePath('selfsame-determinizer'));
  if (request.asRoot) spec.add('owner', 0, 0);
  else spec.add('owner', user.uid, user.gid);
  for (const layer of request.rootLayers) spec.add('layer', layer);
  for (const mount of request.mounts) spec.add('mount', mount.writable ? 'rw' : 'ro', mount.source);
  for (const directory of group?.directories ?? []) spec.add('cgroup', directory);
  return spec;
}

/** The same for the machine's own root (native/src/ns/machine.h). */
function machineAssembly(
  request: SandboxRequest,
  root: MachineRoot,
  plan: LevelPlan,
  group: ControlGroup | undefined,
): SpecWriter {
  const spec = new SpecWriter()
    .add('machine')
    .add('scratch', request.scratch)
    .add('init', nativePath(plan.supervisor));
  if (plan.determinizer !== undefined)
    spec.add('determinizer', nativePath('selfsame-determinizer'));
  if (root.privileged) spec.add('privileged');
  if (root.privileged && !request.asRoot) spec.add('own-id');
  for (const path of root.mounted) spec.add('mounted', path);
  for (const path of root.shown) spec.add('shown', path);
  spec.add('home', root.home.path, root.home.inside);
  for (const { source, target, writable } of request.mounts)
    spec.add('mount', writable ? 'rw' : 'ro', source, target);
  for (const path of root.hidden) spec.add('hidden', path);
  for (const { source, target } of request.surroundings?.laidOver ?? [])
    spec.add('over', source, target);
  for (const directory of group?.directories ?? []) spec.add('cgroup', directory);
  return spec;
}

/** The part of the supervisor (native/src/init/plan.h). */
function initPlan(
  request: SandboxRequest,
  plan: LevelPlan,
  group: ControlGroup | undefined,
): SpecWriter {
  const { description, limits } = request;
  const spec = new SpecWriter()
    .add('cwd', request.cwd)
    .add('umask', description.umask)
    .add('epoch', description.sourceDateEpoch)
    .add('wall', Math.ceil(limits.wallSeconds * 1000))
    .add('processes', limits.processes >= unlimited ? 0 : limits.processes)
    .add('disk', limits.diskBytes >= unlimited ? 0 : limits.diskBytes);
  if (group?.limitsMemory !== true && limits.memoryBytes < unlimited)
    spec.add('memory', limits.memoryBytes);
  if (request.asRoot) spec.add('as-root');
  else if (request.machineRoot !== undefined)
    spec.add('own-id', description.user.uid, description.user.gid);
  else spec.add('user', description.user.uid, description.user.gid);
  if (request.stdio === 'inherit') spec.add('terminal');
  if (request.attached === true) spec.add('own-session');
  for (const argument of request.command) spec.add('argument', argument);
  for (const [name, value] of Object.entries({
    ...plan.environment,
    ...rootHome(request),
    ...request.env,
  })) {
    spec.add('variable', `${name}=${value}`);
  }
  for (const mount of request.mounts) if (mount.writable) spec.add('watch', mount.target);
  for (const [name, soft, hard] of fixedLimits) spec.add('limit', name, soft, hard);
  const processes =
    limits.processes + nprocSlack[plan.determinizer === undefined ? 'alone' : 'determinized'];
  if (limits.processes < unlimited) spec.add('limit', 'nproc', processes, processes);
  if (limits.diskBytes < unlimited) spec.add('limit', 'fsize', limits.diskBytes, limits.diskBytes);
  if (request.machineRoot !== undefined) {
    for (const { path, content } of request.machineRoot.files) spec.add('fact', path, content);
  } else if (!request.asRoot) addUser(spec, request);
  for (const { path, content } of plan.facts) spec.add('fact', path, content);
  for (const { path, content } of plan.system) spec.add('system', path, content);
  if (plan.fixedLayout) spec.add('fixed-layout');
  addSurroundings(spec, request);
  const configuration = determinizerConfiguration(request, plan);
  if (configuration !== undefined) spec.add('determinizer', JSON.stringify(configuration));
  if (request.determinizer?.logPath !== undefined) spec.add('log');
  if (plan.answers !== undefined) {
    const { cpus, memory, release, version } = plan.answers;
    spec.add('answers', cpus, memory, release, version);
  }
  return spec;
}

/** What `check` asks for; nothing of it, nothing said. */
function addSurroundings(spec: SpecWriter, { surroundings }: SandboxRequest): void {
  const { affinity, niceness, terminal } = surroundings ?? {};
  if (affinity !== undefined) spec.add('affinity', affinity);
  if (niceness !== undefined && niceness !== 0) spec.add('niceness', niceness);
  if (terminal !== undefined) spec.add('pseudo-terminal', terminal.columns, terminal.rows);
}

/** Package scripts run as root, whose home is the distribution's. */
function rootHome(request: SandboxRequest): Record<string, string> {
  return request.asRoot ? { HOME: '/root', USER: 'root', LOGNAME: 'root' } : {};
}

/**
 * Who and where the user is. Not for package scripts: those change these files themselves, and what they
 * leave is kept.
 */
function addUser(spec: SpecWriter, request: SandboxRequest): void {
  const { user, hostname } = request.description;
  const { group, home, fullName } = request.surroundings?.names ?? {};
  const usual = `/home/${user.name}`;
  const [local, full] =
    fullName === undefined
      ? [`localhost ${hostname}`, '']
      : ['localhost', `127.0.1.1\t${fullName} ${hostname}\n`];
  if (group !== undefined) spec.add('group-name', group);
  spec
    .add('account', user.name, home ?? usual)
    .add('directory', usual)
    .add('file', '/etc/hostname', `${hostname}\n`)
    .add(
      'file',
      '/etc/hosts',
      `127.0.0.1\t${local}\n${full}::1\tlocalhost ip6-localhost ip6-loopback\n`,
    )
    .add(
      'file',
      '/etc/resolv.conf',
      request.network === 'host' ? readFileSync('/etc/resolv.conf', 'utf8') : '',
    );
}
