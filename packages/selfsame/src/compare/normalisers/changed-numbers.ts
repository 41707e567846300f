import type { LeafWatcher } from '../session.js';
import { textBytes, textOf } from '../text/text-lines.js';
import { sizesKey, type DifferingSums } from './differing-sums.js';

/** A digest or a number of a text that differs. */
interface Changed {
  /** Which of all digests and numbers of the text, from 0. */
  readonly index: number;
  readonly a: string;
  readonly b: string;
}

/** Digests and numbers that differ between two texts, which are the same but for those. */
export type ChangedNumbers = readonly Changed[];

/** Digests in hexadecimal, then in base64 with the name of what they are, then numbers that stand alone. */
const tokens =
  /(?<![\dA-Za-z])(?:[\da-f]{128}|[\da-f]{64}|[\da-f]{40}|[\da-f]{32})(?![\dA-Za-z])|(?<=\bsha(?:1|256|512)[-:=]|,sha256=|SHA-?\d{1,3}-Digest(?:-Manifest(?:-Main-Attributes)?)?: )[\w+/-]{27,88}={0,2}|(?<![\w.+-])\d{1,15}(?![\w.])/gi;

/** Longer lists are none that follow: nobody looks them through. */
const most = 20_000;

/** Digits of a size; shorter ones than any digest. */
const number = /^\d{1,15}$/;

/** A size stands beside its digest, with at most one other number in between. */
const nearby = 2;

/** The digests and numbers that differ; undefined: something else does, too. One character for each byte. */
export function changedNumbers(a: string, b: string): ChangedNumbers | undefined {
  const [inA, inB] = [a.matchAll(tokens), b.matchAll(tokens)];
  const changed: Changed[] = [];
  let [fromA, fromB] = [0, 0];
  for (let index = 0; ; index++) {
    const [one, other] = [inA.next().value, inB.next().value];
    const [toA, toB] = [one?.index ?? a.length, other?.index ?? b.length];
    if (a.slice(fromA, toA) !== b.slice(fromB, toB)) return undefined;
    if (one === undefined || other === undefined) return one === other ? changed : undefined;
    if (one[0] !== other[0]) changed.push({ index, a: one[0], b: other[0] });
    if (changed.length > most) return undefined;
    [fromA, fromB] = [toA + one[0].length, toB + other[0].length];
  }
}

/** Whether all of them are digests of contents that differ, and sizes of those beside their digests. */
export function areOfContents(changed: ChangedNumbers, sums: DifferingSums): boolean {
  const isDigest = ({ a, b }: Changed): boolean => !number.test(a) && !number.test(b);
  return changed.every((one, at) => {
    if (isDigest(one)) return sums.sizesOf(one.a, one.b) !== undefined;
    const around = changed.slice(Math.max(0, at - nearby), at + nearby + 1);
    return around.some(
      (beside) =>
        isDigest(beside) &&
        Math.abs(beside.index - one.index) <= nearby &&
        sums.sizesOf(beside.a, beside.b) === sizesKey(one.a, one.b),
    );
  });
}

/** Notes the digests and numbers in which two texts differ, by the place of the text, as JSON. */
export function noteChangedNumbers(places: Map<string, ChangedNumbers>): LeafWatcher {
  return async (_difference, place, a, b) => {
    if (Math.max(a.size, b.size) > textBytes) return;
    const [inA, inB] = await Promise.all([a.read(0, a.size), b.read(0, b.size)]);
    const [textA, textB] = [textOf(inA)?.bytes, textOf(inB)?.bytes];
    if (textA === undefined || textB === undefined) return;
    const changed = changedNumbers(textA, textB);
    if (changed !== undefined) places.set(JSON.stringify(place), changed);
  };
}
