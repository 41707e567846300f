import type { LogEvent, UnreadableReason } from './log-events.js';
import { sourceNames } from './sources.js';

type Members = Readonly<Record<string, unknown>>;

/** A line is JSON but not what its type says. */
class WrongMember extends Error {}

/**
 * One line of the log without its line feed. Strings in it come from the build: they are only passed on. Members
 * this version does not know are left out.
 */
export function readLogLine(text: string): LogEvent | UnreadableReason {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return 'not-json';
  }
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return 'unknown-type';
  const members = value as Members;
  const { type } = members;
  const reader =
    typeof type === 'string' && Object.hasOwn(readers, type) ? readers[type] : undefined;
  if (reader === undefined) return 'unknown-type';
  try {
    return reader(members);
  } catch (error) {
    if (error instanceof WrongMember) return 'wrong-member';
    throw error;
  }
}

const readers: Readonly<Record<string, (members: Members) => LogEvent>> = {
  start: (members) => ({
    type: 'start',
    version: count(members, 'version'),
    epoch: count(members, 'epoch'),
    start: optionalText(members, 'start'),
    firstProcess: optionalCount(members, 'firstProcess'),
    sources: bySource(members, 'sources', isMode),
  }),
  process: (members) => ({
    type: 'process',
    process: count(members, 'process'),
    parent: count(members, 'parent'),
    identity: text(members, 'identity'),
    pid: count(members, 'pid'),
    twin: count(members, 'twin'),
    executable: text(members, 'executable'),
    directory: text(members, 'directory'),
    arguments: texts(members, 'arguments'),
    argumentsCut: members['argumentsCut'] === 1,
  }),
  sources: (members) => ({
    type: 'sources',
    process: count(members, 'process'),
    filesWritten: count(members, 'filesWritten'),
    consumed: bySource(members, 'consumed', isCount),
  }),
  write: (members) => written('write', members),
  'rename-from': (members) => written('rename-from', members),
  'rename-to': (members) => written('rename-to', members),
  'not-covered': (members) => ({
    type: 'not-covered',
    what: text(members, 'what'),
    process: count(members, 'process'),
    detail: optionalText(members, 'detail'),
  }),
  end: (members) => ({
    type: 'end',
    status: optionalCount(members, 'status'),
    signal: optionalCount(members, 'signal'),
    processes: count(members, 'processes'),
    notCovered: count(members, 'notCovered'),
    memoryKilobytes: count(members, 'memoryKilobytes'),
    microseconds: count(members, 'microseconds'),
  }),
  truncated: (members) => ({ type: 'truncated', lines: count(members, 'lines') }),
};

function written(type: 'write' | 'rename-from' | 'rename-to', members: Members): LogEvent {
  return {
    type,
    process: count(members, 'process'),
    directory: optionalText(members, 'directory'),
    path: text(members, 'path'),
  };
}

function isCount(value: unknown): value is number {
  return Number.isSafeInteger(value) && (value as number) >= 0;
}

function isMode(value: unknown): value is 'real' | 'fixed' | 'vary' {
  return value === 'real' || value === 'fixed' || value === 'vary';
}

function count(members: Members, name: string): number {
  const value = members[name];
  if (isCount(value)) return value;
  throw new WrongMember();
}

function optionalCount(members: Members, name: string): number | undefined {
  return members[name] === undefined ? undefined : count(members, name);
}

function text(members: Members, name: string): string {
  const value = members[name];
  if (typeof value === 'string') return value;
  throw new WrongMember();
}

function optionalText(members: Members, name: string): string | undefined {
  return members[name] === undefined ? undefined : text(members, name);
}

function texts(members: Members, name: string): readonly string[] {
  const value = members[name];
  if (Array.isArray(value) && value.every((each) => typeof each === 'string')) return value;
  throw new WrongMember();
}

/** The known sources of an object; others are of a later version. */
function bySource<T>(
  members: Members,
  name: string,
  accepts: (value: unknown) => value is T,
): Partial<Record<(typeof sourceNames)[number], T>> {
  const object = members[name];
  if (typeof object !== 'object' || object === null) throw new WrongMember();
  const found: Partial<Record<(typeof sourceNames)[number], T>> = {};
  for (const source of sourceNames) {
    const value = (object as Members)[source];
    if (value === undefined) continue;
    if (!accepts(value)) throw new WrongMember();
    found[source] = value;
  }
  return found;
}
