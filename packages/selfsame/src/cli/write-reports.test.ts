import {
  lstatSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { SelfsameError } from '../errors/selfsame-error.js';
import { examineReportFiles, writeReports, type ReportPlace } from './write-reports.js';

let cwd: string;
let place: ReportPlace;
beforeEach(() => {
  cwd = mkdtempSync(join(tmpdir(), 'selfsame-write-reports-'));
  place = { cwd, env: {}, code: 'COMPARE_REPORT_NOT_WRITTEN' };
});
afterEach(() => rmSync(cwd, { recursive: true, force: true }));

const file = (path: string, content = 'new', option = 'html') => ({
  option,
  path,
  text: () => content,
});

async function complaint(act: Promise<void>): Promise<string> {
  try {
    await act;
  } catch (error) {
    if (error instanceof SelfsameError)
      return `${error.code} ${error.message} (${error.hint ?? ''})`;
    throw error;
  }
  return 'none';
}

describe('files of reports', () => {
  it('are replaced whole, and nothing is left beside them', async () => {
    writeFileSync(join(cwd, 'a.html'), 'old and longer');
    await writeReports([file('a.html'), file('./b.xml', 'b', 'junit')], place);
    expect(readFileSync(join(cwd, 'a.html'), 'utf8')).toBe('new');
    expect(readFileSync(join(cwd, 'b.xml'), 'utf8')).toBe('b');
    expect(readdirSync(cwd).sort()).toEqual(['a.html', 'b.xml']);
  });

  it('stay links where they are links', async () => {
    mkdirSync(join(cwd, 'real'));
    writeFileSync(join(cwd, 'real/a.html'), 'old');
    symlinkSync('real/a.html', join(cwd, 'a.html'));
    await writeReports([file('a.html')], place);
    expect(lstatSync(join(cwd, 'a.html')).isSymbolicLink()).toBe(true);
    expect(readFileSync(join(cwd, 'real/a.html'), 'utf8')).toBe('new');
  });

  it('add to the summary of a step, and to nothing else', async () => {
    writeFileSync(join(cwd, 'summary'), 'before\n');
    const env = { GITHUB_STEP_SUMMARY: join(cwd, 'summary') };
    await writeReports([file('summary', 'new', 'markdown')], { ...place, env });
    expect(readFileSync(join(cwd, 'summary'), 'utf8')).toBe('before\nnew');
  });

  it('go to devices as they are', async () => {
    await writeReports([file('/dev/null')], place);
    expect(lstatSync('/dev/null').isCharacterDevice()).toBe(true);
  });

  it('say what cannot be written, and where to', async () => {
    writeFileSync(join(cwd, 'plain'), '');
    mkdirSync(join(cwd, 'folder'));
    const hint = 'give --html a file in a directory that you can write to';
    expect(await complaint(writeReports([file('plain/a.html')], place))).toBe(
      `COMPARE_REPORT_NOT_WRITTEN the report cannot be written to plain/a.html: ENOTDIR (${hint})`,
    );
    expect(await complaint(writeReports([file('folder')], place))).toMatch(
      /^COMPARE_REPORT_NOT_WRITTEN the report cannot be written to folder: E/,
    );
    expect(readdirSync(cwd).sort()).toEqual(['folder', 'plain']);
  });

  it('are examined before the work begins', async () => {
    mkdirSync(join(cwd, 'folder'));
    expect(await complaint(examineReportFiles([file('a'), file('./a', '', 'junit')], place))).toBe(
      'WRONG_USE --html and --junit both name ./a (give each report a file of its own)',
    );
    expect(await complaint(examineReportFiles([file('folder')], place))).toMatch(/EISDIR/);
    expect(await complaint(examineReportFiles([file('no/a')], place))).toMatch(/ no\/a: ENOENT /);
    expect(await complaint(examineReportFiles([file('a'), file('b')], place))).toBe('none');
    expect(readdirSync(cwd)).toEqual(['folder']);
  });
});
