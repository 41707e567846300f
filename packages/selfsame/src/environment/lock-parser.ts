import { SelfsameError, SelfsameErrors } from '../errors/selfsame-error.js';
import type { PinnedInput } from '../inputs/types.js';
import { byIdentity, formatLockFile } from './lock-format.js';
import type { LockFile } from './lock-format.js';
import type { LockedEnvironment, LockedPackage, LockedStage } from './types.js';

type Path = readonly (string | number)[];

/** One complaint about a value, before its place in the text is known. */
class Complaint extends Error {
  readonly path: Path;

  constructor(path: Path, what: string) {
    super(what);
    this.path = path;
  }
}

/** Bounds on a lock file: far above what real workspaces need, far below what hurts. */
const limits = {
  bytes: 256 * 1024 * 1024,
  environments: 1000,
  packages: 50_000,
  inputs: 200_000,
  releases: 64,
} as const;

const stageNames: readonly string[] = ['base', 'toolchain', 'packages'];

/**
 * Reads the text of a lock. Strict: unknown or repeated fields, package names, versions and paths that
 * could mean something else, and packages locked twice are refused.
 *
 * @param file the name for locations
 * @throws SelfsameError LOCK_INVALID with the line
 */
export async function parseLockFile(text: string, file: string): Promise<LockFile> {
  if (text.length > limits.bytes) throw invalid(file, `larger than ${limits.bytes} bytes`);
  if (text.trimStart().startsWith('<<<<<<<') || /^(?:<<<<<<<|>>>>>>>) /mu.test(text)) {
    throw new SelfsameError('LOCK_INVALID', `${file} holds marks of an unfinished merge`, {
      hint: 'resolve them (either side will do), then run: selfsame lock',
    });
  }
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (error) {
    await refuseThroughYaml(text, file);
    throw invalid(file, `not JSON (${(error as Error).message})`, error);
  }
  let lock: LockFile;
  try {
    lock = readLock(value);
  } catch (error) {
    if (!(error instanceof Complaint)) throw error;
    const location = await locate(text, file, error.path);
    const where = error.path.length === 0 ? '' : ` at ${error.path.join('.')}`;
    throw new SelfsameError(
      'LOCK_INVALID',
      `${file} is not a valid lock${where}: ${error.message}`,
      {
        hint: 'restore it from version control, or remove it and run: selfsame lock',
        ...(location === undefined ? {} : { location }),
      },
    );
  }
  // Our own spelling cannot hide anything; any other is read a second time by the strict reader, which refuses repeated keys.
  if (formatLockFile(lock) !== text) await refuseThroughYaml(text, file);
  return lock;
}

function invalid(file: string, why: string, cause?: unknown): SelfsameError {
  return new SelfsameError('LOCK_INVALID', `${file} is not a valid lock: ${why}`, {
    hint: 'restore it from version control, or remove it and run: selfsame lock',
    ...(cause === undefined ? {} : { cause }),
  });
}

/** JSON is YAML: the strict YAML reader gives the places, and refuses what JSON.parse lets pass. */
async function yamlFile(text: string, file: string) {
  const { parseYamlFile } = await import('../util/yaml/yaml-file.js');
  return parseYamlFile(text, file, {
    bytes: limits.bytes,
    depth: 64,
    nodes: 5_000_000,
    aliases: 0,
  });
}

async function refuseThroughYaml(text: string, file: string): Promise<void> {
  try {
    await yamlFile(text, file);
  } catch (error) {
    if (!(error instanceof SelfsameErrors)) throw error;
    const [first] = error.errors;
    throw new SelfsameError('LOCK_INVALID', `${file} is not a valid lock: ${first.message}`, {
      hint: 'restore it from version control, or remove it and run: selfsame lock',
      cause: first,
      ...(first.location === undefined ? {} : { location: first.location }),
    });
  }
}

async function locate(text: string, file: string, path: Path) {
  try {
    return (await yamlFile(text, file)).locate(path);
  } catch {
    return undefined;
  }
}

function readLock(value: unknown): LockFile {
  const lock = object(value, [], ['lockVersion', 'environments', 'inputs']);
  if (lock['lockVersion'] !== 1) {
    throw new Complaint(['lockVersion'], 'this selfsame reads lockVersion 1');
  }
  const environments = readRecord(
    lock['environments'],
    ['environments'],
    limits.environments,
    readEnvironment,
  );
  const inputs = readRecord(lock['inputs'], ['inputs'], limits.inputs, readInput);
  return { environments, inputs };
}

function readRecord<T>(
  value: unknown,
  path: Path,
  most: number,
  read: (value: unknown, path: Path, key: string) => T,
): Record<string, T> {
  const entries = Object.entries(record(value, path));
  if (entries.length > most) throw new Complaint(path, `more than ${most} entries`);
  const result: Record<string, T> = {};
  for (const [key, field] of entries) {
    if (key === '__proto__' || key === '' || key.length > 1000) {
      throw new Complaint([...path, key], 'not a usable name');
    }
    result[key] = read(field, [...path, key], key);
  }
  return result;
}

function readEnvironment(value: unknown, path: Path, name: string): LockedEnvironment {
  const fields = object(value, path, [
    ...['intent', 'distribution', 'suite', 'architecture', 'epoch', 'releases', 'stages'],
  ]);
  if (fields['distribution'] !== 'debian') {
    throw new Complaint([...path, 'distribution'], 'only "debian" is known');
  }
  const releases = list(fields['releases'], [...path, 'releases'], limits.releases).map(
    (item, index) => {
      const at = [...path, 'releases', index];
      const release = object(item, at, ['suite', 'date', 'sha256', 'signedBy']);
      return {
        suite: text(release['suite'], [...at, 'suite'], suitePattern, 'a suite'),
        date: text(release['date'], [...at, 'date'], datePattern, 'a date (YYYY-MM-DDTHH:MM:SSZ)'),
        sha256: sha256(release['sha256'], [...at, 'sha256']),
        signedBy: list(release['signedBy'], [...at, 'signedBy'], 64).map((key, keyIndex) =>
          text(key, [...at, 'signedBy', keyIndex], fingerprintPattern, 'a key fingerprint'),
        ),
      };
    },
  );
  return {
    name,
    intent: sha256(fields['intent'], [...path, 'intent']),
    distribution: 'debian',
    suite: text(fields['suite'], [...path, 'suite'], suitePattern, 'a suite'),
    architecture: text(
      fields['architecture'],
      [...path, 'architecture'],
      architecturePattern,
      'an architecture',
    ),
    epoch: integer(fields['epoch'], [...path, 'epoch'], 0, 253_402_300_799),
    releases,
    stages: readStages(fields['stages'], [...path, 'stages']),
  };
}

function readStages(value: unknown, path: Path): LockedStage[] {
  const seen = new Set<string>();
  let last = -1;
  return list(value, path, stageNames.length).map((item, index) => {
    const at = [...path, index];
    const stage = object(item, at, ['name', 'packages']);
    const rank = stageNames.indexOf(String(stage['name']));
    if (rank <= last) {
      throw new Complaint(
        [...at, 'name'],
        'the stages are base, toolchain, packages, in this order, each at most once',
      );
    }
    last = rank;
    const packages = list(stage['packages'], [...at, 'packages'], limits.packages).map(
      (entry, position) => {
        const place = [...at, 'packages', position];
        const locked = readPackage(entry, place);
        const identity = `${locked.name}:${locked.architecture}`;
        if (seen.has(identity)) throw new Complaint(place, `${identity} is locked twice`);
        seen.add(identity);
        return locked;
      },
    );
    return { name: stage['name'] as LockedStage['name'], packages: packages.sort(byIdentity) };
  });
}

function readPackage(value: unknown, path: Path): LockedPackage {
  const fields = object(value, path, ['name', 'version', 'architecture', 'size', 'sha256', 'path']);
  return {
    name: text(fields['name'], [...path, 'name'], packagePattern, 'a package name'),
    version: text(fields['version'], [...path, 'version'], versionPattern, 'a version'),
    architecture: text(
      fields['architecture'],
      [...path, 'architecture'],
      architecturePattern,
      'an architecture',
    ),
    sha256: sha256(fields['sha256'], [...path, 'sha256']),
    size: integer(fields['size'], [...path, 'size'], 1, 64 * 1024 ** 3),
    path: text(fields['path'], [...path, 'path'], poolPattern, 'a path below pool/'),
  };
}

function readInput(value: unknown, path: Path): PinnedInput {
  const fields = object(value, path, ['form', 'digest', 'origin'], ['fileName', 'date']);
  const { form, fileName, date } = fields;
  if (form !== 'file' && form !== 'tree')
    throw new Complaint([...path, 'form'], 'neither "file" nor "tree"');
  return {
    form,
    digest: sha256(fields['digest'], [...path, 'digest']),
    ...(fileName === undefined
      ? {}
      : { fileName: text(fileName, [...path, 'fileName'], fileNamePattern, 'a file name') }),
    ...(date === undefined ? {} : { date: integer(date, [...path, 'date'], 0, 253_402_300_799) }),
    origin: record(fields['origin'], [...path, 'origin']),
  };
}

/** Debian Policy 5.6.1 (names), 5.6.12 (versions); one more letter class than needed would be a way into paths. */
export const packagePattern = /^[a-z0-9][a-z0-9+.-]{1,127}$/u;
export const versionPattern = /^(?:[0-9]+:)?[0-9A-Za-z][0-9A-Za-z.+~-]{0,255}$/u;
export const architecturePattern = /^[a-z0-9][a-z0-9-]{0,31}$/u;
export const suitePattern = /^[a-z0-9][a-z0-9.+_-]{0,63}(?:\/[a-z0-9][a-z0-9.+_-]{0,63}){0,3}$/u;
const poolPattern = /^pool(?:\/[A-Za-z0-9+~_%:-][A-Za-z0-9+.~_%:-]{0,254}){1,12}\.deb$/u;
const fileNamePattern = /^(?!\.{1,2}$)[^/\0]{1,255}$/u;
const datePattern = /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}Z$/u;
const fingerprintPattern = /^(?:[0-9A-F]{40}|[0-9A-F]{64})$/u;
const sha256Pattern = /^[0-9a-f]{64}$/u;

function record(value: unknown, path: Path): Record<string, unknown> {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    throw new Complaint(path, 'not an object');
  }
  return value as Record<string, unknown>;
}

function object(
  value: unknown,
  path: Path,
  required: readonly string[],
  optional: readonly string[] = [],
): Record<string, unknown> {
  const fields = record(value, path);
  for (const key of Object.keys(fields)) {
    if (!required.includes(key) && !optional.includes(key)) {
      throw new Complaint([...path, key], 'unknown field');
    }
  }
  for (const key of required) {
    if (!Object.hasOwn(fields, key)) throw new Complaint(path, `"${key}" is missing`);
  }
  return fields;
}

function list(value: unknown, path: Path, most: number): readonly unknown[] {
  if (!Array.isArray(value)) throw new Complaint(path, 'not a list');
  if (value.length > most) throw new Complaint(path, `more than ${most} items`);
  return value;
}

function text(value: unknown, path: Path, pattern: RegExp, what: string): string {
  if (typeof value !== 'string' || !pattern.test(value)) throw new Complaint(path, `not ${what}`);
  return value;
}

function sha256(value: unknown, path: Path): string {
  return text(value, path, sha256Pattern, 'a sha256 (64 lower-case hexadecimal digits)');
}

function integer(value: unknown, path: Path, least: number, most: number): number {
  if (typeof value !== 'number' || !Number.isSafeInteger(value) || value < least || value > most) {
    throw new Complaint(path, `not a whole number from ${least} to ${most}`);
  }
  return value;
}
