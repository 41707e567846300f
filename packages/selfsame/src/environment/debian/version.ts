/**
 * Compares two Debian versions (Debian Policy 5.6.12, deb-version(7)): negative when `a` is older,
 * positive when it is newer, 0 when they are equal in that order (`1.0` and `1.00` are).
 */
export function compareVersions(a: string, b: string): number {
  const [left, right] = [split(a), split(b)];
  return (
    left.epoch - right.epoch ||
    comparePart(left.upstream, right.upstream) ||
    comparePart(left.revision, right.revision)
  );
}

function split(version: string): { epoch: number; upstream: string; revision: string } {
  const colon = version.indexOf(':');
  const rest = version.slice(colon + 1);
  const dash = rest.lastIndexOf('-');
  return {
    epoch: colon < 0 ? 0 : Number(version.slice(0, colon)),
    upstream: dash < 0 ? rest : rest.slice(0, dash),
    revision: dash < 0 ? '' : rest.slice(dash + 1),
  };
}

function comparePart(a: string, b: string): number {
  let [i, j] = [0, 0];
  while (i < a.length || j < b.length) {
    while (isNoDigit(a[i]) || isNoDigit(b[j])) {
      const difference = weight(a[i]) - weight(b[j]);
      if (difference !== 0) return difference;
      i++;
      j++;
    }
    const [left, right] = [digits(a, i), digits(b, j)];
    i += left.length;
    j += right.length;
    const difference = BigInt(left || '0') - BigInt(right || '0');
    if (difference !== 0n) return difference < 0n ? -1 : 1;
  }
  return 0;
}

function isNoDigit(character: string | undefined): boolean {
  return character !== undefined && !/[0-9]/u.test(character);
}

/** A tilde before the end, the end (and digits) before letters, letters before the rest. */
function weight(character: string | undefined): number {
  if (character === undefined || /[0-9]/u.test(character)) return 0;
  if (character === '~') return -1;
  return character.charCodeAt(0) + (/[A-Za-z]/u.test(character) ? 0 : 256);
}

function digits(text: string, from: number): string {
  return /^[0-9]*/u.exec(text.slice(from))?.[0] ?? '';
}

const operators: Readonly<Record<string, (difference: number) => boolean>> = {
  '<<': (difference) => difference < 0,
  '<=': (difference) => difference <= 0,
  '=': (difference) => difference === 0,
  '>=': (difference) => difference >= 0,
  '>>': (difference) => difference > 0,
};

/** One package named in a relation field (Debian Policy 7.1), alternatives flattened. */
export interface Relation {
  readonly name: string;
  matches(version: string): boolean;
}

/** Parses `Replaces` or `Pre-Depends`; parts that are not understood are left out. */
export function parseRelations(field: string | undefined): readonly Relation[] {
  return (field ?? '').split(/[,|]/u).flatMap((part): Relation[] => {
    const match =
      /^\s*([a-z0-9][a-z0-9+.-]*)(?::[a-z0-9-]+)?\s*(?:\(\s*(<<|<=|=|>=|>>)\s*([^\s)]+)\s*\))?\s*$/u.exec(
        part,
      );
    if (match === null) return [];
    const [, name = '', operator, bound = ''] = match;
    const holds = operator === undefined ? undefined : operators[operator];
    return [{ name, matches: (version) => holds?.(compareVersions(version, bound)) ?? true }];
  });
}
