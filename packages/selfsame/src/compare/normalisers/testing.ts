import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { compare } from '../compare.js';
import type { Format } from '../formats/format.js';
import type { CompareReport } from '../types.js';
import { normalisersNamed } from './normalisers.js';

export type ReportOf = (
  a: Uint8Array | string,
  b: Uint8Array | string,
  ignore: readonly string[],
  formats?: readonly Format[],
) => Promise<CompareReport>;

/** What is said of two files with these bytes, written to a folder, when the normalisers of these names are used. */
export function reportIn(scratch: string, ...asked: Parameters<ReportOf>): Promise<CompareReport> {
  const [a, b, ignore, formats] = asked;
  const [inA, inB] = [join(scratch, 'a'), join(scratch, 'b')];
  writeFileSync(inA, a);
  writeFileSync(inB, b);
  return compare(inA, inB, {
    ignore: normalisersNamed(ignore),
    ...(formats !== undefined && { formats }),
  });
}
