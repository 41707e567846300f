import { readFile } from 'node:fs/promises';
import { describe, expect, it } from 'vitest';
import { pageOf } from './page-text.js';
import { pagePath, readNotes, readResults, resultsPath } from './results.js';
import type { Result } from './results.js';

const finding = {
  ...{ cause: 'build-path', kind: 'DW_AT_comp_dir', certainty: 'certain', place: ['x'] },
  ...{ a: '/a', b: '/b', remedy: 'Map paths', consequence: false },
};

const varies: Result = {
  ...{ version: '1.0-1', binaries: ['x.deb'], outcome: 'varies' },
  reprotest: {
    ...{ differing: { all: ['x.deb'], build_path: ['x.deb'] }, failed: [], seconds: 9 },
    diffoscope: [],
  },
  check: {
    ...{ verdict: 'differs', builds: 5, seconds: 8, budgetSpent: false, failures: [] },
    artifacts: [
      {
        ...{ path: 'x.deb', differsWith: 'build path', consequenceOf: [], moreFindings: 0 },
        findings: [finding],
      },
    ],
  },
};

describe('docs/packages-that-vary.md', () => {
  it('is what the results say', async () => {
    const text = await pageOf(await readResults(resultsPath), await readNotes());
    expect(text, 'node tools/run-ts.js conformance/packages-that-vary/page.ts').toBe(
      await readFile(pagePath, 'utf8'),
    );
  });

  it('says what check missed, and that it disagrees', async () => {
    const good = await pageOf({ x: varies }, {});
    expect(good).toContain('In **1** of 1, check finds every binary package');
    expect(good).toContain('build-path (`DW_AT_comp_dir`)');
    const bad = await pageOf(
      { x: { ...varies, check: { ...varies.check!, artifacts: [] } } },
      { x: 'It is wrong.' },
    );
    expect(bad).toMatch(/In \*\*0\*\* of 1, check finds every binary package[^.]*not in: x/);
    expect(bad).toMatch(/In \*\*0\*\* of the 1 that[^.]*both agree[^.]*not in: x/);
    expect(bad).toContain('**x**: It is wrong.');
  });
});
