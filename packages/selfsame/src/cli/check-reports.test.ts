import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';

import type { Check } from '../vary/check.js';
import type { CheckReport } from '../vary/types.js';
import { writeCheckReports } from './check-reports.js';
import type { CheckRequest } from './read-check-options.js';

const room = mkdtempSync(join(tmpdir(), 'selfsame-check-reports-'));
afterAll(() => {
  rmSync(room, { recursive: true, force: true });
});

const report: CheckReport = {
  ...{ version: 1, subject: 'make', directory: '/work', verdict: 'reproducible' },
  ...{ variations: [], builds: [], artifacts: [], identical: 3, failures: [] },
  ...{ budgetSpent: false, notCovered: [], wroteOutside: [], milliseconds: 1 },
};
const answer: Check = { report, trees: new Map() };

async function write(markdown: string, env: Readonly<Record<string, string>> = {}): Promise<void> {
  const files = { html: undefined, sarif: undefined, junit: undefined, markdown };
  const request = { files, deep: undefined } as unknown as CheckRequest;
  const context = { cwd: room, env, signal: new AbortController().signal };
  await writeCheckReports(request, answer, context, { emit: () => undefined });
}

describe('reports of a check', () => {
  it('replace what was there, but add to a step summary', async () => {
    const path = join(room, 'summary.md');
    writeFileSync(path, 'earlier\n');
    await write(path, { GITHUB_STEP_SUMMARY: 'summary.md' });
    expect(readFileSync(path, 'utf8')).toMatch(/^earlier\n[^]*No difference found/u);
    await write(path);
    expect(readFileSync(path, 'utf8')).not.toContain('earlier');
  });

  it('say where they could not be written', async () => {
    await expect(write(join(room, 'gone', 'x.md'))).rejects.toMatchObject({
      code: 'CHECK_REPORT_NOT_WRITTEN',
    });
  });
});
