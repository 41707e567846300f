import type { CompareReport } from '../compare/types.js';
import { testCompareReport } from './testing-compare.js';
import { testDifference } from './testing-parts.js';

/** Two lists of hashes: one file with other digests, one that only A has. Nothing else is known of them. */
export function testListsReport(): CompareReport {
  const [one, other] = ['1', '2'].map((digit) => digit.repeat(64));
  const root = { causes: [], explains: [], alone: [], also: [], assumed: [] };
  return testCompareReport({
    ...{ a: 'a.sums', b: 'b.sums', lists: true, ignored: [], hidden: [], unexamined: [] },
    difference: testDifference('a.sums', {
      children: [
        testDifference('changed', { sha256A: one, sha256B: other }),
        testDifference('gone', { presence: 'only-a', sha256A: one }),
      ],
    }),
    rootCauses: [
      { ...root, place: ['a.sums', 'changed'] },
      { ...root, place: ['a.sums', 'gone'], causes: ['missing-file'] },
    ],
  });
}
