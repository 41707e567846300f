import { usualSurroundings } from '../../sandbox/levels/surroundings.js';
import { describeVirtual } from '../../sandbox/levels/virtual.js';
import type { SandboxDescription, Surroundings } from '../../sandbox/types.js';
import { usualTemporaryDirectory } from '../conditions.js';
import type { Conditions } from '../types.js';

/** Size of the terminal that builds get under the variation of that name. */
const terminalSize = { columns: 80, rows: 24 } as const;

/** The part of the conditions that the sandbox's description says. All builds of a check run at level `virtual`. */
export function descriptionOf(conditions: Conditions): SandboxDescription {
  const { user } = conditions;
  return {
    level: 'virtual',
    hostname: conditions.hostname,
    user: { name: user.name, uid: user.uid, gid: user.gid },
    path: conditions.path,
    cpus: conditions.cpus,
    memoryShown: conditions.memory,
    umask: conditions.umask,
    sourceDateEpoch: conditions.epoch,
    locale: conditions.locale,
    timezone: conditions.timezone,
    virtual: { ...describeVirtual(conditions.sources), seed: conditions.seed },
  };
}

/** The part that it does not say. SOURCE_DATE_EPOCH is left out: it would hide what `check` looks for. */
export function surroundingsOf(conditions: Conditions): Surroundings {
  return {
    ...usualSurroundings,
    kernelRelease: conditions.kernelRelease,
    kernelVersion: conditions.kernelVersion,
    machine: conditions.machine,
    domain: conditions.domain,
    processorModel: conditions.cpuModel,
    blockSize: conditions.blockSize,
    clockStep: conditions.clockStep,
    personality: conditions.personality,
    tellsSourceDate: false,
    niceness: conditions.niceness,
    affinity: conditions.affinity,
    terminal: conditions.terminal ? terminalSize : undefined,
  };
}

/**
 * Variables of a build: those given, then those of the conditions. Level `virtual` adds locale and time zone.
 *
 * @param given PATH, HOME, … and those the caller names, which nothing but `conditions.variables` changes
 * @param named names of those that the caller set on purpose
 */
export function variablesOf(
  conditions: Conditions,
  given: Readonly<Record<string, string>>,
  named: ReadonlySet<string>,
): Record<string, string> {
  const path = [given['PATH'] ?? '/usr/local/bin:/usr/bin:/bin', ...conditions.pathDirectories];
  const wanted: Readonly<Record<string, string | undefined>> = {
    HOME: conditions.home,
    USER: conditions.user.name,
    LOGNAME: conditions.user.name,
    PATH: path.join(':'),
    ...(conditions.temporaryDirectory !== usualTemporaryDirectory && {
      TMPDIR: conditions.temporaryDirectory,
    }),
    ...languageOf(conditions.locale),
    ...jobsVariables(conditions.jobs, given, named),
    ...conditions.variables,
  };
  const variables: Record<string, string> = { ...given };
  for (const [name, value] of Object.entries(wanted)) {
    if (named.has(name) && name !== 'PATH' && !(name in conditions.variables)) continue;
    if (value === undefined) delete variables[name];
    else variables[name] = value;
  }
  return variables;
}

/** GNU gettext asks LANGUAGE before anything else. */
function languageOf(locale: string): Record<string, string> {
  const language = /^[a-z]{2,3}_[A-Z]{2}/u.exec(locale)?.[0];
  return language === undefined ? {} : { LANGUAGE: `${language}:${language.split('_')[0] ?? ''}` };
}

/** One job is what tools start by themselves: nothing is said then. */
function jobsVariables(
  jobs: number,
  given: Readonly<Record<string, string>>,
  named: ReadonlySet<string>,
): Record<string, string> {
  if (jobs === 1) return {};
  const options = given['DEB_BUILD_OPTIONS'];
  return {
    ...(!named.has('MAKEFLAGS') && { MAKEFLAGS: `-j${jobs}` }),
    CMAKE_BUILD_PARALLEL_LEVEL: String(jobs),
    DEB_BUILD_OPTIONS: [...(options === undefined ? [] : [options]), `parallel=${jobs}`].join(' '),
  };
}

/** The command with `{jobs}` in its arguments replaced. */
export function commandOf(
  conditions: Conditions,
  command: readonly [string, ...string[]],
): readonly [string, ...string[]] {
  const [program, ...rest] = command;
  return [program, ...rest.map((part) => part.replaceAll('{jobs}', String(conditions.jobs)))];
}
