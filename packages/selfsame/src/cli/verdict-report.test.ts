import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import {
  formatNoteKey,
  formatPublicKey,
  judgeVotes,
  parsePolicy,
  sha256Hex,
  type JsonValue,
  type ResultClaim,
  type Vote,
} from '@selfsame/verify';
import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { testLogKey, witnessKey } from '../log/testing.js';
import { writeAttestation } from '../record/attestation-folder.js';
import { writeDefinition } from '../record/definition-file.js';
import { buildId } from '../record/build-id.js';
import { judgeBuild, judgeLocalFile } from '../record/judge-builds.js';
import {
  signedBy,
  temporaryDirectory,
  testDefinition,
  testKey,
  testPolicyText,
} from '../record/testing.js';
import { plainStyle } from '../text/style.js';
import { displayWidth } from '../text/width.js';
import { differencesText } from './verdict-differences.js';
import { verdictData, verdictText } from './verdict-report.js';
import type { VerdictReport } from './verdict-report.js';

const build = { project: 'pigz', version: '2.8', target: 'default' };
const mine = testDefinition();
const theirs = testDefinition({
  environment: sha256Hex('newer'),
  steps: [{ name: 'build', shell: 'sh', script: 'make all\nmake check' }],
});
const claim: ResultClaim = {
  build,
  definition: buildId(mine),
  outcome: 'built',
  artifacts: [{ path: 'pigz.tar.gz', sha256: sha256Hex('good') }],
};
const bad = { ...claim, artifacts: [{ path: 'pigz.tar.gz', sha256: sha256Hex('bad') }] };
const other = { ...claim, definition: buildId(theirs) };

/** The report on claims by signers of a policy, all of whom are named. */
async function report(
  claims: Readonly<Record<string, ResultClaim | undefined>>,
  more: { expected?: string; file?: string; policy?: string } = {},
): Promise<VerdictReport> {
  using folder = temporaryDirectory();
  for (const [signer, one] of Object.entries(claims))
    if (one !== undefined) await writeAttestation(folder.path, build, signedBy(signer, one));
  for (const definition of [mine, theirs]) await writeDefinition(folder.path, build, definition);
  const trusted = Object.keys(claims).filter((name) => name !== 'mallory');
  const policy = parsePolicy(parse(testPolicyText(trusted, more.policy)) as JsonValue);
  const judgements = [await judgeBuild(folder.path, policy, build, more.expected)];
  const files =
    more.file === undefined ? [] : [await judgeLocalFile(more.file, 'pigz.tar.gz', judgements)];
  const policyFile = { policy, sha256: sha256Hex('policy') };
  return { policyFile, folder: '/a/folder', judgements, files, unusable: [] };
}

const text = async (...args: Parameters<typeof report>) =>
  verdictText(await report(...args), plainStyle);

describe('the report for a person', () => {
  const good = sha256Hex('good').slice(0, 12);
  const evil = sha256Hex('bad').slice(0, 12);
  const id = buildId(mine);

  it('of one signer says how many are needed', async () => {
    expect(await text({ alice: claim, bob: undefined })).toEqual([
      'pigz 2.8 (default)',
      `  build id ${id}`,
      '  artifact     alice         bob  verdict',
      `  pigz.tar.gz  ${good}  -    too-few`,
      'refused: pigz 2.8 (default): pigz.tar.gz has 1 of 2 signers needed (alice)',
    ]);
  });

  it('of two who disagree shows both', async () => {
    expect(await text({ alice: claim, bob: bad })).toEqual([
      'pigz 2.8 (default)',
      `  build id ${id}`,
      '  artifact     alice         bob           verdict',
      `  pigz.tar.gz  ${[good, evil].join('  ')}  mismatch`,
      `refused: pigz 2.8 (default): signers got different bits for pigz.tar.gz: ${
        sha256Hex('bad') < sha256Hex('good')
          ? `bob ${evil}, alice ${good}`
          : `alice ${good}, bob ${evil}`
      }`,
    ]);
  });

  it('of five with one dissenting and one silent fits a terminal', async () => {
    const claims = { ada: claim, bob: claim, cyd: claim, dan: bad, eve: undefined };
    const lines = await text(claims, { policy: 'dissent: note\n' });
    expect(lines.slice(2)).toEqual([
      '  artifact     ada           bob           cyd           dan           eve  verdict',
      `  pigz.tar.gz  ${good}  ${good}  ${good}  ${evil}  -    accepted`,
      'accepted: pigz 2.8 (default): 1 artifact, the same from ada, bob and cyd (2 needed); dan got other bits, which the policy only notes',
    ]);
    const narrow = verdictText(await report(claims), plainStyle, 60);
    expect(narrow.slice(2, -1)).toEqual([
      '  pigz.tar.gz: dissent',
      `    ${good}  ada, bob, cyd`,
      `    ${evil}  dan`,
      '    -             eve',
    ]);
    const table = narrow.slice(2, -1).map(displayWidth);
    expect(Math.max(...table)).toBeLessThanOrEqual(60);
  });

  it('of another definition says in what it differs', async () => {
    const differences = [
      `    differs from build id ${id.slice(0, 12)} in environment: ${sha256Hex('environment').slice(0, 12)} -> ${sha256Hex('newer').slice(0, 12)}`,
      `    differs from build id ${id.slice(0, 12)} in steps.build.script`,
    ];
    const claims = { alice: claim, bob: claim, carol: other };
    const asked = await text(claims, { expected: id });
    expect(asked.slice(4, 7)).toEqual([
      `  not compared: carol built something else (pigz 2.8 (default), build id ${buildId(theirs)})`,
      ...differences,
    ]);
    expect(asked.at(-1)).toMatch(/^accepted/);
    const open = await text({ alice: claim, bob: claim, carol: other });
    expect(open).toEqual(expect.arrayContaining(differences));
  });

  it('of definitions made to be long stays short', () => {
    const differences = Array.from({ length: 20 }, (_, index) => ({
      field: `inputs.${'n'.repeat(500)}\u001b[2J.${index}`,
      a: 'v'.repeat(500),
      b: undefined,
    }));
    const comparison = { definition: id, comparedWith: id, differences, problem: undefined };
    const lines = differencesText(comparison, plainStyle);
    expect(lines).toHaveLength(9);
    expect(lines.at(-1)).toBe('    and in 12 more');
    expect(Math.max(...lines.map(displayWidth))).toBeLessThan(150);
    expect(lines.join('')).not.toContain('\u001b');
  });

  it('names junk in the folder, also beside a single build', async () => {
    const found = await report({ alice: claim, bob: claim });
    const lines = verdictText({ ...found, unusable: [{ path: 'a b', reason: 'odd' }] }, plainStyle);
    expect(lines).toHaveLength(verdictText(found, plainStyle).length + 1);
    expect(lines.at(-1)).toContain('a b');
    expect(verdictText(found, plainStyle).at(-1)).toMatch(/^accepted: /);
  });

  it('of a stranger counts nothing', async () => {
    const lines = await text({ alice: claim, bob: undefined, mallory: claim });
    expect(lines.at(-2)).toBe('  not counted: signatures on one payload by keys not in the policy');
    expect(lines.at(-1)).toMatch(/^refused/);
  });
});

/** Verdicts under a policy that asks for everything, of signers in whom much is wrong. */
function wholeReport(): VerdictReport {
  const signer = (name: string, more: object = {}) => ({
    key: formatPublicKey(testKey(name).publicKey),
    ...more,
  });
  const policy = parsePolicy({
    min_compromises: 2,
    domains: ['os'],
    assumed_sound: ['os:openbsd'],
    distinct: { os: 2 },
    dissent: { block: ['alice'] },
    mode: 'warn',
    log: {
      logs: [formatNoteKey(testLogKey)],
      witnesses: { threshold: 1, keys: [witnessKey('w')] },
      votes: 'optional',
      complete: true,
      max_age: '7d',
    },
    signers: {
      alice: signer('alice', { attributes: { os: 'debian' } }),
      bob: signer('bob', { attributes: { os: 'guix' } }),
      carol: signer('carol'),
      dave: signer('dave', { until: '2020-01-01' }),
    },
  });
  const vote = (name: string, content: string, changes: Partial<Vote> = {}): Vote => ({
    key: testKey(name).publicKey.id,
    signature: 'valid',
    evidence: sha256Hex(`${name} ${content}`),
    format: 'claim',
    build,
    inputs: buildId(mine),
    outcome: 'built',
    artifacts: [{ path: 'pigz.tar.gz', sha256: sha256Hex(content) }],
    ...changes,
  });
  const votes = [
    vote('alice', 'good'),
    vote('carol', 'good'),
    vote('carol', 'bad'),
    vote('dave', 'good'),
    vote('bob', 'good', { signature: 'weak', reason: 'the signature is over SHA-1' }),
  ];
  const listed = votes.map(({ key, evidence }) => ({ key: key ?? '', evidence }));
  const missing = { key: testKey('bob').publicKey.id, evidence: sha256Hex('withheld') };
  const at = 1_800_000_000;
  const complete = { build, votes: [...listed, missing], time: at, witnesses: ['w'] };
  const verdict = { ...judgeVotes(votes, policy, { build, at, complete }), setAside: [] };
  const judgement = {
    build,
    expected: undefined,
    verdict,
    comparisons: [],
    unusable: [],
    hasClaims: true,
  };
  const policyFile = { policy, sha256: sha256Hex('policy') };
  return { policyFile, folder: '/a', judgements: [judgement], files: [], unusable: [] };
}

describe('the report under a policy that asks for much', () => {
  it('shows who does not count and why, what contradicts itself, what is missing, and what it rests on', () => {
    const lines = verdictText(wholeReport(), plainStyle, 200);
    const row = lines.find((line) => line.includes('pigz.tar.gz  '));
    const good = sha256Hex('good').slice(0, 12);
    expect(row).toMatch(
      new RegExp(`^  pigz.tar.gz  ${good}  weak  .*!=.*  outside-window  incomplete$`),
    );
    const text = lines.join('\n');
    expect(text).toContain('carol signed two results for pigz.tar.gz with one key');
    expect(text).toContain('not counted: bob: the signature is over SHA-1 (claim ');
    expect(text).toContain('the log lists one attestation that is not here');
    expect(text).toContain(
      'fails if one of (the unknown os, the key of carol) AND one of (os debian, ',
    );
    expect(text).toContain('assumed sound: os:openbsd');
    expect(text).toContain('assumed: signers of unknown os have none of the known values of it');
    expect(lines.at(-1)).toMatch(/^would be refused \(mode warn\): pigz 2\.8 \(default\): /);
  });
});

/** Every path of a document, list items as `[]`: `builds[].definitions[].accepted`. */
function paths(value: unknown, path = ''): string[] {
  if (Array.isArray(value)) return value.flatMap((item) => paths(item, `${path}[]`));
  if (typeof value !== 'object' || value === null) return [path];
  return Object.entries(value).flatMap(([key, item]) =>
    item === undefined ? [] : paths(item, path === '' ? key : `${path}.${key}`),
  );
}

describe('the report for scripts', () => {
  const page = readFileSync(
    new URL('../../../../docs/claims-and-verdicts.md', import.meta.url),
    'utf8',
  );
  const documented = new Set(
    paths(JSON.parse(/^```json verdict\n([^]*?)^```$/m.exec(page)?.[1] ?? '')),
  );
  // Said in words there: these have the shape of something shown.
  const alike = /\.(?:otherBuilds|artifact\.)|\.error\./;

  it('has the documented fields and no others', async () => {
    using folder = temporaryDirectory();
    const file = join(folder.path, 'pigz.tar.gz');
    writeFileSync(file, 'good');
    const claims = { alice: claim, bob: claim, carol: other, dan: bad, mallory: claim };
    const seen = new Set<string>();
    for (const one of [
      await report(claims, { policy: 'required: [alice]\ndissent: note\n', file }),
      await report({ alice: claim, bob: undefined, carol: other }, { expected: buildId(mine) }),
    ]) {
      const data = verdictData(one);
      for (const path of paths(data)) if (!alike.test(path)) seen.add(path);
    }
    expect([...seen].filter((path) => !documented.has(path))).toEqual([]);
    for (const path of paths(verdictData(wholeReport()))) if (!alike.test(path)) seen.add(path);
    expect([...seen].filter((path) => !documented.has(path))).toEqual([]);
    const unseen = [...documented].filter((path) => !seen.has(path) && !alike.test(path));
    // Shown by tests of junk and of folders that lack a definition.
    expect(unseen).toEqual([
      'builds[].definitions[].artifacts[].exception.sha256',
      'builds[].definitions[].artifacts[].exception.until',
      'builds[].definitions[].artifacts[].exception.why',
      'builds[].comparisons[].problem',
      'builds[].unusable[].path',
      'builds[].unusable[].reason',
    ]);
  });
});
