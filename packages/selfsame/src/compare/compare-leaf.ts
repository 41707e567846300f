import type { Content } from './formats/format.js';
import { wholeBytes } from './limits.js';
import { differingSpans, differingSpansOf, type Spans } from './ranges/differing-spans.js';
import { differingStrings } from './ranges/differing-strings.js';
import { sampled } from './ranges/sampled.js';
import type { Span } from './ranges/span.js';
import type { Session } from './session.js';
import { lineDiff, type LineDiff } from './text/line-diff.js';
import { textBytes, textOf } from './text/text-lines.js';
import type { Difference, RangeDifference } from './types.js';

/** What differs in bytes that no reader goes into. */
export interface Leaf extends Pick<Difference, 'ranges' | 'moreRanges' | 'textDiff'> {
  /** Whole contents, where both are small enough for causes. */
  readonly wholeA: Uint8Array | undefined;
  readonly wholeB: Uint8Array | undefined;
}

/**
 * Compares bytes, and lines where both sides are text.
 *
 * @param isStringTable whether it is a table of strings that others point into, in no order that means anything
 */
export async function compareLeaf(
  session: Session,
  a: Content,
  b: Content,
  isStringTable = false,
): Promise<Leaf> {
  const limit = session.limits.ranges;
  const small = Math.max(a.size, b.size);
  let lines: LineDiff | undefined;
  let wholes: readonly [Uint8Array, Uint8Array] | undefined;
  if (small <= Math.max(textBytes, wholeBytes)) {
    wholes = await Promise.all([a.read(0, a.size), b.read(0, b.size)]);
    const [textA, textB] = wholes.map(textOf);
    session.check();
    if (textA !== undefined && textB !== undefined) lines = lineDiff(textA, textB);
  }
  const { spans, more } =
    (isStringTable ? await differingStrings(a, b, limit) : undefined) ??
    (lines === undefined
      ? await differingSpans(a, b, limit, () => session.check())
      : await spansOfLines(lines, limit));
  const ranges: RangeDifference[] = [];
  for (const span of spans) ranges.push(await sampled(span, a, b));
  const shown = small <= wholeBytes ? wholes : undefined;
  return {
    ranges,
    moreRanges: more,
    textDiff: lines?.unified,
    wholeA: shown?.[0],
    wholeB: shown?.[1],
  };
}

/** The bytes that differ in changed lines. */
async function spansOfLines({ hunks }: LineDiff, limit: number): Promise<Spans> {
  const spans: Span[] = [];
  let more = 0;
  for (const { offsetA, a, offsetB, b } of hunks) {
    if (spans.length >= limit) {
      more += 1;
      continue;
    }
    const inside = await differingSpansOf(
      Buffer.from(a, 'latin1'),
      Buffer.from(b, 'latin1'),
      limit - spans.length,
    );
    more += inside.more;
    for (const span of inside.spans) {
      spans.push({
        ...span,
        offsetA: span.offsetA + offsetA,
        offsetB: span.offsetB + offsetB,
      });
    }
  }
  return { spans, more };
}
