import { stat } from 'node:fs/promises';

import type { Context } from '../context.js';
import { SelfsameError } from '../errors/selfsame-error.js';
import { compare } from './compare.js';
import type { ReportOptions } from './compare.js';
import { withBuilds } from './containment/of-builds.js';
import { compareLists, compareOperands } from './hash-lists/compare-operands.js';
import type { Operand } from './hash-lists/compare-operands.js';
import { readArtifacts, withContents } from './hash-lists/with-artifacts.js';
import type { ArtifactDirectories } from './hash-lists/with-artifacts.js';
import { openOperand } from './read-operand.js';
import { withSession } from './session.js';
import type { CompareReport } from './types.js';

export interface CompareAnyOptions extends ReportOptions {
  readonly cwd: string;
  /** Lists of hashes are files like others. */
  readonly asFiles: boolean;
  /** Where the files are that two lists speak of: absolute paths. */
  readonly artifacts: ArtifactDirectories;
}

/**
 * Compares what two operands are: files, directories, lists of hashes, of this machine or at an http(s) address.
 *
 * @throws SelfsameError COMPARE_*, and what downloads throw
 */
export async function compareAny(
  a: string,
  b: string,
  options: CompareAnyOptions,
  context: Pick<Context, 'signal' | 'settings'>,
): Promise<CompareReport> {
  const left = await openOperand(a, options, context);
  try {
    const right = await openOperand(b, options, context);
    try {
      const report = await compareTwo(left.operand, right.operand, options, context);
      return { ...report, a, b };
    } finally {
      await right.close();
    }
  } finally {
    await left.close();
  }
}

async function compareTwo(
  a: Operand,
  b: Operand,
  options: CompareAnyOptions,
  context: Pick<Context, 'signal'>,
): Promise<CompareReport> {
  const { artifacts: directories } = options;
  const hasArtifacts = directories.a !== undefined || directories.b !== undefined;
  if (a.type === 'list' && b.type === 'list' && hasArtifacts) {
    return withSession(options, async (session) => {
      const artifacts = await readArtifacts(session, directories);
      return withContents(session, compareLists(a, b, artifacts.held), artifacts);
    });
  }
  if (hasArtifacts)
    throw new SelfsameError('WRONG_USE', 'artifacts belong to two lists of hashes', {
      hint: `${a.type === 'list' ? b.name : a.name} is none: leave out --artifacts-a and --artifacts-b`,
    });
  const ofLists = await compareOperands(a, b, context);
  if (ofLists !== undefined) return ofLists;
  const [pathA, pathB] = [pathOf(a), pathOf(b)];
  const report = await compare(pathA, pathB, options);
  return (await stat(pathA)).isDirectory() ? withBuilds(report, pathA, pathB) : report;
}

/** A list beside a plain file is a file, too; from an address it has no place here. */
function pathOf(operand: Operand): string {
  if (operand.type === 'path') return operand.path;
  if (operand.path !== undefined) return operand.path;
  throw new SelfsameError(
    'COMPARE_DIFFERENT_KINDS',
    `${operand.name} is a list of hashes, which has nothing to compare with a file`,
    { hint: 'give another list, or a directory with the files that it lists' },
  );
}
