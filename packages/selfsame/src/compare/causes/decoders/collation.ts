import type { Reading } from '../reading.js';
import { piecesOf } from './permutations.js';

/** The same lines, sorted by bytes on one side and by the rules of a language on the other. */
export interface Collation {
  readonly a: string;
  readonly b: string;
}

const known = new WeakMap<Uint8Array, { of: Uint8Array; found: Collation | undefined }>();

/** Lines that are sorted: fewer than `leastLines` are so by chance, unless the builds had different locales. */
const leastLines = 5;
const leastVaried = 3;
const mostLines = 5_000;

/** Whether both sides are sorted, each in another manner. Needs the whole contents. */
export function collationOf({ evidence }: Reading): Collation | undefined {
  const { wholeA, wholeB, canariesA, canariesB } = evidence;
  if (wholeA === undefined || wholeB === undefined) return undefined;
  const before = known.get(wholeA);
  if (before?.of === wholeB) return before.found;
  const varied = canariesA?.locale !== canariesB?.locale;
  const found = find(wholeA, wholeB, varied ? leastVaried : leastLines);
  known.set(wholeA, { of: wholeB, found });
  return found;
}

function find(wholeA: Uint8Array, wholeB: Uint8Array, least: number): Collation | undefined {
  if (wholeA.length !== wholeB.length || wholeA.length > 262_144) return undefined;
  const pieces = piecesOf(wholeA, wholeB, '\n');
  if (pieces?.same !== true) return undefined;
  const { linesA, linesB } = pieces;
  if (linesA.length < least || linesA.length > mostLines) return undefined;
  const [a, b] = [kindOf(linesA), kindOf(linesB)];
  return a === undefined || b === undefined || a === b ? undefined : { a, b };
}

const utf8 = (line: string): string => Buffer.from(line, 'latin1').toString('utf8');

/** Rules by which lists are sorted: glibc's locales ignore punctuation at first; Estonian has z before t. */
const collators = ['en', 'et', 'sv', 'de'].flatMap((language) =>
  [false, true].map((ignorePunctuation) => ({
    name: `sorted as in ${language}`,
    compare: new Intl.Collator(language, { ignorePunctuation }).compare,
  })),
);

function kindOf(lines: readonly string[]): string | undefined {
  if (isSorted(lines, (one, other) => (one < other ? -1 : one > other ? 1 : 0)))
    return 'sorted by bytes';
  const decoded = lines.map(utf8);
  return collators.find(({ compare }) => isSorted(decoded, compare))?.name;
}

function isSorted(
  lines: readonly string[],
  compare: (one: string, other: string) => number,
): boolean {
  return lines.every((line, index) => index === 0 || compare(lines[index - 1] ?? '', line) <= 0);
}
