import { Script } from 'node:vm';
import { transformSync } from 'esbuild';
import { describe, expect, it } from 'vitest';
import { listProblems } from './equivalents.js';
import { planFor } from './protocol.js';
import { instrument } from './schemata.js';

/** What `f(...values)` gives, with a mutant and without. */
function run(source: string, key: string, ...values: readonly unknown[]): readonly unknown[] {
  const { text, mutants } = instrument(source, 'a.ts');
  const { code } = transformSync(text, { loader: 'ts' });
  const id = mutants.find((mutant) => mutant.key === `a.ts f ${key}`)?.id;
  if (id === undefined) throw new RangeError(mutants.map((mutant) => mutant.key).join('\n'));
  return [0, id].map((active) => {
    const f = new Script(`(__mutant) => { ${code}; return f; }`).runInThisContext() as (
      mutant: (id: number) => boolean,
    ) => (...values: readonly unknown[]) => unknown;
    try {
      return f((each) => each === active)(...values);
    } catch (error) {
      return `threw ${String(error)}`;
    }
  });
}

describe('instrument', () => {
  const guard = 'function f(a: number, b: number) { if (a < b) throw 1; return 2; }';
  it.each([
    [guard, 'never: a < b', [1, 2], ['threw 1', 2]],
    [guard, 'bound: a < b', [2, 2], [2, 'threw 1']],
    ['function f(a) { if (a) { return 1; } return 2; }', 'always: a', [0], [2, 1]],
    ['function f(a, b) { return a && b; }', 'without: a', [false, 7], [false, 7]],
    ['function f(a, b) { return a || b; }', 'without: b', [false, 7], [7, false]],
    ['function f(a, b) { return a && b === 1; }', 'without: b === 1', [true, 2], [false, true]],
    ['function f(a: string) { return a === "x"; }', 'yes: a === "x"', ['y'], [false, true]],
    ['const f = (a: unknown[]) => a.includes(1);', 'no: a.includes(1)', [[1]], [true, false]],
    [
      'function f(a: string) { return /^a/.exec(a)?.[0]; }',
      'without ^: /^a/',
      ['ba'],
      [undefined, 'a'],
    ],
    ['const f = (a: string) => /a$/u.test(a);', 'without $: /a$/u', ['ab'], [false, true]],
    ['function f(a: number) { return a > 1 ? 3 : 4; }', 'never: a > 1', [2], [3, 4]],
    [
      'function f(a) { check(a); return 1; function check(b) { throw b; } }',
      'without: check(a);',
      [5],
      ['threw 5', 1],
    ],
    // A statement that is switched off keeps its `else`.
    [
      'function f(a, b) { if (a) b.push(1); else b.push(2); return b.join(); }',
      'without: b.push(1);',
      [true, []],
      ['1', '1'],
    ],
  ])('%s: %s', (source, key, values, expected) => {
    const fresh = values.map((value) => (Array.isArray(value) ? [...(value as unknown[])] : value));
    expect(run(source, key, ...fresh)).toEqual(expected);
  });

  it('changes nothing while no mutant is active, and names every mutant once', () => {
    const source = `
      interface A { readonly b: 'x' | 'y' }
      class C { is({ b }: A): b is 'x' { return b === 'x' && !(b.length > 2 || /^z$/.test(b)); } }
      export const f = (a: A): number => (new C().is(a) ? 1 : a.b === 'y' ? 2 : a.b === 'y' ? 3 : 4);`;
    const { mutants, text } = instrument(source, 'a.ts', 10);
    const { code } = transformSync(text, { loader: 'ts', format: 'cjs' });
    const module: { exports: { f?: (a: unknown) => number } } = { exports: {} };
    const load = new Script(`(module, __mutant) => { ${code} }`).runInThisContext() as (
      ...values: readonly unknown[]
    ) => void;
    load(module, () => false);
    expect(['x', 'y', 'w'].map((b) => module.exports.f?.({ b }))).toEqual([1, 2, 4]);
    expect(new Set(mutants.map(({ key }) => key)).size).toBe(mutants.length);
    expect(mutants.map(({ id }) => id)).toEqual(mutants.map((_, index) => index + 10));
    expect(mutants.some(({ key }) => key.startsWith('a.ts C.is without: '))).toBe(true);
  });
});

describe('what runs for a mutant', () => {
  it('is each test that reaches it, quickest first, and all of a file that does while it loads', () => {
    const test = (ms: number, ...reached: number[]) => ({ name: '', reached, ms });
    const records = [
      { file: 'slow', loading: { reached: [2], ms: 5 }, tests: [test(9, 1), test(3, 1), test(1)] },
      { file: 'quick', loading: { reached: [], ms: 1 }, tests: [test(1), test(2, 1)] },
    ];
    expect(planFor(1, records)).toEqual({
      files: [
        { file: 'quick', tests: [1] },
        { file: 'slow', tests: [1, 0] },
      ],
      ms: 9,
    });
    expect(planFor(2, records).files).toEqual([{ file: 'slow', tests: [2, 1, 0] }]);
    expect(planFor(3, records).files).toEqual([]);
  });
});

describe('the list of survivors', () => {
  const list = {
    'a.ts': [{ mutants: ['f never: a', 'f never: gone', 'f never: killed'], why: 'speed' }],
  };
  it('names each with its reason, and nothing that is not so', () => {
    const problems = listProblems(
      list,
      ['a.ts f never: a', 'a.ts f never: killed', 'a.ts f never: b'],
      ['a.ts f never: a', 'a.ts f never: killed', 'a.ts f never: b'],
      ['a.ts f never: a', 'a.ts f never: b'],
    );
    expect(problems.unlisted).toEqual(['a.ts f never: b']);
    expect(problems.stale).toEqual([
      'there is no such mutant: a.ts f never: gone',
      'a test notices it: a.ts f never: killed',
    ]);
  });

  it('needs reasons', () => {
    const empty = { 'a.ts': [{ mutants: ['f never: a'], why: ' ' }] };
    expect(listProblems(empty, ['a.ts f never: a'], [], []).stale).toHaveLength(1);
  });
});
