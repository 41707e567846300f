import { align, isRenamedDebugFile, type Pair } from './align.js';
import { isDigestSection } from './consequences.js';
import { isDamage, ofSides, type Failure } from './both.js';
import type { Scratch } from './content/scratch.js';
import type { Content, Format } from './formats/format.js';
import { HeldParts } from './held-parts.js';
import { PairOrder, type OtherOrder } from './order-of-pairs.js';
import { readParts, type Listed } from './read-parts.js';
import type { Session } from './session.js';

/** What differs among the parts of two containers. */
export interface DifferingParts {
  /** In the order of A; what only B has follows in its order. No more than there is room for. */
  readonly pairs: readonly Pair<Listed>[];
  /** Those that differ, too, and have no room. */
  readonly more: number;
  /** Whether all that differ are made from others, shown or not. */
  readonly allDerived: boolean;
  readonly order: OtherOrder | undefined;
}

/**
 * Reads two containers side by side and pairs their parts: by name as they come, what is left at the end by what else it
 * has in common. What is equal is let go at once, and of what waits for long only digests are held, so that two
 * containers with the same parts need little memory however many they have, in whichever order.
 *
 * @param room how many pairs are kept
 * @throws what is thrown first when either cannot be read to its end; a FormatError says of which side
 */
export async function pairParts(
  session: Session,
  format: Format,
  a: Content,
  b: Content,
  room: number,
): Promise<DifferingParts> {
  const stop = new AbortController();
  const signal = AbortSignal.any([session.signal, stop.signal]);
  const readers = {
    a: readParts(session, format, a, signal),
    b: readParts(session, format, b, signal),
  };
  const pairing = new Pairing(session.scratch, room);
  const failures: Failure[] = [];
  const isOver = { a: false, b: false };
  const read = async (side: 'a' | 'b'): Promise<Listed | undefined> => {
    if (isOver[side]) return undefined;
    try {
      const next = await readers[side].next();
      if (next.done !== true) return next.value;
      isOver[side] = true;
    } catch (error) {
      isOver[side] = true;
      failures.push({ side, error });
      // Whether the other is damaged, too, is part of the answer: it is read on.
      if (!isDamage(error)) stop.abort();
    }
    return undefined;
  };
  try {
    while (!(isOver.a && isOver.b)) {
      // In step, so that what stands at about the same place is seen at the same time.
      const [inA, inB] = await Promise.all([read('a'), read('b')]);
      if (failures.length > 0) continue;
      if (inA !== undefined) await pairing.add('a', inA);
      if (inB !== undefined) await pairing.add('b', inB);
    }
    if (failures.length > 0) throw ofSides(failures);
    return await pairing.end();
  } finally {
    stop.abort();
    await Promise.allSettled([readers.a.return(undefined), readers.b.return(undefined)]);
    await pairing.close();
  }
}

/** Pairs parts as they come, and keeps what differs. */
class Pairing {
  readonly #room: number;
  readonly #alone: { readonly a: HeldParts; readonly b: HeldParts };
  readonly #order = new PairOrder();
  #kept: Pair<Listed>[] = [];
  #more = 0;
  #allDerived = true;

  constructor(scratch: Scratch, room: number) {
    this.#room = room;
    this.#alone = { a: new HeldParts(scratch), b: new HeldParts(scratch) };
  }

  async add(side: 'a' | 'b', part: Listed): Promise<void> {
    const other = side === 'a' ? 'b' : 'a';
    const found = await this.#alone[other].take(part);
    if (found === undefined) await this.#alone[side].add(part);
    else if (found.part !== undefined)
      this.#pair(side === 'a' ? { a: part, b: found.part } : { a: found.part, b: part });
    else if (side === 'a') this.#order.add(part.index, found.index);
    else this.#order.add(found.index, part.index);
  }

  async end(): Promise<DifferingParts> {
    const { a, b } = this.#alone;
    for (const pair of align(await a.rest(), await b.rest())) this.#pair(pair);
    this.#cut(this.#room);
    const order = this.#order.difference();
    return { pairs: this.#kept, more: this.#more, allDerived: this.#allDerived, order };
  }

  async close(): Promise<void> {
    await Promise.all([this.#alone.a.close(), this.#alone.b.close()]);
  }

  #pair(pair: Pair<Listed>): void {
    const { a, b } = pair;
    if (a !== undefined && b !== undefined) {
      // Where they stand by another name follows from the name.
      if (!isRenamedDebugFile(a, b)) this.#order.add(a.index, b.index);
      if (!differ(a, b)) return;
    }
    this.#allDerived &&= isDerived(pair);
    this.#kept.push(pair);
    if (this.#kept.length >= 2 * this.#room + 1000) this.#cut(this.#room);
  }

  /** Keeps so many, the first of them. */
  #cut(room: number): void {
    const isInA = ({ a }: Pair<Listed>): boolean => a !== undefined;
    const indexOf = ({ a, b }: Pair<Listed>): number => (a ?? b)?.index ?? 0;
    this.#kept.sort((p, q) => Number(isInA(q)) - Number(isInA(p)) || indexOf(p) - indexOf(q));
    this.#more += Math.max(0, this.#kept.length - room);
    this.#kept = this.#kept.slice(0, room);
  }
}

/** Whether a part is made from others, so that it follows from them where it differs. */
function isDerived({ a, b }: Pair<Listed>): boolean {
  return (a ?? b)?.derived === true || isDigestSection((a ?? b)?.name ?? '');
}

function differ(a: Listed, b: Listed): boolean {
  return (
    a.problem !== undefined ||
    b.problem !== undefined ||
    a.name !== b.name ||
    a.type !== b.type ||
    a.size !== b.size ||
    a.sha256 !== b.sha256 ||
    a.fieldsKey !== b.fieldsKey ||
    a.encodedKey !== b.encodedKey
  );
}
