import { differingFields } from '../compare-fields.js';
import { newDifference, unexaminedBy } from '../difference.js';
import { findingsOf, merged } from '../findings.js';
import { FormatError } from '../formats/format.js';
import type { Session } from '../session.js';
import type { Difference, FieldDifference, Place } from '../types.js';
import { shownPath, systemPath } from './entry.js';
import { areAlike, entryFields } from './entry-fields.js';
import { equalFiles, type Equality, type FilePair } from './equal-files.js';
import { lookIntoFiles, type DifferingFiles } from './look-into-files.js';
import { pathOf, type EntryPair } from './walk-trees.js';

/** Two trees. */
export interface Trees {
  readonly a: string;
  readonly b: string;
  /** Of the trees themselves. */
  readonly place: Place;
}

/** What differs in one pair. */
export interface Shown {
  /** Of the pair, one character for each byte. */
  readonly path: string;
  readonly difference: Difference;
}

/** What differs in some of the pairs, or could not be compared. */
export interface Differing {
  /** In order of the pairs. */
  readonly shown: readonly Shown[];
  /** Those that are not shown as there is no room for them. */
  readonly more: MoreDiffering;
}

export interface MoreDiffering {
  readonly files: number;
  /** Pairs that are directories and nothing else. */
  readonly directories: number;
}

/**
 * The difference of each pair that has one.
 *
 * @param room how many may be described; others are only counted
 */
export async function compareEntries(
  session: Session,
  trees: Trees,
  pairs: readonly EntryPair[],
  room: number,
): Promise<Differing> {
  const equality = await equalityOf(session, trees, pairs);
  const shown: { readonly path: string; difference: Difference }[] = [];
  const inside: { readonly at: number; readonly files: DifferingFiles }[] = [];
  const more = { files: 0, directories: 0 };
  for (const [index, pair] of pairs.entries()) {
    const { a, b } = pair;
    const content = equality[index] ?? 'equal';
    const isFolder = areFolders(pair);
    if (!isFolder) session.totals.files += 1;
    if (a?.kind === 'file' && b?.kind === 'file') session.totals.bytes += a.size + b.size;
    const outside = outsideOf(session, trees, pair);
    if (outside === undefined && content === 'equal') continue;
    if (shown.length >= room) {
      more[isFolder ? 'directories' : 'files'] += 1;
      continue;
    }
    const path = pathOf(pair);
    const name = shownPath(path);
    const place = [...trees.place, name];
    if (isFolder) session.folders.add(name);
    const problem = content instanceof FormatError ? content : outside?.problem;
    if (problem !== undefined) session.undecided.add(JSON.stringify(place));
    if (content === 'differs' && a !== undefined && b !== undefined) {
      const [pathA, pathB] = [systemPath(trees.a, a.bytes), systemPath(trees.b, b.bytes)];
      inside.push({ at: shown.length, files: { pathA, pathB, where: { place, formats: [] } } });
    }
    const difference = describeEntry(session, pair, place, outside);
    const unexamined = problem === undefined ? [] : [unexaminedBy(problem, place)];
    shown.push({ path, difference: { ...difference, unexamined } });
  }
  const looked = await lookIntoFiles(
    session,
    inside.map(({ files }) => files),
  );
  for (const [index, { at }] of inside.entries()) {
    const [of, outer] = [looked[index], shown[at]];
    if (of !== undefined && outer !== undefined) outer.difference = joined(outer.difference, of);
  }
  return { shown, more };
}

/** Whether neither is anything but a directory. */
function areFolders({ a, b }: EntryPair): boolean {
  return (a ?? b)?.kind === 'directory' && (b ?? a)?.kind === 'directory';
}

/** Of pairs of files, whether they hold the same; undefined: they are no two files. */
async function equalityOf(
  session: Session,
  trees: Trees,
  pairs: readonly EntryPair[],
): Promise<(Equality | undefined)[]> {
  const all = new Array<Equality | undefined>(pairs.length).fill(undefined);
  const candidates: (FilePair & { readonly index: number })[] = [];
  for (const [index, { a, b }] of pairs.entries()) {
    if (a?.kind !== 'file' || b?.kind !== 'file') continue;
    if (a.size === b.size) candidates.push({ index, path: a.bytes, pathB: b.bytes, size: a.size });
    else all[index] = 'differs';
  }
  const answers = await equalFiles(session, trees.a, trees.b, candidates);
  for (const [at, { index }] of candidates.entries()) all[index] = answers[at];
  return all;
}

/** What differs besides what files hold. */
interface Outside {
  readonly fields: readonly FieldDifference[];
  readonly types: Difference['types'];
  readonly problem: FormatError | undefined;
}

/** Undefined: nothing. */
function outsideOf(session: Session, trees: Trees, { a, b }: EntryPair): Outside | undefined {
  if (a === undefined || b === undefined) return nothingElse;
  const metadata = session.options.metadata === true;
  const isRenamed = a.bytes !== b.bytes;
  if (!isRenamed && areAlike(a, b, metadata)) return undefined;
  try {
    const fields = differingFields(
      entryFields(trees.a, a, metadata),
      entryFields(trees.b, b, metadata),
    );
    for (const field of fields) session.fieldsAround.add(field);
    const types = a.kind === b.kind ? undefined : ([a.kind, b.kind] as const);
    const differs = isRenamed || fields.length > 0 || types !== undefined;
    return differs ? { fields, types, problem: undefined } : undefined;
  } catch (error) {
    return { ...nothingElse, problem: session.reasonOf(error) };
  }
}

const nothingElse: Outside = { fields: [], types: undefined, problem: undefined };

/** The difference of a pair without what files hold. */
function describeEntry(
  session: Session,
  { a, b }: EntryPair,
  place: Place,
  outside: Outside | undefined,
): Difference {
  const isRenamed = a !== undefined && b !== undefined && a.bytes !== b.bytes;
  const difference = newDifference(place.at(-1) ?? '', {
    nameInB: isRenamed ? shownPath(b.bytes) : undefined,
    sizeA: a?.kind === 'file' ? a.size : undefined,
    sizeB: b?.kind === 'file' ? b.size : undefined,
    presence: a === undefined ? 'only-b' : b === undefined ? 'only-a' : 'both',
    fields: outside?.fields ?? [],
    types: outside?.types,
  });
  if (outside === undefined || outside.problem !== undefined) return difference;
  session.takeDifference();
  const subject = { place, formats: [], contentDiffers: outside.types !== undefined };
  return { ...difference, findings: findingsOf(session, difference, subject) };
}

/** What is said of the file and of what it holds. */
function joined(outer: Difference, inside: Difference): Difference {
  return {
    ...inside,
    nameInB: outer.nameInB,
    fields: [...outer.fields, ...inside.fields],
    findings: merged([...outer.findings, ...inside.findings]),
    unexamined: [...outer.unexamined, ...inside.unexamined],
  };
}
