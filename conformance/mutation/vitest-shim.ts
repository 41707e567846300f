// Stands for `vitest` in a run of mutants: the same `expect`, and a `describe` and `it` that only collect, so
// that a process runs the tests of a file any number of times without starting anything.
import {
  ASYMMETRIC_MATCHERS_OBJECT,
  GLOBAL_EXPECT,
  JestAsymmetricMatchers,
  JestChaiExpect,
  JestExtend,
  setState,
} from '@vitest/expect';
import * as chai from 'chai';

type Body = (...values: readonly unknown[]) => unknown;

export interface Collected {
  readonly tests: { readonly name: string; readonly run: () => unknown }[];
  readonly last: (() => unknown)[];
}

chai.use(JestExtend);
chai.use(JestChaiExpect);
chai.use(JestAsymmetricMatchers);

const globals = globalThis as unknown as Record<PropertyKey, object>;
const expect = Object.assign(
  (value: unknown, message?: string): unknown => chai.expect(value, message),
  chai.expect,
  globals[ASYMMETRIC_MATCHERS_OBJECT],
  {
    unreachable: (message = 'this was not to be reached'): never => {
      throw new chai.AssertionError(message);
    },
  },
);
globals[GLOBAL_EXPECT] = expect;
setState({ assertionCalls: 0 }, expect as unknown as Parameters<typeof setState>[1]);

/** What a test file gets for `vitest`, and what it then put there. */
export function collector(): { readonly vitest: object; readonly collected: Collected } {
  const collected: Collected = { tests: [], last: [] };
  const path: string[] = [];
  const eachOf =
    (one: (name: string, body: Body) => void) =>
    (table: readonly unknown[]) =>
    (name: string, body: Body): void => {
      // As vitest does: rows are lists of values when all of them are lists.
      const areLists = table.every((row) => Array.isArray(row));
      table.forEach((row, index) => {
        const values = areLists ? (row as readonly unknown[]) : [row];
        one(`${name} [${index}]`, () => body(...values));
      });
    };
  const describe = (name: string, body: Body): void => {
    path.push(name);
    body();
    path.pop();
  };
  const it = (name: string, body: Body): void => {
    collected.tests.push({ name: [...path, name].join(' › '), run: () => body() });
  };
  const skipped = (): void => undefined;
  const withConditions = (one: (name: string, body: Body) => void): object =>
    Object.assign(one, {
      each: eachOf(one),
      skipIf: (skip: unknown) =>
        skip ? Object.assign(skipped, { each: () => skipped }) : withConditions(one),
    });
  return {
    collected,
    vitest: {
      expect,
      describe: withConditions((name, body) => {
        describe(name, body);
      }),
      it: withConditions((name, body) => {
        it(name, body);
      }),
      afterAll: (body: () => unknown) => collected.last.push(body),
    },
  };
}
