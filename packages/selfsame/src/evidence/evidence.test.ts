import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  canonicalDigest,
  judgeEvidence,
  parseEvidence,
  parsePolicy,
  VerifyError,
  type EvidenceFile,
  type JsonValue,
} from '@selfsame/verify';
import { evidencePackCommand } from '../cli/commands/evidence-pack.js';
import { evidencePageCommand } from '../cli/commands/evidence-page.js';
import { evidenceVerifyCommand } from '../cli/commands/evidence-verify.js';
import type { Command, CommandContext, OptionValues } from '../cli/command.js';
import { plainStyle } from '../text/style.js';
import { readLogCopy } from '../log/log-copy.js';
import { testLogPolicy, testLogRuleText } from '../log/testing.js';
import { judgeBuild } from '../record/judge-builds.js';
import { temporaryDirectory } from '../record/testing.js';
import { formatEvidence } from './format-evidence.js';
import { packEvidence } from './pack-evidence.js';
import { testArtifactDigest, testEvidenceFolder, testEvidenceSigners } from './testing.js';

const AT = 1_800_000_100;
const complete = testLogRuleText('votes: required, complete: true');
let scratch: ReturnType<typeof temporaryDirectory>;
let made: Awaited<ReturnType<typeof testEvidenceFolder>>;
let text: string;

beforeAll(async () => {
  scratch = temporaryDirectory();
  made = await testEvidenceFolder(scratch.path, { rule: complete });
  const policy = testLogPolicy(testEvidenceSigners, complete);
  const logs = [await readLogCopy(made.log, policy.log)];
  ({ text } = await packEvidence({ ...made, policy, logs }));
});
afterAll(() => scratch[Symbol.dispose]());

const run = async (command: Command, args: readonly string[], options: OptionValues) =>
  await command.run(args, options, {
    cwd: scratch.path,
    env: {},
    settings: {},
    signal: new AbortController().signal,
    style: plainStyle,
  } as unknown as CommandContext);

describe('evidence', () => {
  it('gives the verdict that the folder gives', async () => {
    const policy = testLogPolicy(testEvidenceSigners, complete);
    const copies = [await readLogCopy(made.log, policy.log)];
    const { builds, accepted } = judgeEvidence(parseEvidence(text), { policy }, AT);
    expect(accepted).toBe(true);
    for (const { build, verdict } of builds) {
      const folder = await judgeBuild(
        made.folder,
        policy,
        build,
        undefined,
        undefined,
        AT,
        [],
        copies,
      );
      expect(verdict).toEqual(folder.verdict);
    }
    expect(builds).toHaveLength(2);
  });

  it('is the same bytes however its parts are ordered, and gives the same verdict', () => {
    const evidence = parseEvidence(text);
    const verdict = judgeEvidence(evidence, { policyOfFile: true }, AT);
    const order = fc.infiniteStream(fc.nat());
    fc.assert(
      fc.property(order, (numbers) => {
        const shuffle = <T>(items: readonly T[]): T[] =>
          items
            .map((item) => [numbers.next().value as number, item] as const)
            .sort(([a], [b]) => a - b)
            .flatMap(([number, item]) => (number % 7 === 0 ? [item, item] : [item]));
        const shuffled: EvidenceFile = {
          ...evidence,
          builds: shuffle(evidence.builds).map((one) => ({
            ...one,
            attestations: shuffle(one.attestations),
            definitions: shuffle(one.definitions),
          })),
          proofs: shuffle(evidence.proofs),
          logs: shuffle(evidence.logs),
        };
        expect(judgeEvidence(shuffled, { policyOfFile: true }, AT)).toEqual(verdict);
      }),
      { numRuns: 15 },
    );
    expect(formatEvidence(evidence)).toBe(text);
    const { builds } = evidence;
    expect(formatEvidence({ ...evidence, builds: [...builds, ...builds].reverse() })).toBe(text);
  });

  it('attack 7: refuses when a vote that the log lists was left out', () => {
    const evidence = parseEvidence(text);
    const builds = evidence.builds.map((one) => ({
      ...one,
      attestations: one.attestations.slice(1),
    }));
    const { accepted, builds: judged } = judgeEvidence(
      { ...evidence, builds },
      { policyOfFile: true },
      AT,
    );
    expect(accepted).toBe(false);
    expect(judged[0]?.verdict.completeness?.state).toBe('withheld');
  });

  it('refuses without the whole log, and with one of which an entry was changed or left out', () => {
    const evidence = parseEvidence(text);
    const [log] = evidence.logs;
    const [first, ...rest] = log!.entries;
    const other = new TextEncoder().encode(new TextDecoder().decode(first).replace('2.8', '2.7'));
    for (const logs of [
      [],
      [{ ...log!, entries: rest }],
      [{ ...log!, entries: [other, ...rest] }],
    ]) {
      const { builds } = judgeEvidence({ ...evidence, logs }, { policyOfFile: true }, AT);
      expect(builds[0]?.verdict.completeness?.state).toBe('no-list');
      expect(builds[0]?.verdict.accepted).toBe(false);
    }
  });

  it('attack 13: is stale when the policy wants fresher lists', () => {
    const late = AT + 8 * 86_400;
    const { accepted, builds } = judgeEvidence(parseEvidence(text), { policyOfFile: true }, late);
    expect(accepted).toBe(false);
    expect(builds[0]?.verdict.completeness?.state).toBe('stale');
  });

  it('attack 26: is never judged by what it brings itself, unless its digest was named', () => {
    const evidence = parseEvidence(text);
    const digest = canonicalDigest(evidence.policy);
    expect(judgeEvidence(evidence, { policyDigest: digest }, AT).accepted).toBe(true);
    const weaker = { ...evidence, policy: { ...evidence.policy, mode: 'observe' } };
    expect(() => judgeEvidence(weaker, { policyDigest: digest }, AT)).toThrow(
      expect.objectContaining({ code: 'EVIDENCE_INVALID' }) as Error,
    );
    const strangers = parsePolicy({
      threshold: 2,
      signers: {
        x: (evidence.policy['signers'] as Record<string, JsonValue>)['alice'] ?? '',
        y: 'ed25519:aebMP+ERuuvINMIhSuyDfXOBg8L7oUV3Uf+iLPIrzgA=',
      },
    });
    expect(judgeEvidence(evidence, { policy: strangers }, AT).accepted).toBe(false);
  });

  it('attack 25: is bounded, and refused whole for what is not known', () => {
    const document = JSON.parse(text) as Record<string, unknown>;
    const refused = (changes: Record<string, unknown>) => {
      try {
        parseEvidence(JSON.stringify({ ...document, ...changes }));
        return 'accepted';
      } catch (error) {
        return error instanceof VerifyError ? error.code : 'crash';
      }
    };
    expect(refused({ more: 1 })).toBe('EVIDENCE_INVALID');
    expect(refused({ type: 'selfsame/evidence/v2' })).toBe('EVIDENCE_INVALID');
    expect(refused({ roster: Array.from({ length: 10_001 }, () => ({})) })).toBe('LIMIT_EXCEEDED');
    expect(refused({ logs: Array.from({ length: 65 }, () => ({})) })).toBe('LIMIT_EXCEEDED');
    expect(refused({ proofs: ['x'] })).toBe('PROOF_INVALID');
    expect(refused({ builds: [{}] })).toBe('EVIDENCE_INVALID');
  });

  it('never crashes on altered bytes, and never accepts with fewer votes than it had', () => {
    const bytes = Buffer.from(text);
    const signed = new Set(['2.8', '2.9'].map((version) => testArtifactDigest(version)));
    fc.assert(
      fc.property(fc.nat(bytes.length - 1), fc.integer({ min: 1, max: 255 }), (at, change) => {
        const altered = Buffer.from(bytes);
        altered[at] = (altered[at] ?? 0) ^ change;
        try {
          const policy = testLogPolicy(testEvidenceSigners, complete);
          const { builds } = judgeEvidence(parseEvidence(altered), { policy }, AT);
          for (const { verdict } of builds) {
            // Whatever was altered, only what was signed is ever accepted.
            for (const { artifacts } of verdict.definitions) {
              for (const { sha256 } of artifacts) {
                expect(sha256 === undefined || signed.has(sha256)).toBe(true);
              }
            }
            expect(verdict.accepted && verdict.notCounted.length > 0).toBe(false);
          }
        } catch (error) {
          if (!(error instanceof VerifyError)) throw error;
        }
      }),
      { numRuns: 300 },
    );
  });
});

describe('the commands', () => {
  it('pack and judge, by the digest or by a policy of one’s own, and say what to do without', async () => {
    const packed = await run(evidencePackCommand, [], {
      policy: 'policy.yaml',
      attestations: 'attestations',
      log: ['log'],
      out: 'e.json',
    });
    const facts = { builds: 2, attestations: 6, proofs: 6, unusable: [], notPacked: [] };
    expect(packed.data).toMatchObject(facts);
    expect(readFileSync(join(scratch.path, 'e.json'), 'utf8')).toBe(text);
    const { policyDigest } = packed.data as { policyDigest: string };
    const at = '2027-01-15T08:01:40Z';
    const byDigest = await run(evidenceVerifyCommand, ['e.json'], { policyDigest, at });
    expect(byDigest).toMatchObject({ exitCode: 0, data: { accepted: true } });
    expect(
      await run(evidenceVerifyCommand, ['e.json'], { policy: 'policy.yaml', at }),
    ).toMatchObject({
      exitCode: 0,
    });
    await expect(run(evidenceVerifyCommand, ['e.json'], { at })).rejects.toMatchObject({
      code: 'EVIDENCE_POLICY',
      hint: expect.stringContaining(policyDigest) as string,
    });
    const other = { policyDigest: 'a'.repeat(64), at };
    await expect(run(evidenceVerifyCommand, ['e.json'], other)).rejects.toMatchObject({
      code: 'EVIDENCE_POLICY',
    });
    writeFileSync(join(scratch.path, 'other.gz'), 'something else');
    const file = await run(evidenceVerifyCommand, ['e.json'], {
      policyDigest,
      at,
      file: ['other.gz'],
    });
    expect(file.exitCode).toBe(1);
  });

  it('say which files in other formats are not packed', async () => {
    using other = temporaryDirectory();
    const some = await testEvidenceFolder(other.path);
    const signer = join(some.folder, 'pigz.sigs', '2.8', 'dave');
    mkdirSync(signer, { recursive: true });
    writeFileSync(join(signer, 'all.SHA256SUMS'), `${'a'.repeat(64)}  pigz.tar.gz\n`);
    const out = join(other.path, 'e.json');
    const options = { policy: some.policyPath, attestations: some.folder, out };
    const packed = await run(evidencePackCommand, [], options);
    expect(packed.data).toMatchObject({
      attestations: 6,
      notPacked: ['pigz.sigs/2.8/dave/all.SHA256SUMS'],
    });
    expect(packed.text.at(-1)).toBe(
      'not packed: pigz.sigs/2.8/dave/all.SHA256SUMS: evidence files hold claims of selfsame, and no other formats',
    );
  });

  it('name files that are not there, no evidence, or cannot be written', async () => {
    const digest = { policyDigest: 'a'.repeat(64) };
    await expect(run(evidenceVerifyCommand, ['none'], digest)).rejects.toMatchObject({
      code: 'EVIDENCE_NOT_FOUND',
    });
    await expect(run(evidenceVerifyCommand, ['policy.yaml'], digest)).rejects.toMatchObject({
      code: 'EVIDENCE_INVALID',
    });
    const page = await run(evidencePageCommand, [], { out: 'no/where.html' }).catch(
      (error: { code: string }) => error.code,
    );
    expect(['EVIDENCE_WRITE', 'EVIDENCE_PAGE_MISSING']).toContain(page);
  });
});
