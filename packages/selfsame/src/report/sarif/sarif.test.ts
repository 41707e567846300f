import { Ajv2020 } from 'ajv/dist/2020.js';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { causeNames } from '../../compare/types.js';
import {
  testArtifact,
  testCheckReport,
  testCompareReport,
  testDifference,
  testFinding,
} from '../testing.js';
import { anyCheckReport, anyCompareReport } from '../testing-arbitrary.js';
import { checkSarif, compareSarif, relativeUri, sarifText, type SarifLog } from './sarif.js';

const text = { type: 'string', minLength: 1 };
const message = {
  type: 'object',
  required: ['text'],
  additionalProperties: false,
  properties: { text },
};
const closed = (properties: Record<string, unknown>, required = Object.keys(properties)) => ({
  type: 'object',
  additionalProperties: false,
  required,
  properties,
});
const level = { enum: ['none', 'note', 'warning', 'error'] };

/** Of SARIF 2.1.0 (§3.13 and on) what we use: required properties, types and values; other properties are mistakes. */
const validator = new Ajv2020({ allErrors: true, strict: true }).compile(
  closed({
    $schema: text,
    version: { const: '2.1.0' },
    runs: {
      type: 'array',
      minItems: 1,
      maxItems: 1,
      items: closed({
        tool: closed({
          driver: closed({
            name: text,
            version: text,
            semanticVersion: { type: 'string', pattern: '^\\d+\\.\\d+\\.\\d+$' },
            rules: {
              type: 'array',
              uniqueItems: true,
              items: closed({
                id: text,
                name: { type: 'string', pattern: '^(?:[A-Z][a-z]*)+$' },
                shortDescription: message,
                fullDescription: message,
                help: message,
                defaultConfiguration: closed({ level }),
                properties: closed({ tags: { type: 'array', items: text } }),
              }),
            },
          }),
        }),
        automationDetails: closed({ id: text }),
        columnKind: { enum: ['utf16CodeUnits', 'unicodeCodePoints'] },
        invocations: {
          type: 'array',
          items: closed({
            executionSuccessful: { type: 'boolean' },
            toolExecutionNotifications: { type: 'array', items: closed({ level, message }) },
          }),
        },
        results: {
          type: 'array',
          maxItems: 25_000,
          items: closed({
            ruleId: text,
            ruleIndex: { type: 'integer', minimum: 0 },
            level,
            message,
            locations: {
              type: 'array',
              minItems: 1,
              maxItems: 1,
              items: closed({
                physicalLocation: closed({
                  // RFC 3986: a relative reference without a scheme, that stays below its base.
                  artifactLocation: closed({
                    uri: {
                      type: 'string',
                      pattern:
                        "^(?!\\.{1,2}(?:/|$))(?:[\\w.~!*'()-]|%[0-9A-F]{2})+(?:/(?!\\.{1,2}(?:/|$))(?:[\\w.~!*'()-]|%[0-9A-F]{2})+)*$",
                    },
                  }),
                  region: closed({ startLine: { const: 1 } }),
                }),
                logicalLocations: {
                  type: 'array',
                  items: closed({
                    name: { type: 'string' },
                    fullyQualifiedName: { type: 'string' },
                    kind: text,
                  }),
                },
              }),
            },
            partialFingerprints: { type: 'object', additionalProperties: text },
          }),
        },
      }),
    },
  }),
);

function problemsOf(log: SarifLog): unknown[] {
  const parsed = JSON.parse(sarifText(log)) as SarifLog;
  const problems: unknown[] = validator(parsed) ? [] : (validator.errors ?? []);
  const [run] = parsed.runs;
  const { rules } = (run['tool'] as { driver: { rules: { id: string }[] } }).driver;
  for (const { ruleId, ruleIndex, message: said } of run.results) {
    if (rules[ruleIndex]?.id !== ruleId) problems.push(`rule ${ruleId}`);
    // Placeholders and links of §3.11.
    if (/[{}]|\]\(/.test(said.text)) problems.push(said.text);
  }
  return problems;
}

describe('SARIF', () => {
  it('has a result for every cause, most severe first, with where, values and remedy', () => {
    const log = checkSarif(testCheckReport());
    expect(problemsOf(log)).toEqual([]);
    const [{ results }] = log.runs;
    const path = results.find(({ ruleId }) => ruleId === 'build-path');
    expect(path).toMatchObject({
      level: 'error',
      locations: [
        {
          physicalLocation: { artifactLocation: { uri: 'hello_2.12.1-3_amd64.deb' } },
          logicalLocations: [
            {
              fullyQualifiedName:
                'hello_2.12.1-3_amd64.deb › data.tar.xz › ./usr/bin/hello › .debug_str',
            },
          ],
        },
      ],
    });
    expect(path?.message.text).toMatch(
      /differs with: build path, or date and time\. DW_AT_comp_dir, certain \(4 times\), at .*Compile with/,
    );
    expect(results.find(({ ruleId }) => ruleId === 'build-fails')?.message.text).toContain(
      'fails with: CPU count + locale',
    );
    expect(results.find(({ ruleId }) => ruleId === 'build-id')?.level).toBe('note');
    expect(results.findIndex(({ level: one }) => one === 'note')).toBeGreaterThan(
      results.findLastIndex(({ level: one }) => one === 'error'),
    );
  });

  it('shows results at a file of the repository where one is named', () => {
    const log = compareSarif(testCompareReport(), { location: 'pkg/selfsame.yaml' });
    expect(problemsOf(log)).toEqual([]);
    for (const { locations } of log.runs[0].results)
      expect(locations[0].physicalLocation.artifactLocation.uri).toBe('pkg/selfsame.yaml');
  });

  it('keeps its prints when values, offsets and counts change, and only then', () => {
    const printsOf = (rest: object, kind = 'gzip header') => {
      const finding = testFinding({ cause: 'timestamp', place: ['a.gz'], kind, ...rest });
      const artifacts = [
        testArtifact('a.gz', { difference: testDifference('a.gz', { findings: [finding] }) }),
      ];
      return checkSarif(testCheckReport({ artifacts, failures: [] })).runs[0].results.map(
        ({ partialFingerprints }) => partialFingerprints['selfsame/v1'],
      );
    };
    const print = printsOf({});
    expect(print).toHaveLength(1);
    expect(printsOf({ a: 'x', offsetA: 9, more: 4 })).toEqual(print);
    expect(printsOf({}, 'zip entry')).not.toEqual(print);
    expect(printsOf({ place: ['a.gz', 'b'] })).not.toEqual(print);
  });

  it('has a rule for every cause', () => {
    const [run] = checkSarif(testCheckReport()).runs;
    const { rules } = (run['tool'] as { driver: { rules: { id: string }[] } }).driver;
    expect(rules.map(({ id }) => id)).toEqual([...causeNames, 'build-fails', 'not-examined']);
  });

  it('says how many results are left out', () => {
    const artifacts = Array.from({ length: 6_000 }, (_, at) => testArtifact(`file-${at}`));
    const log = checkSarif(testCheckReport({ artifacts, failures: [] }));
    expect(log.runs[0].results).toHaveLength(5_000);
    expect(JSON.stringify(log.runs[0]['invocations'])).toContain('1000 more results are left out.');
    expect(problemsOf(log)).toEqual([]);
  });

  it('names no place outside of the repository', () => {
    expect(relativeUri('/etc//./passwd')).toBe('etc/passwd');
    expect(relativeUri('../../x y')).toBe('_/_/x%20y');
    expect(relativeUri('javascript:alert(1)')).toBe('javascript%3Aalert(1)');
    expect(relativeUri('')).toBe('selfsame.yaml');
  });

  it('is valid, whatever the report', () => {
    fc.assert(
      fc.property(anyCheckReport, anyCompareReport, (check, compare) => {
        expect(problemsOf(checkSarif(check))).toEqual([]);
        expect(problemsOf(compareSarif(compare))).toEqual([]);
      }),
    );
  });
});
