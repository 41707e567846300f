import { fileURLToPath } from 'node:url';
import { Ajv2020 } from 'ajv/dist/2020.js';
import fc from 'fast-check';
import { format } from 'prettier';
import { describe, expect, it } from 'vitest';
import type { z } from 'zod';
import type { CompareReport } from '../../compare/types.js';
import type { CheckReport } from '../../vary/types.js';
import { testCheckReport, testCompareReport, testReproducibleReport } from '../testing.js';
import { anyCheckReport, anyCompareReport } from '../testing-arbitrary.js';
import { jsonReport, type JsonOf } from './json-report.js';
import {
  reportSchema,
  reportSchemaNames,
  type checkReportSchema,
  type compareReportSchema,
} from './schemas.js';

const ajv = new Ajv2020({
  allErrors: true,
  strict: true,
  strictTypes: false,
  strictRequired: false,
});
const validators = {
  check: ajv.compile(reportSchema('check-report')),
  compare: ajv.compile(reportSchema('compare-report')),
};

function problems(kind: keyof typeof validators, report: CheckReport | CompareReport): unknown[] {
  const parsed: unknown = JSON.parse(JSON.stringify(jsonReport(report)));
  return validators[kind](parsed) ? [] : (validators[kind].errors ?? []);
}

describe('schemas of reports', () => {
  // After a change: npx vitest run packages/selfsame/src/report/json -u
  it.each(reportSchemaNames)('%s.schema.json is published as it is', async (name) => {
    const text = await format(JSON.stringify(reportSchema(name)), {
      parser: 'json',
      printWidth: 100,
    });
    await expect(text).toMatchFileSnapshot(
      fileURLToPath(new URL(`../../../schema/${name}.schema.json`, import.meta.url)),
    );
  });

  it('fit the types of reports', () => {
    // A field that changes its type, or goes, is an error of the compiler here; new fields are welcome.
    const check = (report: JsonOf<CheckReport>): Reading<z.input<typeof checkReportSchema>> =>
      report;
    const compare = (report: JsonOf<CompareReport>): Reading<z.input<typeof compareReportSchema>> =>
      report;
    expect([check, compare]).toHaveLength(2);
  });

  it('accept what reports become', () => {
    expect(problems('check', testCheckReport())).toEqual([]);
    expect(problems('check', testReproducibleReport())).toEqual([]);
    expect(problems('compare', testCompareReport())).toEqual([]);
  });

  it('refuse what no report is', () => {
    const { verdict: _, ...rest } = testCheckReport();
    expect(problems('check', rest as CheckReport)).not.toEqual([]);
    expect(problems('compare', testCompareReport({ verdict: 'same' as 'differs' }))).not.toEqual(
      [],
    );
  });
});

type Known<Key> = Key extends string ? (string extends Key ? never : Key) : never;

/** What a loose schema reads, without its index signatures; optional fields may be there without a value. */
type Reading<T> = T extends readonly (infer Item)[]
  ? number extends T['length']
    ? readonly Reading<Item>[]
    : Readonly<T>
  : T extends object
    ? string extends keyof T
      ? [Known<keyof T>] extends [never]
        ? Readonly<Record<string, T[keyof T] | undefined>>
        : ReadingFields<T>
      : ReadingFields<T>
    : T;
type ReadingFields<T> = {
  readonly [Key in keyof T as Known<Key>]:
    Reading<T[Key]> | (undefined extends T[Key] ? undefined : never);
};

describe('the JSON of a report', () => {
  it('has bytes as hexadecimal and nothing that is undefined', () => {
    const json = jsonReport(testCompareReport());
    const comment = json.difference?.children[0]?.children[0]?.children[0];
    expect(comment?.name).toBe('.comment');
    expect(comment?.ranges[0]?.sampleA).toMatch(/^4743433a20284465/);
    expect(comment !== undefined && 'nameInB' in comment).toBe(false);
  });

  it('is the same after a round trip, whatever the report', () => {
    fc.assert(
      fc.property(fc.oneof(anyCheckReport, anyCompareReport), (report) => {
        const json = jsonReport(report);
        const text = JSON.stringify(json);
        expect(text).not.toMatch(/\\ud[89a-f]/);
        expect(JSON.stringify(JSON.parse(text))).toBe(text);
      }),
    );
  });

  it('fits the schema, whatever the report', () => {
    // Digests are the one thing that is not any text.
    const withDigests = (report: CheckReport | CompareReport): unknown =>
      JSON.parse(JSON.stringify(jsonReport(report)), (key, value: unknown) =>
        /^sha256[AB]$/.test(key) ? 'ab'.repeat(32) : value,
      );
    fc.assert(
      fc.property(anyCheckReport, anyCompareReport, (check, compare) => {
        expect(validators.check(withDigests(check)), JSON.stringify(validators.check.errors)).toBe(
          true,
        );
        expect(
          validators.compare(withDigests(compare)),
          JSON.stringify(validators.compare.errors),
        ).toBe(true);
      }),
    );
  });
});
