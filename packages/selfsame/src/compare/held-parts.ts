import { hash } from 'node:crypto';
import type { Scratch } from './content/scratch.js';
import { RecordFile } from './content/record-file.js';
import { DigestTable } from './digest-table.js';
import { FormatError } from './formats/format.js';
import type { Listed } from './read-parts.js';
import type { UnexaminedReason } from './types.js';

/** Parts of one container that are held as they are; of more than these only digests are. */
const nearParts = 4096;

/** A part that was held under the name that was asked for. */
export interface Taken {
  readonly index: number;
  /** Undefined: equal in all that counts to what was asked with. */
  readonly part: Listed | undefined;
}

/**
 * Parts of one container that wait for the other's parts of the same names. Two containers with very many parts in
 * another order have very many of them: then what is known of a part waits in the scratch directory, with about 100
 * bytes of memory for each.
 */
export class HeldParts {
  readonly #near = new Map<string, Listed>();
  readonly #limit: number;
  readonly #records: RecordFile;
  readonly #table = new DigestTable();

  constructor(scratch: Scratch, limit = nearParts) {
    this.#records = new RecordFile(scratch);
    this.#limit = limit;
  }

  /** @throws FormatError where the disk is full */
  async add(part: Listed): Promise<void> {
    const { name, index } = part;
    const isSecond = this.#near.has(name) || this.#table.find(keyOf(name)) !== undefined;
    // Readers see to it that names are unique; of those that do not, the second stands for itself.
    const key = isSecond ? `${name}\0${index}` : name;
    if (this.#near.size < this.#limit) {
      this.#near.set(key, part);
      return;
    }
    const place = await this.#records.add(recordOf(part));
    this.#table.add({ key: keyOf(key), value: sameOf(part), index, ...place });
  }

  /** Takes the part of the same name out, if there is one. */
  async take(like: Listed): Promise<Taken | undefined> {
    const near = this.#near.get(like.name);
    if (near !== undefined) {
      this.#near.delete(like.name);
      return { index: near.index, part: near };
    }
    const far = this.#table.size === 0 ? undefined : this.#table.find(keyOf(like.name));
    if (far === undefined) return undefined;
    const row = this.#table.take(far);
    const { index } = row;
    const isSame = sameOf(like).subarray(0, row.value.length).equals(row.value);
    // Those that cannot be read are equal to nothing.
    if (isSame && like.problem === undefined) return { index, part: undefined };
    return { index, part: partOf(await this.#records.read(row)) };
  }

  /** All that are left, in the order in which they stand. */
  async rest(): Promise<Listed[]> {
    const parts = [...this.#near.values()];
    for await (const record of this.#records.readAll(this.#table.places()))
      parts.push(partOf(record));
    return parts.sort((p, q) => p.index - q.index);
  }

  async close(): Promise<void> {
    await this.#records.close();
  }
}

/** JSON, since halves of surrogate pairs would all be the same as bytes. */
function keyOf(name: string): Buffer {
  return hash('sha256', JSON.stringify(name), 'buffer');
}

/** Equal for parts with the same name of which nothing differs. */
function sameOf({ index: _, ...counting }: Listed): Buffer {
  return hash('sha256', JSON.stringify(counting), 'buffer');
}

function recordOf(part: Listed): Buffer {
  const { problem, ...plain } = part;
  const said = problem === undefined ? undefined : [problem.reason, problem.message];
  return Buffer.from(JSON.stringify({ ...plain, problem: said }));
}

type Recorded = Omit<Listed, 'problem'> & {
  readonly problem?: readonly [reason: UnexaminedReason, message: string];
};

/** JSON leaves out what is undefined: it is given back, so that both kinds of a part look alike. */
function partOf(record: Buffer): Listed {
  const read = JSON.parse(record.toString()) as Recorded;
  const { sha256, encodedKey, problem, ...plain } = read;
  const error = problem === undefined ? undefined : new FormatError(...problem);
  return { ...plain, sha256, encodedKey, problem: error };
}
