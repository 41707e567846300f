import { resolve } from 'node:path';
import { compare, type ReportOptions } from '../compare/compare.js';
import {
  compareOperands as compareLists,
  readLocalOperand,
} from '../compare/hash-lists/compare-operands.js';
import type { CompareReport } from '../compare/types.js';
import type { CommandContext } from './command.js';

/** One side of a comparison. */
export interface Operand {
  /** As it was given. */
  readonly name: string;
  /** Where it is on this machine. */
  readonly path: string;
}

/** What a person named on the command line. */
export function readOperand(name: string, { cwd }: CommandContext): Promise<Operand> {
  return Promise.resolve({ name, path: resolve(cwd, name) });
}

/**
 * Compares two of them: as lists of hashes where they are that, else byte by byte.
 *
 * @throws SelfsameError of `compare`; the reason of the signal
 */
export async function compareOperands(
  a: Operand,
  b: Operand,
  options: ReportOptions & { readonly signal: AbortSignal },
): Promise<CompareReport> {
  const lists = await asLists(a, b, options.signal);
  return { ...(lists ?? (await compare(a.path, b.path, options))), a: a.name, b: b.name };
}

async function asLists(a: Operand, b: Operand, signal: AbortSignal) {
  const read = async ({ name, path }: Operand) => {
    try {
      return { ...(await readLocalOperand(path)), name };
    } catch {
      // What is not there, or cannot be read, is said by the comparison itself.
      return undefined;
    }
  };
  const [listA, listB] = [await read(a), await read(b)];
  if (listA === undefined || listB === undefined) return undefined;
  return compareLists(listA, listB, { signal });
}
