import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { Finding } from '../../packages/selfsame/src/compare/types.js';
import type { CheckReport, Dependence } from '../../packages/selfsame/src/vary/types.js';
import { pathMatches, readCases } from './cases.js';
import type { Case, ExpectedArtifact } from './cases.js';
import { judge } from './judge.js';
import type { Answer } from './judge.js';
import { readOracle } from './oracle-file.js';

type Artifact = CheckReport['artifacts'][number];

const finding: Finding = {
  ...{ cause: 'timestamp', kind: 'gzip header', certainty: 'certain', a: '1', b: '2' },
  ...{ remedy: 'Use gzip -n', consequence: false, more: 0, offsetA: 4, offsetB: 4 },
  place: ['a.gz', 'a'],
};

const differing = (over: Partial<Artifact> = {}): Artifact => ({
  ...{ path: 'out/a.gz', status: 'differs', dependence: { type: 'with', sets: [['time']] } },
  ...{ matrix: {}, builds: ['build-1', 'build-2'], causes: ['timestamp'] },
  ...{ consequenceOf: [], vanishesAt: 'virtual', writers: [] },
  difference: {
    ...{ name: 'a.gz', nameInB: undefined, presence: 'both', format: 'gzip', types: undefined },
    ...{ sizeA: 1, sizeB: 1, sha256A: undefined, sha256B: undefined, fields: [], ranges: [] },
    ...{ order: undefined, moreRanges: 0, textDiff: undefined, children: [], unexamined: [] },
    findings: [finding],
  },
  ...over,
});

const report = (over: Partial<CheckReport> = {}): CheckReport => ({
  ...{ version: 1, subject: 'make', directory: '/d', verdict: 'differs', variations: [] },
  ...{ builds: [], artifacts: [differing()], identical: 0, failures: [], budgetSpent: false },
  ...{ notCovered: [], wroteOutside: [], milliseconds: 1 },
  ...over,
});

const expected: ExpectedArtifact = {
  ...{ condition: [['time']], cause: ['timestamp'], kind: 'gzip', remedyMentions: '-n' },
  ...{ vanishesAt: 'virtual', place: ['a.gz', 'a'] },
};

const one = (over: Partial<ExpectedArtifact> = {}, rest: Partial<Case> = {}): Case => ({
  ...{ name: 'x', directory: '/x', language: 'C', command: ['make'], needs: [] },
  artifacts: { 'out/a.gz': { ...expected, ...over } },
  ...rest,
});

const wrong = (answers: readonly Answer[]) =>
  answers.filter(({ isRight }) => isRight === false).map(({ question }) => question);

const depends = (dependence: Dependence) => report({ artifacts: [differing({ dependence })] });

describe('judge', () => {
  it('finds nothing wrong in a right report, and answers each question once', () => {
    const answers = judge(one(), report(), undefined);
    expect(wrong(answers)).toEqual([]);
    expect(answers.map(({ question }) => question)).toEqual([
      ...['found', 'condition', 'cause', 'kind', 'remedy', 'place', 'vanishes'],
    ]);
  });

  it.each<[string, Partial<Artifact>, string[]]>([
    ['another condition', { dependence: { type: 'with', sets: [['umask']] } }, ['condition']],
    ['one too many', { dependence: { type: 'with', sets: [['time'], ['umask']] } }, ['condition']],
    [
      'more than is needed',
      { dependence: { type: 'with', sets: [['time', 'umask']] } },
      ['condition'],
    ],
    ['always', { dependence: { type: 'always', why: '' } }, ['condition']],
    ['no search', { dependence: { type: 'unsearched', candidates: ['time'] } }, ['condition']],
    ['another cause first', { causes: ['text', 'timestamp'] }, ['cause']],
    ['no finding', { difference: undefined }, ['kind', 'remedy', 'place']],
    ['no level', { vanishesAt: undefined }, ['vanishes']],
    ['identical', { status: 'identical' }, ['found']],
  ])('sees %s', (_, over, questions) => {
    expect(wrong(judge(one(), report({ artifacts: [differing(over)] }), undefined))).toEqual(
      questions,
    );
  });

  it('takes a relative for the variation itself, and what may be there too', () => {
    const both: Dependence = { type: 'with', sets: [['time-of-day'], ['umask']] };
    expect(wrong(judge(one({ mayAlso: ['umask'] }), depends(both), undefined))).toEqual([]);
  });

  it('wants every set, and every cause where each is expected', () => {
    const two = one({
      condition: [['time'], ['umask']],
      cause: ['timestamp', 'permissions'],
      everyCause: true,
    });
    expect(wrong(judge(two, report(), undefined))).toEqual(['condition', 'cause']);
  });

  it('wants races to differ always', () => {
    const race = one({ condition: 'always' });
    expect(wrong(judge(race, report(), undefined))).toEqual(['condition']);
    expect(wrong(judge(race, depends({ type: 'always', why: '' }), undefined))).toEqual([]);
    expect(
      wrong(judge(race, depends({ type: 'sometimes', differed: 1, builds: 3 }), undefined)),
    ).toEqual([]);
  });

  it('does not blame what needs a variation that was skipped', () => {
    const skipped = report({
      artifacts: [],
      variations: [
        {
          ...{ name: 'time', title: '', status: 'skipped', why: 'no', a: undefined, b: undefined },
          ...{ neverAsked: false, needs: 'nothing' },
        },
      ],
    });
    expect(judge(one(), skipped, undefined).map(({ isRight }) => isRight)).toEqual([undefined]);
  });

  it('wants controls to be identical', () => {
    const control = one({ condition: 'none' });
    expect(wrong(judge(control, report(), undefined))).toEqual(['identical']);
    expect(wrong(judge(control, report({ artifacts: [] }), undefined))).toEqual([]);
  });

  it('wants failures with their variation', () => {
    const failing = one({}, { artifacts: {}, fails: [['umask']] });
    const failures = [
      {
        dependence: { type: 'with', sets: [['umask']] } as const,
        why: 'exit code 1',
        lastLines: [],
      },
    ];
    expect(wrong(judge(failing, report(), undefined))).toEqual(['fails']);
    expect(wrong(judge(failing, report({ failures }), undefined))).toEqual([]);
  });

  it('wants everything that reprotest saw', () => {
    const oracle = { unvaried: [], variations: { time: ['out/a.gz', 'out/b'] }, failed: ['umask'] };
    const missed = judge(one(), report(), oracle).filter(({ isRight }) => isRight === false);
    expect(missed.map(({ question, path }) => [question, path])).toEqual([
      ['reprotest', 'out/b'],
      ['reprotest', ''],
    ]);
  });

  it('wants to know what an artifact follows from', () => {
    const following = one({ consequenceOf: ['out/b'] });
    expect(wrong(judge(following, report(), undefined))).toEqual(['consequence']);
    const said = report({ artifacts: [differing({ consequenceOf: ['out/b'] })] });
    expect(wrong(judge(following, said, undefined))).toEqual([]);
  });
});

describe('pathMatches', () => {
  it('lets a star stand for a part of a name', () => {
    expect(pathMatches('out/report-*.txt', 'out/report-x.txt')).toBe(true);
    expect(pathMatches('out/report-*.txt', 'out/report-x/y.txt')).toBe(false);
    expect(pathMatches('out/a.b', 'out/axb')).toBe(false);
  });
});

describe('the cases', () => {
  it('are at least forty, in nine kinds of sources, and each has a line about it', async () => {
    const cases = await readCases();
    expect(cases.length).toBeGreaterThanOrEqual(40);
    const languages = new Set(cases.map(({ language }) => language));
    const wanted = ['C', 'C++', 'Python', 'Java', 'JavaScript', 'Go', 'LaTeX', 'shell', 'archives'];
    expect(wanted.filter((language) => !languages.has(language))).toEqual([]);
    expect(cases.filter(({ directory }) => !existsSync(join(directory, 'README.md')))).toEqual([]);
  });

  it('have all been shown to reprotest', async () => {
    const { projects } = await readOracle();
    const names = (await readCases()).map(({ name }) => name);
    expect(names.filter((name) => projects[name] === undefined)).toEqual([]);
    expect(Object.keys(projects).filter((name) => !names.includes(name))).toEqual([]);
  });
});
