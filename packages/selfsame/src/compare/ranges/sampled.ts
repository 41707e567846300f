import type { Content } from '../formats/format.js';
import { sampleBefore, sampleBytes } from '../limits.js';
import type { RangeDifference } from '../types.js';
import type { Span } from './span.js';

/** A span with what stands around it. */
export async function sampled(span: Span, a: Content, b: Content): Promise<RangeDifference> {
  const sampleOffsetA = Math.max(0, span.offsetA - sampleBefore);
  const sampleOffsetB = Math.max(0, span.offsetB - sampleBefore);
  const [sampleA, sampleB] = await Promise.all([
    a.read(sampleOffsetA, sampleBytes),
    b.read(sampleOffsetB, sampleBytes),
  ]);
  return {
    ...span,
    // Views would keep whole contents in memory for as long as the report.
    sampleA: Uint8Array.from(sampleA),
    sampleB: Uint8Array.from(sampleB),
    sampleOffsetA,
    sampleOffsetB,
  };
}
