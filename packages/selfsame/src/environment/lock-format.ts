import type { PinnedInput } from '../inputs/types.js';
import type { LockedEnvironment, LockedPackage } from './types.js';

/** What `selfsame.lock` says: facts for the intent of selfsame.yaml and the recipes, without any host name. */
export interface LockFile {
  /** By the environment's name. */
  readonly environments: Readonly<Record<string, LockedEnvironment>>;
  /** By `project@target/input`. */
  readonly inputs: Readonly<Record<string, PinnedInput>>;
}

/** The one spelling of a lock: keys sorted, one package and one input per line, so that merges and diffs stay small. */
export function formatLockFile(lock: LockFile): string {
  const environments = Object.entries(lock.environments)
    .sort(byKey)
    .map(([name, locked]) => `    ${JSON.stringify(name)}: ${formatEnvironment(locked)}`);
  const inputs = Object.entries(lock.inputs)
    .sort(byKey)
    .map(([key, input]) => `    ${JSON.stringify(key)}: ${spaced(sortKeys(input))}`);
  return (
    '{\n  "lockVersion": 1,\n' +
    `  "environments": ${block('{', environments, '}', '  ')},\n` +
    `  "inputs": ${block('{', inputs, '}', '  ')}\n}\n`
  );
}

function formatEnvironment(locked: LockedEnvironment): string {
  const indent = '      ';
  const facts = (['intent', 'distribution', 'suite', 'architecture', 'epoch'] as const).map(
    (key) => `${indent}"${key}": ${JSON.stringify(locked[key])},\n`,
  );
  const releases = locked.releases.map(
    ({ suite, sha256, date, signedBy }) =>
      `        ${spaced({ suite, date, sha256, signedBy: [...signedBy] })}`,
  );
  const stages = locked.stages.map(({ name, packages }) => {
    const lines = [...packages]
      .sort(byIdentity)
      .map((entry) => `            ${formatPackage(entry)}`);
    return `        {\n          "name": "${name}",\n          "packages": ${block('[', lines, ']', '          ')}\n        }`;
  });
  return (
    `{\n${facts.join('')}` +
    `${indent}"releases": ${block('[', releases, ']', indent)},\n` +
    `${indent}"stages": ${block('[', stages, ']', indent)}\n    }`
  );
}

function formatPackage({ name, version, architecture, sha256, size, path }: LockedPackage): string {
  return spaced({ name, version, architecture, size, sha256, path });
}

function block(open: string, lines: readonly string[], close: string, indent: string): string {
  return lines.length === 0 ? open + close : `${open}\n${lines.join(',\n')}\n${indent}${close}`;
}

/** JSON on one line with spaces after colons and commas, for people. */
function spaced(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(spaced).join(', ')}]`;
  if (typeof value !== 'object' || value === null) return JSON.stringify(value);
  const fields = Object.entries(value).filter(([, field]) => field !== undefined);
  return `{${fields.map(([key, field]) => `${JSON.stringify(key)}: ${spaced(field)}`).join(', ')}}`;
}

function sortKeys(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(sortKeys);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value)
      .sort(byKey)
      .map(([key, field]) => [key, sortKeys(field)]),
  );
}

function byKey(a: readonly [string, unknown], b: readonly [string, unknown]): number {
  return compareText(a[0], b[0]);
}

/** Order of packages in a lock: by name, then architecture, as ASCII. */
export function byIdentity(a: LockedPackage, b: LockedPackage): number {
  return compareText(a.name, b.name) || compareText(a.architecture, b.architecture);
}

function compareText(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
