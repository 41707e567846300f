import { open, readFile, stat } from 'node:fs/promises';

import type { Context } from '../../context.js';
import { findRootCauses } from '../containment/graph.js';
import { graphOfHashLists } from '../containment/of-hash-lists.js';
import type { HeldDigests } from '../containment/of-hash-lists.js';
import { newDifference } from '../difference.js';
import type { CompareReport, Difference } from '../types.js';
import type { Pair } from './align.js';
import { compareHashLists } from './compare-hash-lists.js';
import type { HashListComparison } from './compare-hash-lists.js';
import { hashDirectory } from './hash-directory.js';
import { hashListBounds } from './hash-list.js';
import type { HashEntry, HashList } from './hash-list.js';
import { canBeHashList, headBytes, readHashList } from './read-hash-list.js';

/** One side of a comparison, read as far as to know what it is. */
export type Operand =
  | {
      readonly type: 'list';
      readonly name: string;
      readonly list: HashList;
      /** Of the file it is in; undefined: it came from elsewhere. */
      readonly path?: string;
    }
  | { readonly type: 'path'; readonly name: string; readonly path: string };

/**
 * A file or directory of this machine, or the list that the file is. Rejects as `fs` does for what is not there.
 */
export async function readLocalOperand(path: string): Promise<Operand> {
  const facts = await stat(path);
  const { bytes } = hashListBounds;
  if (
    facts.isFile() &&
    facts.size > 0 &&
    facts.size <= bytes &&
    canBeHashList(await headOf(path))
  ) {
    const list = readHashList(await readFile(path));
    if (!('problem' in list)) return { type: 'list', name: path, list, path };
  }
  return { type: 'path', name: path, path };
}

/** Archives and images are not read whole to find out that they are no lists. */
async function headOf(path: string): Promise<Uint8Array> {
  const file = await open(path);
  try {
    const { buffer, bytesRead } = await file.read(Buffer.alloc(headBytes), 0, headBytes, 0);
    return buffer.subarray(0, bytesRead);
  } finally {
    await file.close();
  }
}

/**
 * Compares two lists, or a list with the files of a directory. Undefined: the two are something else, to be compared byte by
 * byte.
 */
export async function compareOperands(
  a: Operand,
  b: Operand,
  context: Pick<Context, 'signal'>,
): Promise<CompareReport | undefined> {
  const started = performance.now();
  if (a.type === 'path' && b.type === 'path') return undefined;
  const left = await asList(a, b, context.signal);
  const right = await asList(b, a, context.signal);
  if (left === undefined || right === undefined) return undefined;
  return compareLists(
    { name: a.name, list: left },
    { name: b.name, list: right },
    undefined,
    started,
  );
}

/** A list and what it is called. */
export interface NamedList {
  readonly name: string;
  readonly list: HashList;
}

/** Compares what two lists say. @param held what the files that they speak of hold, where that is known */
export function compareLists(
  a: NamedList,
  b: NamedList,
  held?: HeldDigests,
  started = performance.now(),
): CompareReport {
  const [left, right] = [a.list, b.list];
  const names = { a: a.name, b: b.name };
  const comparison = withoutUnlisted(compareHashLists(left, right, names), left, right);
  return report(a.name, b.name, left, right, comparison, held, performance.now() - started);
}

/** Files of a directory that a list does not speak of are no difference: a list says nothing about them. */
function withoutUnlisted(
  comparison: HashListComparison,
  left: HashList,
  right: HashList,
): HashListComparison {
  const isUnlisted = ({ a, b }: Pair): boolean =>
    (left.format === 'directory' && b === undefined) ||
    (right.format === 'directory' && a === undefined);
  const unlisted = comparison.pairs.filter(isUnlisted);
  if (unlisted.length === 0) return comparison;
  const names = new Set(unlisted.map(({ a, b }) => (a ?? b)?.path ?? ''));
  const side = left.format === 'directory' ? 'only-a' : 'only-b';
  const { difference } = comparison;
  const children = (difference?.children ?? []).filter(
    ({ name, presence }) => presence !== side || !names.has(name),
  );
  const isSame =
    difference === undefined || (children.length === 0 && difference.fields.length === 0);
  return {
    ...comparison,
    difference: isSame ? undefined : { ...difference, children },
    pairs: comparison.pairs.filter((pair) => !isUnlisted(pair)),
    notes: [
      ...comparison.notes,
      `${names.size} ${names.size === 1 ? 'file is' : 'files are'} not in the list: ${[...names].slice(0, 10).join(', ')}${names.size > 10 ? ', …' : ''}`,
    ],
  };
}

async function asList(
  operand: Operand,
  other: Operand,
  signal: AbortSignal,
): Promise<HashList | undefined> {
  if (operand.type === 'list') return operand.list;
  if (other.type !== 'list' || !(await stat(operand.path)).isDirectory()) return undefined;
  const kinds = new Set(other.list.entries.map(({ algorithm }) => algorithm));
  return hashDirectory(operand.path, kinds, signal);
}

function report(
  a: string,
  b: string,
  left: HashList,
  right: HashList,
  comparison: HashListComparison,
  held: HeldDigests | undefined,
  milliseconds: number,
): CompareReport {
  const { difference, pairs, incomparable } = comparison;
  const differing = pairs.filter((pair) => pair.a?.digest !== pair.b?.digest);
  const measured = measuredOnly(left, new Set(differing.flatMap((pair) => pair.a ?? [])));
  const notes = [
    ...comparison.notes,
    ...weakOnly(pairs),
    ...measured.map(
      ({ path }) =>
        `${path} is in no archive of the list: it was measured, but is not part of them`,
    ),
  ];
  const unknown = new Set(incomparable.flatMap((pair) => [pair.a, pair.b]));
  const known = pairs.filter((pair) => !unknown.has(pair.a ?? pair.b));
  const { nodes, containments } = graphOfHashLists(known, left, right, a, held);
  return {
    version: 1,
    a,
    b,
    lists: true,
    verdict:
      difference !== undefined ? 'differs' : incomparable.length > 0 ? 'undecided' : 'identical',
    difference: difference ?? (incomparable.length > 0 ? newDifference(a) : undefined),
    rootCauses: findRootCauses(nodes, containments),
    ignored: [],
    hidden: [],
    unexamined: [
      ...incomparable.map((pair) => ({
        place: [(pair.a ?? pair.b)?.path ?? ''],
        reason: 'unsupported' as const,
        detail: `has a ${pair.a?.algorithm ?? ''} in one list and a ${pair.b?.algorithm ?? ''} in the other`,
      })),
    ],
    notes,
    totals: {
      files: pairs.length,
      bytes: pairs.reduce((sum, pair) => sum + (pair.a?.size ?? 0) + (pair.b?.size ?? 0), 0),
      differing: countDiffering(difference),
      differingDirectories: 0,
      milliseconds,
    },
    deep: [],
  };
}

/** Says of digests that prove nothing against somebody who wants them to be equal. */
function weakOnly(pairs: readonly Pair[]): string[] {
  const isWeak = ({ algorithm }: HashEntry): boolean => algorithm === 'md5' || algorithm === 'sha1';
  const strong = new Set(pairs.flatMap(({ a }) => (a !== undefined && !isWeak(a) ? [a.path] : [])));
  const weak = pairs.filter(
    ({ a, b }) => a !== undefined && b !== undefined && isWeak(a) && !strong.has(a.path),
  );
  return weak.length === 0
    ? []
    : [
        `${weak.length} of them ${weak.length === 1 ? 'was' : 'were'} compared by ${[...new Set(weak.map(({ a }) => a?.algorithm ?? ''))].join(' and ')} only: files that differ can be made to have the same`,
      ];
}

function countDiffering(root: Difference | undefined): number {
  let count = 0;
  const waiting = [...(root?.children ?? [])];
  for (let next = waiting.pop(); next !== undefined; next = waiting.pop()) {
    count++;
    waiting.push(...next.children);
  }
  return count;
}

/** Entries that differ and are in none of the archives listed: measured, but not shipped. Known of lists that say what is in what. */
export function measuredOnly(list: HashList, differing: ReadonlySet<HashEntry>): HashEntry[] {
  const isHolder = new Set(list.entries.map(({ within }) => within));
  isHolder.delete(undefined);
  if (isHolder.size === 0) return [];
  const packed = new Set(
    list.entries.filter(({ within }) => within !== undefined).map(({ digest }) => digest),
  );
  return list.entries.filter(
    (entry, index) =>
      entry.within === undefined &&
      !isHolder.has(index) &&
      differing.has(entry) &&
      !packed.has(entry.digest) &&
      !imageName.test(entry.path),
  );
}

/** What is an end in itself, in Heads. */
const imageName = /\.(?:rom|npf|zip|xz|cpio)$|(?:^|\/)(?:bzImage|zImage|vmlinuz)(?:\.bundled)?$/;
