import { describe, expect, it } from 'vitest';
import { parseResultClaim, type BuildName } from '../claim/result-claim.js';
import { canonicalDigest, sha256Hex } from '../digest/sha256.js';
import type { Envelope } from '../dsse/envelope.js';
import type { JsonObject } from '../json/value.js';
import { formatPublicKey } from '../keys/key-text.js';
import { formatLogEntry } from '../log/entry.js';
import type { LogCopy } from '../log/logged-claims.js';
import { leafHash, treeHash } from '../log/merkle.js';
import type { TlogProof } from '../log/tlog-proof.js';
import { parsePolicy } from '../policy/parse-policy.js';
import type { Roster } from '../roster/roster.js';
import { ROSTER_PAYLOAD_TYPE, rosterPayload } from '../roster/signed-roster.js';
import { claimOf, signedBy, testPolicy, testSigner } from '../testing/builders.js';
import { codeOf } from '../testing/codes.js';
import { path } from '../testing/log.js';
import { formatCheckpoint, signEnvelope, signNote, testKey } from '../testing/sign.js';
import { testLogRule } from '../testing/votes.js';
import type { EvidenceFile } from './evidence.js';
import { judgeEvidence, judgeEvidenceInParallel, type EvidenceTrust } from './judge-evidence.js';

const NOW = 1_800_000_000;
const textOf = (name: string) => formatPublicKey(testKey(name).publicKey);
const signers = (...names: readonly string[]): JsonObject =>
  Object.fromEntries(names.map((name) => [name, textOf(name)]));
const document: JsonObject = { threshold: 2, signers: signers('alice', 'bob', 'carol') };
const policy = parsePolicy(document);

const named = (version: string): BuildName => ({ project: 'pigz', version, target: 'default' });
const votes = (version: string, ...names: readonly string[]): Envelope[] =>
  names.map((name) => signedBy(name, claimOf({ x: version }, { build: named(version) })));
const build = (version: string, ...names: readonly string[]) => ({
  build: named(version),
  attestations: votes(version, ...names),
  definitions: [],
});
const evidence = (changes: Partial<EvidenceFile> = {}): EvidenceFile => ({
  policy: document,
  roster: [],
  builds: [build('2.8', 'alice', 'bob')],
  proofs: [],
  logs: [],
  ...changes,
});

describe('judgeEvidence', () => {
  it('accepts when every build is accepted, and there is one', () => {
    const accepted = (builds: EvidenceFile['builds']) =>
      judgeEvidence(evidence({ builds }), { policy }).accepted;
    expect(accepted([build('2.8', 'alice', 'bob')])).toBe(true);
    expect(accepted([build('2.8', 'alice', 'bob'), build('2.9', 'bob', 'carol')])).toBe(true);
    expect(accepted([build('2.8', 'alice', 'bob'), build('2.9', 'bob')])).toBe(false);
    expect(accepted([])).toBe(false);
  });

  it('puts together what was packed apart, and judges in the order of names', () => {
    const apart = [build('2.9', 'carol'), build('2.8', 'bob'), build('2.9', 'bob')];
    const together = [build('2.8', 'bob'), build('2.9', 'carol', 'bob')];
    const judged = judgeEvidence(evidence({ builds: apart }), { policy });
    expect(judged).toEqual(judgeEvidence(evidence({ builds: together }), { policy }));
    expect(judged.builds.map((one) => [one.build.version, one.verdict.accepted])).toEqual([
      ['2.8', false],
      ['2.9', true],
    ]);
  });

  it('attack 26: judges by the policy of whoever asks, and never by its own unless asked to', () => {
    const strict = testPolicy(['alice', 'bob', 'carol'], { threshold: 3 });
    expect(judgeEvidence(evidence(), { policy: strict })).toMatchObject({
      accepted: false,
      policy: strict,
      policyDigest: canonicalDigest(document),
      roster: undefined,
      logs: undefined,
    });
    expect(judgeEvidence(evidence(), { policyOfFile: true })).toMatchObject({
      accepted: true,
      policy,
    });
    // Without signers and roster it is none: said, and nothing is looked for.
    const nobody = testPolicy([]);
    expect(codeOf(() => judgeEvidence(evidence(), { policy: nobody }))).toBe('POLICY_THRESHOLD');
    // Its own is not even looked at: it need not be one.
    const broken = evidence({ policy: { threshold: 'none' } });
    expect(judgeEvidence(broken, { policy }).accepted).toBe(true);
    expect(codeOf(() => judgeEvidence(broken, { policyOfFile: true }))).toBe('POLICY_INVALID');
  });

  it('attack 26: judges by the policy in it when its digest was named, and by no other', () => {
    const policyDigest = canonicalDigest(document);
    expect(judgeEvidence(evidence(), { policyDigest }).accepted).toBe(true);
    const weaker = { ...document, mode: 'observe' };
    expect(codeOf(() => judgeEvidence(evidence({ policy: weaker }), { policyDigest }))).toBe(
      'EVIDENCE_INVALID',
    );
  });

  it('judges as of a time, which a file never says itself', () => {
    const exceptions = [{ sha256: sha256Hex('2.8'), until: '2026-01-01', why: 'known' }];
    const rules = parsePolicy({ ...document, exceptions });
    const one = evidence({ builds: [build('2.8', 'alice')] });
    expect(judgeEvidence(one, { policy: rules }, 1_700_000_000).accepted).toBe(true);
    expect(judgeEvidence(one, { policy: rules }, NOW).accepted).toBe(false);
    expect(judgeEvidence(one, { policy: rules }).accepted).toBe(false);
  });
});

describe('evidence with a roster', () => {
  const roster: Roster = {
    version: 1,
    previous: undefined,
    expires: NOW,
    owners: { threshold: 1, keys: [testKey('ann').publicKey] },
    signers: ['alice', 'bob'].map((name) => testSigner(name)),
  };
  const signed = [signEnvelope(ROSTER_PAYLOAD_TYPE, rosterPayload(roster), testKey('ann'))];
  const trust = { threshold: 1, owners: [textOf('ann')], min_version: 1 };
  const waiting = parsePolicy({ threshold: 2, roster: trust });

  it('takes the signers from it, when its owners signed it', () => {
    const {
      accepted,
      policy: used,
      roster: opened,
    } = judgeEvidence(evidence({ roster: signed }), { policy: waiting }, NOW - 1);
    expect(accepted).toBe(true);
    expect(used.signers.map(({ name }) => name)).toEqual(['alice', 'bob']);
    expect(opened).toMatchObject({ roster, isExpired: false });
    for (const other of [
      [],
      [signEnvelope(ROSTER_PAYLOAD_TYPE, rosterPayload(roster), testKey('mallory'))],
    ]) {
      expect(codeOf(() => judgeEvidence(evidence({ roster: other }), { policy: waiting }))).toBe(
        'ROSTER_UNTRUSTED',
      );
    }
  });

  it('takes it only until it expires', () => {
    const judge = (at?: number) => () =>
      judgeEvidence(evidence({ roster: signed }), { policy: waiting }, at);
    expect(codeOf(judge(NOW - 1))).toBe('accepted');
    expect(codeOf(judge(NOW + 1))).toBe('ROSTER_EXPIRED');
    expect(codeOf(judge())).toBe('ROSTER_EXPIRED');
  });

  it('leaves the signers alone of a policy that has them, whether it names a roster or not', () => {
    const filled = { ...waiting, signers: policy.signers };
    const judged = judgeEvidence(evidence({ roster: [] }), { policy: filled }, NOW);
    expect(judged).toMatchObject({ accepted: true, policy: filled, roster: undefined });
    expect(judgeEvidence(evidence({ roster: signed }), { policy }, NOW).roster).toBeUndefined();
  });
});

/** A log with all votes of some envelopes, witnessed at `NOW`, and a proof for each. */
function logged(envelopes: readonly Envelope[]): { copy: LogCopy; proofs: TlogProof[] } {
  const entries = envelopes.map(({ payloadType, payload, signatures: [{ keyId, signature }] }) => {
    const claim = parseResultClaim(payloadType, payload);
    const { build: about, definition, outcome } = claim;
    const entry = { build: about, definition, outcome, payload: sha256Hex(payload) };
    return formatLogEntry({ ...entry, key: keyId, signature });
  });
  const leaves = entries.map(leafHash);
  const root = treeHash(leaves);
  const text = formatCheckpoint({ origin: 'log', size: leaves.length, root, extensions: [] });
  const cosigned = ['w1', 'w2'].map((name) => signNote(text, name, testKey(name), NOW));
  const checkpoint = {
    text,
    signatures: [signNote(text, 'log', testKey('log')), ...cosigned] as const,
  };
  const proofs = entries.map((extra, index) => ({
    index,
    hashes: path(index, leaves),
    checkpoint,
    extra,
  }));
  return { copy: { checkpoint, entries }, proofs };
}

describe('evidence with a log', () => {
  const { copy, proofs } = logged(votes('2.8', 'alice', 'bob'));
  const required = testPolicy(['alice', 'bob', 'carol'], {
    log: { ...testLogRule, votes: 'required' },
  });
  const complete = testPolicy(['alice', 'bob', 'carol'], {
    log: { ...testLogRule, complete: true },
  });

  it('counts votes that are proved to be in it, where the policy wants that', () => {
    const judged = judgeEvidence(evidence({ proofs }), { policy: required });
    expect(judged.accepted).toBe(true);
    expect(judged.logs?.witnessed.size).toBe(2);
    expect(judgeEvidence(evidence(), { policy: required }).accepted).toBe(false);
    const one = evidence({ proofs: proofs.slice(1) });
    expect(judgeEvidence(one, { policy: required }).accepted).toBe(false);
    // A policy that names no log looks at none.
    expect(judgeEvidence(evidence({ proofs }), { policy }).logs).toBeUndefined();
  });

  it('attack 7: wants every vote that the whole log lists, as fresh as asked', () => {
    const state = (changes: Partial<EvidenceFile>, at: number | undefined = NOW) => {
      const { accepted, builds } = judgeEvidence(evidence(changes), { policy: complete }, at);
      return [accepted, builds[0]?.verdict.completeness?.state];
    };
    expect(state({ logs: [copy] })).toEqual([true, 'complete']);
    expect(state({})).toEqual([false, 'no-list']);
    expect(state({ logs: [copy] }, NOW + testLogRule.maxAge + 1)).toEqual([false, 'stale']);
    const all = logged(votes('2.8', 'alice', 'bob', 'carol')).copy;
    expect(state({ logs: [all] })).toEqual([false, 'withheld']);
  });
});

describe('judgeEvidenceInParallel', () => {
  const { proofs } = logged(votes('2.8', 'alice', 'bob'));
  const required = testPolicy(['alice', 'bob', 'carol'], {
    log: { ...testLogRule, votes: 'required' },
  });
  const [first, second] = votes('2.8', 'alice', 'bob') as [Envelope, Envelope];
  /** A vote by alice that says it is by bob, and the other way round: hints are not to be believed. */
  const swapped = [
    {
      ...first,
      signatures: [{ ...first.signatures[0], keyId: testKey('bob').publicKey.id }] as const,
    },
    {
      ...second,
      signatures: [{ ...second.signatures[0], keyId: testKey('alice').publicKey.id }] as const,
    },
  ];
  const forged = [
    first,
    {
      ...second,
      signatures: [{ ...second.signatures[0], signature: new Uint8Array(64) }] as const,
    },
  ];
  const builds = (attestations: readonly Envelope[]) => [
    { build: named('2.8'), attestations, definitions: [] },
  ];
  it.each<[string, EvidenceFile, EvidenceTrust, boolean]>([
    ['good evidence', evidence(), { policy }, true],
    ['evidence with a log', evidence({ proofs }), { policy: required }, true],
    ['evidence without the log that is wanted', evidence(), { policy: required }, false],
    ['signatures with the ids of others', evidence({ builds: builds(swapped) }), { policy }, true],
    ['a forged signature', evidence({ builds: builds(forged) }), { policy }, false],
    ['no builds', evidence({ builds: [] }), { policy }, false],
  ])('says the same of %s', async (_what, file, trust, accepted) => {
    const judged = judgeEvidence(file, trust, NOW);
    expect(judged.accepted).toBe(accepted);
    expect(await judgeEvidenceInParallel(file, trust, NOW)).toEqual(judged);
  });

  it('rejects where the other throws', async () => {
    const other = { policyDigest: sha256Hex('another') };
    await expect(judgeEvidenceInParallel(evidence(), other)).rejects.toMatchObject({
      code: 'EVIDENCE_INVALID',
    });
  });
});
