import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';

import type { Check } from '../vary/check.js';
import type { CheckReport } from '../vary/types.js';
import { examineCheckReports, writeCheckReports } from './check-reports.js';
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
const subject: CheckRequest['subject'] = { type: 'project', project: undefined };
const answer: Pick<Check, 'report' | 'trees'> = { report, trees: new Map() };

async function write(markdown: string, env: Readonly<Record<string, string>> = {}): Promise<void> {
  const files = { html: undefined, sarif: undefined, junit: undefined, markdown };
  const request = { files, deep: undefined, subject } as unknown as CheckRequest;
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

  it('are refused before anything is built where they could not be written', async () => {
    const none = { html: undefined, sarif: undefined, junit: undefined, markdown: undefined };
    const place = { cwd: room, env: {} };
    const refused = (files: Partial<CheckRequest['files']>): Promise<void> =>
      examineCheckReports({ files: { ...none, ...files } }, place);
    await expect(refused({ junit: join(room, 'gone', 'x') })).rejects.toMatchObject({
      code: 'CHECK_REPORT_NOT_WRITTEN',
    });
    await expect(refused({ sarif: '/' })).rejects.toThrow('EISDIR');
    const same = join(room, 'one');
    await expect(refused({ junit: same, html: same })).rejects.toMatchObject({ code: 'WRONG_USE' });
    await expect(refused({ html: same })).resolves.toBeUndefined();
  });

  it('of a recipe are of the workspace file, for code scanning', async () => {
    const sarif = join(room, 'x.sarif');
    const artifact = { path: 'out/made', status: 'differs', matrix: {}, causes: [] };
    const more = { builds: undefined, consequenceOf: [], vanishesAt: undefined, writers: [] };
    const dependence = { type: 'with', sets: [['time']] };
    const artifacts = [{ ...artifact, ...more, dependence, difference: undefined }];
    const files = { html: undefined, sarif, junit: undefined, markdown: undefined };
    const placeOf = async (of: CheckRequest['subject']): Promise<string[]> => {
      await writeCheckReports(
        { files, deep: undefined, subject: of } as unknown as CheckRequest,
        { ...answer, report: { ...report, verdict: 'differs', artifacts } as CheckReport },
        { cwd: room, env: {}, signal: new AbortController().signal },
        { emit: () => undefined },
      );
      return readFileSync(sarif, 'utf8').match(/"uri":\s*"[^"]*(?:yaml|made)"/gu) ?? [];
    };
    expect((await placeOf(subject)).join()).toContain('selfsame.yaml');
    expect((await placeOf({ type: 'command', command: ['make'] })).join()).toContain('out/made');
  });
});
