import type { Finding, RangeDifference } from '../compare/types.js';
import type { ArtifactReport } from '../vary/types.js';

// For tests: parts of reports, with what is not said left out.

const encoder = new TextEncoder();

export { newDifference as testDifference } from '../compare/difference.js';

/** Two texts of one length as a differing range with what stands around it. */
export function testRange(offset: number, before: string, a: string, b: string): RangeDifference {
  const after = '\0\0.note.gnu.build-id\0.interp\0.gnu.hash';
  const from = offset - encoder.encode(before).length;
  return {
    offsetA: offset,
    offsetB: offset,
    lengthA: encoder.encode(a).length,
    lengthB: encoder.encode(b).length,
    sampleA: encoder.encode(before + a + after),
    sampleB: encoder.encode(before + b + after),
    sampleOffsetA: from,
    sampleOffsetB: from,
  };
}

export function testFinding(rest: Partial<Finding> & Pick<Finding, 'cause' | 'place'>): Finding {
  return {
    kind: 'string',
    certainty: 'certain',
    offsetA: undefined,
    offsetB: undefined,
    a: 'one',
    b: 'other',
    remedy: 'Say so in the build.',
    consequence: false,
    more: 0,
    ...rest,
  };
}

export function testArtifact(path: string, rest: Partial<ArtifactReport> = {}): ArtifactReport {
  return {
    path,
    status: 'differs',
    dependence: { type: 'with', sets: [['build-path']] },
    matrix: {},
    difference: undefined,
    builds: ['build-1', 'build-4'],
    causes: [],
    consequenceOf: [],
    vanishesAt: undefined,
    writers: [],
    ...rest,
  };
}
