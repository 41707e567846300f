import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { CompareReport } from '../../compare/types.js';
import { runCommandLine } from '../frame.js';
import { testIo, testProduct } from '../testing.js';
import { compareCommand } from './compare.js';

let cwd: string;

beforeAll(() => {
  cwd = mkdtempSync(join(tmpdir(), 'compare-command-test-'));
  writeFileSync(join(cwd, 'one'), 'one\n');
  writeFileSync(join(cwd, 'same'), 'one\n');
  writeFileSync(join(cwd, 'two'), 'two\n');
  mkdirSync(join(cwd, 'directory'));
  const packed = gzipSync('content');
  writeFileSync(join(cwd, 'a.gz'), packed);
  packed.writeUInt32LE(1_700_000_000, 4);
  writeFileSync(join(cwd, 'b.gz'), packed);
});

afterAll(() => rmSync(cwd, { recursive: true, force: true }));

async function run(...args: readonly string[]) {
  const io = testIo({ cwd });
  const exitCode = await runCommandLine(['compare', ...args], io, testProduct([compareCommand]));
  return { exitCode, out: io.stdout.text(), err: io.stderr.text() };
}

async function json(...args: readonly string[]) {
  const { exitCode, out } = await run('--json', ...args);
  const last = JSON.parse(out.trimEnd().split('\n').at(-1) ?? '') as {
    readonly data: CompareReport;
    readonly errors?: readonly { readonly code: string }[];
  };
  return { exitCode, ...last };
}

describe('selfsame compare', () => {
  it('ends with 0 for what is identical, and says so', async () => {
    const { exitCode, out, err } = await run('one', 'same');
    expect([exitCode, err]).toEqual([0, '']);
    expect(out).toMatch(/identical/i);
  });

  it('ends with 1 for what differs, and shows it', async () => {
    const { exitCode, out } = await run('one', 'two');
    expect(exitCode).toBe(1);
    expect(out).toContain('differ');
    const report = await json('one', 'two');
    expect(report.exitCode).toBe(1);
    expect(report.data).toMatchObject({ a: 'one', b: 'two', verdict: 'differs' });
    expect(report.data.difference?.ranges[0]?.sampleA).toBe('6f6e650a');
  });

  it('ends with 0 for what is equal after ignoring, and names what was ignored', async () => {
    expect((await run('a.gz', 'b.gz')).exitCode).toBe(1);
    const { exitCode, out } = await run('a.gz', 'b.gz', '--ignore', 'mtime');
    expect(exitCode).toBe(0);
    expect(out).toContain('mtime');
  });

  it('compares lists of hashes as such', async () => {
    const line = (digit: string, name: string): string => `${digit.repeat(64)}  ${name}\n`;
    writeFileSync(join(cwd, 'list-a'), line('1', 'x') + line('2', 'y'));
    writeFileSync(join(cwd, 'list-b'), line('1', 'x') + line('3', 'y'));
    const { data } = await json('list-a', 'list-b');
    expect(data.difference?.children.map(({ name }) => name)).toEqual(['y']);
  });

  it('writes a page, a summary, SARIF and JUnit', async () => {
    const files = [
      '--html',
      'o.html',
      '--markdown',
      'o.md',
      '--sarif',
      'o.sarif',
      '--junit',
      'o.xml',
    ];
    expect((await run('one', 'two', ...files)).exitCode).toBe(1);
    expect(readFileSync(join(cwd, 'o.html'), 'utf8')).toMatch(/^<!doctype html>/i);
    expect(readFileSync(join(cwd, 'o.md'), 'utf8')).toContain('differ');
    expect(JSON.parse(readFileSync(join(cwd, 'o.sarif'), 'utf8'))).toMatchObject({
      version: '2.1.0',
    });
    expect(readFileSync(join(cwd, 'o.xml'), 'utf8')).toContain('<testsuite');
  });

  it.each([
    ['COMPARE_NOT_FOUND', 2, ['one', 'nowhere']],
    ['COMPARE_NOT_FOUND', 2, ['one/below-a-file', 'one']],
    ['COMPARE_DIFFERENT_KINDS', 2, ['one', 'directory']],
    ['COMPARE_UNREADABLE', 5, ['/dev/null', 'one']],
    ['COMPARE_UNKNOWN_NORMALISER', 2, ['one', 'two', '--ignore', 'everything']],
    ['COMPARE_REPORT_NOT_WRITTEN', 5, ['one', 'two', '--html', 'no/such/directory.html']],
    ['COMPARE_REPORT_NOT_WRITTEN', 5, ['one', 'two', '--deep', 'one/below']],
    ['WRONG_USE', 2, ['one', 'two', '--depth', 'x']],
    ['WRONG_USE', 2, ['one', 'two', '--time', '0']],
    ['WRONG_USE', 2, ['one']],
  ])('ends with %s and %i where it must', async (code, exit, args) => {
    const { exitCode, err } = await run(...args);
    expect(err).toContain(`error[${code}]`);
    expect(exitCode).toBe(exit);
  });
});
