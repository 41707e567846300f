import { FormatError, type Field, type FormatAccess } from '../format.js';
import { checkStopped } from '../reading/limits.js';
import { cutOff, type Window } from '../reading/window.js';

/** Devicetree Specification 0.4, 5.2: ten numbers of four bytes, big-endian. */
export const headerBytes = 40;
const magic = 0xd00dfeed;

export interface Header {
  /** Bytes of the tree with all of its blocks. */
  readonly size: number;
  readonly structure: number;
  readonly structureSize: number;
  readonly strings: number;
  readonly stringsSize: number;
  readonly reservations: number;
  readonly fields: readonly Field[];
}

export function isDevicetree(head: Uint8Array): boolean {
  const bytes = Buffer.from(head.buffer, head.byteOffset, head.byteLength);
  return (
    bytes.length >= headerBytes &&
    bytes.readUInt32BE(0) === magic &&
    bytes.readUInt32BE(4) >= headerBytes
  );
}

const numbers = [
  ['totalsize', 'size', 4],
  ['off_dt_struct', 'size', 8],
  ['off_dt_strings', 'size', 12],
  ['off_mem_rsvmap', 'size', 16],
  ['version', 'version', 20],
  ['last_comp_version', 'version', 24],
  ['boot_cpuid_phys', 'other', 28],
  ['size_dt_strings', 'size', 32],
  ['size_dt_struct', 'size', 36],
] as const;

/** @throws FormatError `damaged` where a block lies outside; `unsupported` before version 17 */
export async function readHeader(window: Window): Promise<Header> {
  const bytes = Buffer.from(await window.exactly(0, headerBytes, 'the header'));
  const number = (at: number): number => bytes.readUInt32BE(at);
  if (number(20) < 17) throw new FormatError('unsupported', `it has version ${number(20)}`);
  const header: Header = {
    ...{ size: number(4), structure: number(8), structureSize: number(36) },
    ...{ strings: number(12), stringsSize: number(32), reservations: number(16) },
    fields: numbers.map(([name, kind, at]) => {
      return { name, kind, value: `${number(at)}`, offset: at };
    }),
  };
  const { size, structure, structureSize, strings, stringsSize, reservations } = header;
  if (size > window.content.size) throw cutOff('the tree');
  if (structure % 4 !== 0) throw new FormatError('damaged', 'its nodes are not aligned');
  const ends = [structure + structureSize, strings + stringsSize, reservations + 16];
  if (Math.max(...ends) > size || Math.min(structure, strings, reservations) < headerBytes)
    throw new FormatError('damaged', 'a block of it lies outside of the tree');
  return header;
}

/** Entries of the memory reservation block: of no machine more than a few. */
const mostReservations = 4096;

/** Where the block ends: pairs of 64-bit numbers up to one of zeros (5.3). */
export async function reservationsEnd(
  window: Window,
  { reservations, size }: Header,
  access: FormatAccess,
): Promise<number> {
  for (let entry = 0; entry < mostReservations; entry += 1) {
    checkStopped(access);
    const at = reservations + 16 * entry;
    if (at + 16 > size) break;
    const pair = await window.exactly(at, 16, 'the memory reservations');
    if (pair.every((byte) => byte === 0)) return at + 16;
  }
  throw new FormatError('damaged', 'its memory reservations do not end');
}
