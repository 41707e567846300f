import { stat } from 'node:fs/promises';
import { basename, resolve } from 'node:path';
import { SelfsameError } from '../errors/selfsame-error.js';
import { compareBytes } from './compare-contents.js';
import { compareByPath, compareDirectories } from './compare-trees.js';
import { openFile } from './content/file-content.js';
import type { Content } from './formats/format.js';
import { DeepLook, type DeepOptions } from './diffoscope/deep-look.js';
import { makeReport } from './make-report.js';
import { noteChangedNumbers } from './normalisers/changed-numbers.js';
import { DifferingSums } from './normalisers/differing-sums.js';
import type { Normaliser } from './normalisers/normaliser.js';
import { noteSameTexts } from './normalisers/same-texts.js';
import { withSession, type CompareOptions, type Session } from './session.js';
import type { CompareReport, Difference } from './types.js';

export type { CompareOptions } from './session.js';

/** What `compare` may be told besides. */
export interface ReportOptions extends CompareOptions {
  /** Differences that do not count, in the order in which they are asked. */
  readonly ignore?: readonly Normaliser[];
  /** Shows diffoscope what no cause explains. */
  readonly deep?: DeepOptions;
}

/**
 * Compares two files or two directories of this machine: what differs, where, and why.
 *
 * @param a as it was given; symbolic links that lead to it are followed, those inside are not
 * @throws SelfsameError COMPARE_NOT_FOUND, COMPARE_UNREADABLE, COMPARE_DIFFERENT_KINDS; the reason of the signal
 */
export async function compare(
  a: string,
  b: string,
  options: ReportOptions = {},
): Promise<CompareReport> {
  const [kindA, kindB] = [await operandKind(a), await operandKind(b)];
  if (kindA !== kindB) {
    const message = `${a} is a ${kindA} and ${b} is a ${kindB}, which have nothing to compare`;
    const hint =
      'give two files or two directories: an archive against another archive of the same kind';
    throw new SelfsameError('COMPARE_DIFFERENT_KINDS', message, { hint });
  }
  const { ignore = [], deep } = options;
  return withSession(options, async (session) => {
    if (ignore.length > 0) {
      session.sums = new DifferingSums();
      session.leafWatchers.push(noteChangedNumbers(session.changedNumbers));
    }
    if (ignore.some(({ text }) => text !== undefined)) {
      session.leafWatchers.push(noteSameTexts(session.sameTexts, ignore));
    }
    const look = deep === undefined ? undefined : new DeepLook(session);
    if (look !== undefined) session.leafWatchers.push(look.watch);
    const difference =
      kindA === 'directory'
        ? await compareDirectories(session, { a, b, place: [nameOf(a)] })
        : await compareFiles(session, a, b);
    const named = difference && withNames(difference, a, b);
    const report = makeReport(session, a, b, named, ignore);
    return deep === undefined || look === undefined ? report : look.addTo(report, deep);
  });
}

/**
 * What differs between two directories, its root a difference of format `directory` with one child for each path;
 * undefined: nothing of what is compared.
 *
 * @throws the reason of the signal
 */
export function compareTrees(
  treeA: string,
  treeB: string,
  options: CompareOptions = {},
): Promise<Difference | undefined> {
  return withSession(options, (session) =>
    compareDirectories(session, { a: treeA, b: treeB, place: [nameOf(treeA)] }),
  );
}

/**
 * What differs between two contents; undefined: every byte is equal.
 *
 * @param name of the artifact, which readers may take as a hint
 * @throws the reason of the signal
 */
export function compareContents(
  a: Content,
  b: Content,
  name: string,
  options: CompareOptions = {},
): Promise<Difference | undefined> {
  return withSession(options, (session) =>
    compareBytes(session, a, b, { place: [name], formats: [] }),
  );
}

/**
 * What differs between two trees, by artifact: keys are paths below the trees, `/`-separated, of `only` if it is
 * given, else of all. Artifacts that are equal have no entry; one that could not be compared has one, with
 * `unexamined`. A path that one side lacks is a difference of presence. Places begin with the path of the artifact.
 * Never follows symbolic links.
 *
 * @throws FormatError `too-large` when there are more files than the bound; the reason of the signal
 */
export function compareArtifacts(
  treeA: string,
  treeB: string,
  options: CompareOptions & { readonly only?: readonly string[] } = {},
): Promise<ReadonlyMap<string, Difference>> {
  const only = options.only === undefined ? undefined : new Set(options.only);
  return withSession(options, (session) =>
    compareByPath(session, { a: treeA, b: treeB, place: [] }, only),
  );
}

async function compareFiles(
  session: Session,
  pathA: string,
  pathB: string,
): Promise<Difference | undefined> {
  const a = await openOperand(pathA);
  try {
    const b = await openOperand(pathB);
    try {
      session.totals.files += 1;
      session.totals.bytes += a.size + b.size;
      return await compareBytes(session, a, b, { place: [nameOf(pathA)], formats: [] });
    } finally {
      await b.close();
    }
  } finally {
    await a.close();
  }
}

async function openOperand(path: string) {
  try {
    return await openFile(path, { follow: true });
  } catch (cause) {
    const why = (cause as Error).message;
    throw new SelfsameError('COMPARE_UNREADABLE', `${path} cannot be compared: ${why}`, { cause });
  }
}

async function operandKind(path: string): Promise<'file' | 'directory'> {
  try {
    const stats = await stat(path);
    if (stats.isDirectory()) return 'directory';
    if (stats.isFile()) return 'file';
  } catch (cause) {
    const { code } = cause as NodeJS.ErrnoException;
    if (code === 'ENOENT' || code === 'ENOTDIR') {
      throw new SelfsameError('COMPARE_NOT_FOUND', `there is nothing at ${path}`, {
        hint: 'check the spelling of the path',
        cause,
      });
    }
    throw new SelfsameError('COMPARE_UNREADABLE', `${path} cannot be compared: ${code}`, { cause });
  }
  throw new SelfsameError(
    'COMPARE_UNREADABLE',
    `${path} cannot be compared: it is neither a file nor a directory`,
    { hint: 'save what it gives to a file, and compare that' },
  );
}

/** The last part of a path, also of `.` and `/`. */
function nameOf(path: string): string {
  return basename(resolve(path)) || '/';
}

function withNames(difference: Difference, a: string, b: string): Difference {
  const [nameA, nameB] = [nameOf(a), nameOf(b)];
  return nameA === nameB ? difference : { ...difference, nameInB: nameB };
}
