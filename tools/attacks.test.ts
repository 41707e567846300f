import { dirname, join } from 'node:path/posix';
import { describe, expect, it } from 'vitest';
import { repositoryFiles, textOf } from './repository-files.js';

const files = repositoryFiles();

/** Number → files with a test whose name begins with `attack <number>:`, alone or in a list. */
function attacksNamed(): ReadonlyMap<number, ReadonlySet<string>> {
  const named = new Map<number, Set<string>>();
  for (const path of files.filter((file) => /^(?:packages|tools)\/.*\.test\.ts$/.test(file))) {
    const titles = (textOf(path) ?? '').matchAll(/['"`](attack \d+(?:, (?:attack )?\d+)*):/g);
    for (const [, title = ''] of titles) {
      for (const [number] of title.matchAll(/\d+/g)) {
        named.set(Number(number), (named.get(Number(number)) ?? new Set()).add(path));
      }
    }
  }
  return named;
}

interface Row {
  readonly number: number;
  readonly paths: readonly string[];
  readonly cell: string;
}

const rows: readonly Row[] = (textOf('docs/attacks.md') ?? '')
  .split('\n')
  .map((line) => line.split('|').map((cell) => cell.trim()))
  .filter(([, number = '']) => /^\d+$/.test(number))
  .map(([, number, , , cell = '']) => ({
    number: Number(number),
    cell,
    paths: [...cell.matchAll(/\]\(([^)]+)\)/g)].map(([, path = '']) =>
      join(dirname('docs/attacks.md'), path),
    ),
  }));

describe('the table of attacks', () => {
  it('has every row once', () => {
    expect(rows.map(({ number }) => number)).toEqual(Array.from({ length: 31 }, (_, i) => i + 1));
  });

  it('names for every row all the tests that name it, or says why there are none', () => {
    const named = attacksNamed();
    for (const { number, paths, cell } of rows) {
      expect([number, [...paths].sort()]).toEqual([number, [...(named.get(number) ?? [])].sort()]);
      if (paths.length === 0) expect(cell).toMatch(/^not built: /);
    }
    expect(rows.filter(({ paths }) => paths.length === 0).map(({ number }) => number)).toEqual([
      23, 24,
    ]);
    expect([...named.keys()].filter((number) => number < 1 || number > rows.length)).toEqual([]);
  });
});

describe('the trust core', () => {
  it('attack 16: reads no configuration, since it can not reach any', () => {
    const sources = files.filter(
      (path) => /^packages\/verify\/src\/.*\.ts$/.test(path) && !path.endsWith('.test.ts'),
    );
    const reach =
      /\bprocess\b\s*[.[]|\bimport\s*\(|\brequire\s*\(|globalThis|from '(?!node:crypto'|\.\.?\/)/;
    const reaching = sources.filter((path) => {
      const code = (textOf(path) ?? '').replace(/\/\*[\s\S]*?\*\/|\/\/.*$/gm, '');
      return reach.test(code);
    });
    expect(sources.length).toBeGreaterThan(50);
    expect(reaching).toEqual([]);
    for (const text of ["process.env['HOME']", "await import('fs')", "from 'node:fs'"]) {
      expect(text).toMatch(reach);
    }
  });
});
