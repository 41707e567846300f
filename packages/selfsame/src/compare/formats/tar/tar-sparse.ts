import { FormatError } from '../format.js';
import type { Content, Field, FormatAccess } from '../format.js';
import { checkStopped } from '../reading/limits.js';
import { hexText } from '../reading/text.js';
import type { Window } from '../reading/window.js';
import { blockBytes, tarNumber } from './tar-fields.js';
import type { TarHeader } from './tar-fields.js';
import { paxNumber, paxValue } from './tar-pax.js';
import type { PaxRecord } from './tar-pax.js';

/** A run of a sparse file that is stored. */
interface Run {
  readonly offset: number;
  readonly length: number;
}

/** How a sparse file is stored (GNU tar manual, "Storing Sparse Files"). */
export interface SparseMap {
  readonly realSize: number;
  readonly runs: readonly Run[];
  /** Bytes of headers after the entry's own (old GNU), and of the map before the data (pax 1.0). */
  readonly extraHeaderBytes: number;
  readonly mapBytes: number;
}

/** Runs of one file; each takes at least 4 bytes of the archive. */
const maxRuns = 1_000_000;

const zeros = new Uint8Array(64 * 1024);

/** True where one of the pax records is about sparse files. */
export function isPaxSparse(records: readonly PaxRecord[]): boolean {
  return records.some(({ key }) => key === 'GNU.sparse.size' || key === 'GNU.sparse.realsize');
}

/** The map of an old GNU sparse file: 4 runs in the header at 386, then 21 in each extension block. */
export async function oldSparseMap(
  window: Window,
  header: TarHeader,
  access: FormatAccess,
): Promise<SparseMap> {
  const realSize = toCount(tarNumber(header.block, 483, 12));
  const runs: Run[] = [];
  const addRuns = (block: Buffer, at: number, count: number): void => {
    for (let index = 0; index < count; index++) {
      const start = at + 24 * index;
      if (block[start] === 0) break;
      add(runs, tarNumber(block, start, 12), tarNumber(block, start + 12, 12));
    }
  };
  addRuns(header.block, 386, 4);
  let extended = header.block[482] !== 0;
  let extraHeaderBytes = 0;
  while (extended) {
    checkStopped(access);
    const at = header.offset + blockBytes + extraHeaderBytes;
    const block = await window.exactly(at, blockBytes, 'a map of a sparse file');
    addRuns(block, 0, 21);
    extended = block[504] !== 0;
    extraHeaderBytes += blockBytes;
  }
  return { realSize, runs, extraHeaderBytes, mapBytes: 0 };
}

/** The map of a sparse file of pax formats 0.0, 0.1 and 1.0. */
export async function paxSparseMap(
  window: Window,
  records: readonly PaxRecord[],
  dataOffset: number,
): Promise<SparseMap> {
  const realSize = toCount(
    paxNumber(records, 'GNU.sparse.realsize') ?? paxNumber(records, 'GNU.sparse.size'),
  );
  const runs: Run[] = [];
  if (paxNumber(records, 'GNU.sparse.major') === 1n) {
    const lines = new DecimalLines(window, dataOffset);
    const count = await lines.next();
    if (count > BigInt(maxRuns)) throw tooMany();
    for (let index = 0n; index < count; index++) add(runs, await lines.next(), await lines.next());
    return { realSize, runs, extraHeaderBytes: 0, mapBytes: lines.blockBytesRead };
  }
  const map = paxValue(records, 'GNU.sparse.map')?.toString('latin1');
  const numbers =
    map === undefined
      ? records
          .filter(({ key }) => key === 'GNU.sparse.offset' || key === 'GNU.sparse.numbytes')
          .map(({ value }) => value.toString('latin1'))
      : map.split(',').filter((text) => text !== '');
  for (let index = 0; index < numbers.length; index += 2) {
    add(runs, decimal(numbers[index]), decimal(numbers[index + 1]));
  }
  return { realSize, runs, extraHeaderBytes: 0, mapBytes: 0 };
}

/** Numbers of one line each, from blocks of 512 bytes. */
class DecimalLines {
  readonly #window: Window;
  readonly #start: number;
  #at: number;

  constructor(window: Window, start: number) {
    this.#window = window;
    this.#start = start;
    this.#at = start;
  }

  async next(): Promise<bigint> {
    const bytes = await this.#window.bytes(this.#at, 24);
    const end = bytes.indexOf(10);
    const value = end === -1 ? undefined : decimal(bytes.toString('latin1', 0, end));
    if (value === undefined) throw damaged();
    this.#at += end + 1;
    return value;
  }

  get blockBytesRead(): number {
    return Math.ceil((this.#at - this.#start) / blockBytes) * blockBytes;
  }
}

function decimal(text: string | undefined): bigint | undefined {
  return text !== undefined && /^[0-9]{1,18}$/.test(text) ? BigInt(text) : undefined;
}

function add(runs: Run[], offset: bigint | undefined, length: bigint | undefined): void {
  if (runs.length >= maxRuns) throw tooMany();
  runs.push({ offset: toCount(offset), length: toCount(length) });
}

function toCount(value: bigint | undefined): number {
  if (value === undefined || value < 0n || value > BigInt(Number.MAX_SAFE_INTEGER)) throw damaged();
  return Number(value);
}

function damaged(): FormatError {
  return new FormatError('damaged', 'the map of a sparse file is malformed');
}

function tooMany(): FormatError {
  return new FormatError('too-large', `a sparse file has more than ${maxRuns} runs`);
}

/**
 * Throws unless the runs are in order, apart, inside of the file, and as long together as what is stored.
 *
 * @param stored bytes after the map
 */
export function checkSparseMap({ runs, realSize }: SparseMap, stored: number): void {
  let end = 0;
  let sum = 0;
  for (const { offset, length } of runs) {
    if (offset < end || offset + length > realSize) throw damaged();
    end = offset + length;
    sum += length;
  }
  if (sum !== stored) throw damaged();
}

/** The map for a person; equal text means an equal map. */
export function sparseField({ runs }: SparseMap): Field {
  const numbers = runs.flatMap(({ offset, length }) => [offset, length]);
  const shown = runs.slice(0, 8).map(({ offset, length }) => `${offset}+${length}`);
  const rest =
    runs.length <= 8
      ? ''
      : ` … (${runs.length} runs, ${hexText(Buffer.from(numbers.join(','), 'latin1'))})`;
  return { name: 'sparse map', kind: 'other', value: shown.join(' ') + rest };
}

/** The file's bytes with its holes, which are spent as well. */
export async function* expandSparse(
  content: Content,
  { runs, realSize }: SparseMap,
  storedOffset: number,
  access: FormatAccess,
): AsyncGenerator<Uint8Array> {
  let at = 0;
  let stored = storedOffset;
  for (const run of [...runs, { offset: realSize, length: 0 }]) {
    for (; at < run.offset; checkStopped(access)) {
      const hole = zeros.subarray(0, Math.min(zeros.length, run.offset - at));
      access.spend(hole.length);
      at += hole.length;
      yield hole;
    }
    if (run.length === 0) continue;
    for await (const chunk of content.stream(stored, stored + run.length)) {
      checkStopped(access);
      access.spend(chunk.length);
      yield chunk;
    }
    at += run.length;
    stored += run.length;
  }
}
