// For tests: reports as `check` and `compare` make them of real projects, written by hand.
export { testArtifact, testDifference, testFinding, testRange } from './testing-parts.js';
export { testCheckReport, testReproducibleReport, testUnbuiltReport } from './testing-check.js';
export { testCompareReport } from './testing-compare.js';
export { testListsReport } from './testing-lists.js';
