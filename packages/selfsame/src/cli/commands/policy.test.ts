import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { formatPublicKey, type ResultClaim } from '@selfsame/verify';
import { sha256Hex } from '@selfsame/verify';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { errorCodes } from '../../errors/codes.js';
import { writeAttestation } from '../../record/attestation-folder.js';
import { signedBy, temporaryDirectory, testKey } from '../../record/testing.js';
import { formatPrivateKeyFile } from '../../signing/key-files.js';
import type { Command, OptionValues } from '../command.js';
import { testCommandContext } from '../testing.js';
import { policyCheckCommand } from './policy-check.js';
import { policyExplainCommand } from './policy-explain.js';
import { policySimulateCommand } from './policy-simulate.js';
import { rosterSignCommand } from './roster-sign.js';
import { createVerifyCommand } from './verify.js';

let folder: ReturnType<typeof temporaryDirectory>;
beforeEach(() => {
  folder = temporaryDirectory();
});
afterEach(() => folder[Symbol.dispose]());

const context = () => testCommandContext(folder.path);

const verify = createVerifyCommand(
  () => Promise.resolve(undefined),
  () => Promise.reject(new Error('not needed')),
);
const run = (command: Command, args: string[] = [], options: OptionValues = {}) =>
  command.run(args, options, context());

const write = (name: string, text: string) => writeFileSync(join(folder.path, name), text);
const key = (name: string) => formatPublicKey(testKey(name).publicKey);

const DIVERSE = `
  alice: { key: '${key('alice')}', attributes: { os: debian, provider: own } }
  bob: { key: '${key('bob')}', attributes: { os: debian, provider: aws } }
  carol: { key: '${key('carol')}', attributes: { os: guix, provider: aws } }
`;
const STRONG = `min_compromises: 2\ndomains: [os, provider]\nsigners:${DIVERSE}`;

async function failure(promise: Promise<unknown>) {
  const error = await promise.then(
    () => ({ code: 'none', message: '', hint: '', location: undefined }),
    (thrown: unknown) => thrown as { code: keyof typeof errorCodes; message: string },
  );
  return {
    ...error,
    message: error.message,
    exit: errorCodes[error.code as keyof typeof errorCodes]?.exit,
  };
}

const build = { project: 'pigz', version: '2.8', target: 'default' };
const claim: ResultClaim = {
  build,
  definition: sha256Hex('definition'),
  outcome: 'built',
  artifacts: [{ path: 'x', sha256: sha256Hex('good') }],
};

async function signedByAll(...names: string[]): Promise<void> {
  for (const name of names)
    await writeAttestation(join(folder.path, 'attestations'), build, signedBy(name, claim));
}

describe('selfsame policy check', () => {
  it('accepts a sound policy and says what is weak in it', async () => {
    write('policy.yaml', `threshold: 2\nsigners:${DIVERSE}`);
    const { exitCode, text } = await run(policyCheckCommand);
    expect(exitCode).toBe(0);
    expect(text).toEqual([
      'warning: 2 signers are needed, but os debian can speak for 2 of the signers: ask for min_compromises to rule that out',
      'warning: whoever decides which attestations you get can leave out dissent; log: complete rules that out',
      'policy.yaml: a valid policy: 3 signers, 2 needed',
    ]);
  });

  it('says what has ended, what soon will, and what is not known', async () => {
    const exception = `{ sha256: ${sha256Hex('odd')}, until: 2027-01-10, why: signed modules }`;
    write(
      'policy.yaml',
      `dissent: note\nexceptions: [${exception}]\n${STRONG}` +
        `  dave: { keys: [{ key: '${key('dave')}', until: 2026-12-01 }], attributes: { os: nixos } }\n`,
    );
    const { text } = await run(policyCheckCommand, [], { at: '2027-01-01' });
    expect(text.slice(0, -1)).toEqual([
      `warning: the exception for ${sha256Hex('odd').slice(0, 12)} ends on 2027-01-10`,
      expect.stringMatching(/^warning: the key [0-9a-f]{24} of dave ended on 2026-12-01$/),
      'warning: the provider of dave is not known: they count as one domain of their own, which they may not be',
    ]);
    const early = await run(policyCheckCommand, [], { at: '2026-01-01' });
    expect(early.text).toHaveLength(2);
  });

  it('shows what is wrong at its place', async () => {
    write('policy.yaml', `min_compromises: 3\ndomains: [os, provider]\nsigners:${DIVERSE}`);
    expect(await failure(run(policyCheckCommand))).toMatchObject({
      code: 'POLICY_INVALID',
      exit: 2,
      message: expect.stringContaining('os:debian and provider:aws') as unknown,
      location: { line: 1 },
    });
    expect(await failure(run(policyCheckCommand, [], { at: 'today' }))).toMatchObject({
      code: 'WRONG_USE',
    });
    expect(await failure(run(policyCheckCommand, ['other.yaml']))).toMatchObject({
      code: 'POLICY_NOT_FOUND',
    });
  });
});

describe('selfsame policy explain', () => {
  it('says the rules and what they are worth in words', async () => {
    write(
      'policy.yaml',
      `assumed_sound: ['os:openbsd']\nrequired: [alice]\ndissent: { block: [bob] }\nmode: warn\n${STRONG}`,
    );
    const { text, data } = await run(policyExplainCommand);
    expect(text).toEqual([
      'policy.yaml',
      '  at least 2 of 3 signers must have got the same bits from the same inputs',
      '  alice must be among them',
      '  forging their agreement must take compromises of weight 2 or more, each of one key, os, provider',
      '  taken to be beyond compromise: os:openbsd',
      '  a different result of bob blocks an artifact until somebody looked',
      '  mode warn: refusals are only reported',
      'if all 3 signers agree, forging it takes 2 compromises',
      '  fails if os debian AND one of (provider aws, the key of carol, os guix) are compromised',
      '  assumed sound: os:openbsd',
      'no coalition below weight 2 can forge a result',
      'warning: whoever decides which attestations you get can leave out dissent; log: complete rules that out',
    ]);
    expect(data).toMatchObject({ strengthOfAll: { atLeast: 2 }, cheapestForgery: { atLeast: 2 } });
  });

  it('shows how little a plain threshold can be worth', async () => {
    write('policy.yaml', `threshold: 2\ndissent: note\nsigners:${DIVERSE}`);
    const { text } = await run(policyExplainCommand);
    expect(text).toContain('the cheapest way to forge a result: os debian');
  });
});

describe('selfsame policy simulate', () => {
  it('ranks additions, judges offers, and shows losses', async () => {
    write('policy.yaml', STRONG);
    const ranked = await run(policySimulateCommand, [], { limit: '2' });
    expect(ranked.text[0]).toMatch(/^if all 3 signers agree, forging it takes 2 compromises: /);
    expect(ranked.text).toHaveLength(3);
    expect(ranked.text[1]).toMatch(/^ {2}\+1 \(3\) {2}os /);
    const offer = await run(policySimulateCommand, [], {
      candidate: ['os=guix,provider=aws', 'os=nixos,provider=hetzner'],
    });
    expect(offer.text.slice(1)).toEqual([
      '  +1 (3)  os nixos, provider hetzner',
      '  +0 (2)  os guix, provider aws',
    ]);
    const { data } = await run(policySimulateCommand, [], { without: ['carol'] });
    expect(data).toMatchObject({ strength: { atLeast: 1 }, without: ['carol'] });
  });

  it('refuses questions that are none', async () => {
    write('policy.yaml', STRONG);
    for (const options of [
      { without: ['zoe'] },
      { candidate: ['cpu=arm'] },
      { candidate: ['os'] },
      { limit: '0' },
    ] as OptionValues[]) {
      expect(await failure(run(policySimulateCommand, [], options))).toMatchObject({
        code: 'WRONG_USE',
        exit: 2,
      });
    }
    write('policy.yaml', `threshold: 2\nsigners:${DIVERSE}`);
    expect(await failure(run(policySimulateCommand))).toMatchObject({ code: 'WRONG_USE' });
  });
});

describe('a policy with a roster', () => {
  const owners = `owners: ['${key('ann')}', '${key('ben')}', '${key('cat')}']\nthreshold: 2\n`;
  const roster = (changes = '') => `version: 1\n${changes}${owners}signers:${DIVERSE}`;
  const policy = (more = '') =>
    `min_compromises: 2\ndomains: [os, provider]\nroster:\n  min_version: 1\n${more}` +
    owners.replace(/^/gm, '  ').trimEnd();

  async function sign(draft: string, ...names: string[]): Promise<string> {
    write('roster.yaml', draft);
    const lines = [];
    for (const name of names) {
      writeFileSync(join(folder.path, 'k.key'), formatPrivateKeyFile(testKey(name), name), {
        mode: 0o600,
      });
      const { text } = await run(rosterSignCommand, ['roster.yaml'], { key: 'k.key' });
      lines.push(...text);
    }
    return lines.map((line) => `${line}\n`).join('');
  }

  it('is judged by the signers that enough owners put there', async () => {
    write('policy.yaml', policy());
    await signedByAll('alice', 'carol');
    expect(await failure(run(verify))).toMatchObject({ code: 'ROSTER_NOT_FOUND', exit: 2 });
    write('roster.jsonl', await sign(roster(), 'ann', 'ann', 'zoe'));
    expect(await failure(run(verify))).toMatchObject({ code: 'ROSTER_REFUSED', exit: 1 });
    write('roster.jsonl', await sign(roster(), 'ann', 'cat'));
    const { exitCode, text } = await run(verify);
    expect(text.at(-1)).toBe(
      'accepted: pigz 2.8 (default): 1 artifact, the same from alice and carol (2 needed); forging it takes 2 compromises',
    );
    expect(exitCode).toBe(0);
    expect((await run(policyCheckCommand)).text.at(-1)).toBe(
      'policy.yaml: a valid policy: 3 signers, 2 needed, roster version 1',
    );
  });

  it('is refused with a roster that is out of date, as of the time asked', async () => {
    write('policy.yaml', policy());
    await signedByAll('alice', 'carol');
    write('roster.jsonl', await sign(roster('expires: 2027-01-01\n'), 'ann', 'ben'));
    expect((await run(verify, [], { at: '2026-12-31' })).exitCode).toBe(0);
    expect(await failure(run(verify, [], { at: '2027-01-01' }))).toMatchObject({
      code: 'ROSTER_REFUSED',
    });
    write('policy.yaml', policy('  expired: warn\n'));
    expect((await run(verify, [], { at: '2027-01-01' })).exitCode).toBe(0);
    const { text } = await run(policyCheckCommand, [], { at: '2027-01-01' });
    expect(text[0]).toBe('warning: the roster ended on 2027-01-01');
  });

  it('shows what is wrong with a draft or a file at its place', async () => {
    write('policy.yaml', policy());
    write('roster.jsonl', 'hello\n');
    expect(await failure(run(policyCheckCommand))).toMatchObject({
      code: 'ROSTER_INVALID',
      exit: 2,
      message: expect.stringContaining('roster.jsonl, line 1') as unknown,
    });
    expect(await failure(sign(roster().replace('debian', '"?"'), 'ann'))).toMatchObject({
      code: 'ROSTER_INVALID',
      location: { file: 'roster.yaml' },
    });
    mkdirSync(join(folder.path, 'x'));
    expect(await failure(run(rosterSignCommand, ['nowhere.yaml'], { key: 'k.key' }))).toMatchObject(
      { code: 'ROSTER_NOT_FOUND' },
    );
  });
});

describe('attack 8: exit codes', () => {
  it('are 1 for every refusal, unless the policy only observes', async () => {
    await signedByAll('alice', 'bob');
    write('policy.yaml', STRONG);
    const enforced = await run(verify);
    expect([enforced.exitCode, (enforced.data as { accepted: boolean }).accepted]).toEqual([
      1,
      false,
    ]);
    expect(enforced.text.at(-1)).toBe(
      'refused: pigz 2.8 (default): forging x takes 1 compromise, not 2: os debian',
    );
    write('policy.yaml', `mode: observe\n${STRONG}`);
    const observed = await run(verify);
    expect([observed.exitCode, (observed.data as { accepted: boolean }).accepted]).toEqual([
      0,
      false,
    ]);
    expect(observed.text.at(-1)).toMatch(/^would be refused \(mode observe\): /);
    await signedByAll('carol');
    write('policy.yaml', STRONG);
    expect((await run(verify)).exitCode).toBe(0);
  });
});
