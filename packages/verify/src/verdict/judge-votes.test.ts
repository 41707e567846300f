import { describe, expect, it } from 'vitest';
import { sha256Hex } from '../digest/sha256.js';
import type { Policy } from '../policy/policy.js';
import { openPgpKey, rosterKey } from '../roster/roster-key.js';
import type { RosterSigner } from '../roster/roster.js';
import { testPolicy, testSigner } from '../testing/builders.js';
import { testKey } from '../testing/sign.js';
import { completeList, testBuild, testLogRule, testVote as vote } from '../testing/votes.js';
import { judgeFile } from './judge-file.js';
import { judgeVotes } from './judge-votes.js';
import type { Question } from './verdict.js';
import { signatureStates, type Vote } from './vote.js';

const ALL = ['alice', 'bob', 'carol', 'dave'];
const policy = (changes: Partial<Policy> = {}) => testPolicy(ALL, changes);

function only(votes: readonly Vote[], rules: Policy = policy(), question: Question = {}) {
  const verdict = judgeVotes(votes, rules, question);
  expect(verdict.definitions).toHaveLength(1);
  const artifact = verdict.definitions[0]!.artifacts[0]!;
  return { verdict, artifact, reason: artifact.reason, cluster: artifact.clusters[0]! };
}

const good = [vote('alice', 'good'), vote('bob', 'good')];

describe('which votes count', () => {
  it.each(signatureStates.filter((state) => state !== 'valid'))(
    'not one whose signature is %s, and it is shown with its reason',
    (signature) => {
      const bob = vote('bob', 'good', { signature, reason: 'as the tool says' });
      const { verdict, reason } = only([vote('alice', 'good'), bob]);
      expect(reason).toBe('too-few');
      expect(verdict.notCounted).toEqual([
        expect.objectContaining({
          signer: 'bob',
          reason: signature,
          why: 'as the tool says',
          paths: ['x'],
        }),
      ]);
    },
  );

  it('attack 6: not one by a key that the policy does not have, however good its signature', () => {
    const { verdict, cluster } = only([...good, vote('mallory', 'good')]);
    expect(cluster.agree).toEqual(['alice', 'bob']);
    expect(verdict.notCounted).toMatchObject([{ reason: 'not-in-roster', signer: undefined }]);
    const evil = judgeVotes([vote('mallory', 'evil'), vote('eve', 'evil')], policy());
    expect(evil).toMatchObject({ accepted: false, definitions: [] });
  });

  it('attack 31: goes by the key that verified, which no document can name', () => {
    const claimed = vote('mallory', 'good', { format: 'in-toto link', build: testBuild });
    const forged = { ...claimed, reason: 'alice', evidence: good[0]!.evidence };
    expect(only([forged, vote('bob', 'good')]).cluster.agree).toEqual(['bob']);
  });

  it('a copy that counts stands for all copies', () => {
    const broken = vote('alice', 'good', { signature: 'bad', reason: 'altered' });
    const { verdict, reason } = only([broken, ...good, broken]);
    expect([reason, verdict.notCounted]).toEqual(['accepted', []]);
  });
});

describe('the time of a key', () => {
  const signer = (window: object): RosterSigner => ({
    name: 'alice',
    keys: [rosterKey(testKey('alice').publicKey, window)],
  });
  const rules = (window: object, changes: Partial<Policy> = {}) =>
    testPolicy(['bob'], { signers: [signer(window), testSigner('bob')], ...changes });
  const reasonOf = (votes: readonly Vote[], used: Policy, at?: number) => {
    const { notCounted } = judgeVotes(votes, used, at === undefined ? {} : { at });
    return notCounted.map(({ reason }) => reason);
  };

  it('attack 18: an expired key does not count, nor one that is not yet valid', () => {
    const window = { since: 100, until: 200 };
    expect(reasonOf(good, rules(window), 150)).toEqual([]);
    expect(reasonOf(good, rules(window), 100)).toEqual([]);
    for (const at of [99, 200, 9999]) {
      expect(reasonOf(good, rules(window), at)).toEqual(['outside-window']);
    }
    expect(reasonOf(good, rules(window))).toEqual(['time-unknown']);
    const whole = { signers: [{ ...signer({}), until: 200 }, testSigner('bob')] };
    expect(reasonOf(good, rules({}, whole), 300)).toEqual(['outside-window']);
  });

  it('is judged at the time that enough witnesses give, and by nothing else', () => {
    const window = { until: 200 };
    const seen = (witnesses: string[], time = 150) => [
      vote('alice', 'good', { witnessed: { time, log: 'log', witnesses } }),
      vote('bob', 'good'),
    ];
    const logged = { log: testLogRule };
    expect(reasonOf(seen(['w1', 'w2']), rules(window, logged), 9999)).toEqual([]);
    expect(reasonOf(seen(['w1', 'w2'], 250), rules(window, logged), 9999)).toEqual([
      'outside-window',
    ]);
    // One witness twice is one; and without a log rule nobody is a witness.
    expect(reasonOf(seen(['w1', 'w1']), rules(window, logged), 9999)).toEqual(['outside-window']);
    expect(reasonOf(seen(['w1', 'w2']), rules(window), 9999)).toEqual(['outside-window']);
  });

  it('an old key keeps what it signed, a new one takes over: one signer', () => {
    const keys = [
      rosterKey(testKey('old').publicKey, { until: 200 }),
      rosterKey(testKey('new').publicKey, { since: 200 }),
    ];
    const rotated = testPolicy(['bob'], {
      signers: [{ name: 'alice', keys }, testSigner('bob')],
      log: testLogRule,
    });
    const witnessed = { time: 150, log: 'log', witnesses: ['w1', 'w2'] };
    const both = [vote('old', 'good', { witnessed }), vote('new', 'good')];
    expect(only(both, rotated, { at: 300 }).reason).toBe('too-few');
    expect(only([...both, vote('bob', 'good')], rotated, { at: 300 }).reason).toBe('accepted');
    expect(judgeVotes([vote('old', 'good')], rotated, { at: 300 }).definitions).toEqual([]);
  });
});

describe('the rules', () => {
  const signers = [
    { ...testSigner('alice', { os: 'debian', organisation: 'acme' }), roles: ['maintainer'] },
    testSigner('bob', { os: 'debian', organisation: 'umbrella' }),
    testSigner('carol', { os: 'guix', organisation: 'initech' }),
    testSigner('dave'),
  ];
  const strength = {
    atLeast: 2,
    domains: ['organisation', 'os'],
    assumedSound: [],
    weights: {},
    unknown: 'any' as const,
  };
  const votes = (...names: string[]) => names.map((name) => vote(name, 'good'));

  it('min_compromises: refuses what one break-in could forge, and says which', () => {
    const rules = policy({ signers, strength });
    const weak = only(votes('alice', 'bob'), rules);
    expect(weak.reason).toBe('too-weak');
    expect(weak.cluster.strength).toMatchObject({
      atLeast: 1,
      coalition: [{ domain: 'os:debian' }],
    });
    // Of dave nothing is known: he may share anything with alice.
    expect(only(votes('alice', 'dave'), rules).reason).toBe('too-weak');
    expect(only(votes('alice', 'carol'), rules).reason).toBe('accepted');
  });

  it('distinct: counts different known values', () => {
    const rules = policy({ signers, distinct: [{ attribute: 'os', atLeast: 2 }] });
    expect(only(votes('alice', 'bob'), rules).reason).toBe('not-distinct');
    expect(only(votes('alice', 'dave'), rules).cluster.notDistinct).toEqual([
      { attribute: 'os', found: 1, atLeast: 2 },
    ]);
    expect(only(votes('alice', 'carol'), rules).reason).toBe('accepted');
    const both = { ...testSigner('bob'), attributes: { os: ['debian', 'guix'] } };
    const twoFold = policy({
      signers: [signers[0]!, both, ...signers.slice(2)],
      distinct: rules.distinct,
    });
    expect(only(votes('alice', 'bob'), twoFold).reason).toBe('not-distinct');
  });

  it('required: names, and any one with a role', () => {
    const rules = policy({ signers, required: ['role:maintainer', 'carol'] });
    expect(only(votes('bob', 'carol'), rules)).toMatchObject({
      reason: 'required-missing',
      cluster: { requiredMissing: ['role:maintainer'] },
    });
    expect(only(votes('alice', 'carol'), rules).reason).toBe('accepted');
  });

  it('a vote that contradicts its roster entry does not count', () => {
    const shown = vote('bob', 'good', { attributes: { os: 'windows', compiler: 'gcc' } });
    const { verdict } = only([vote('alice', 'good'), shown], policy({ signers }));
    expect(verdict.notCounted).toMatchObject(
      [{ signer: 'bob', reason: 'contradicts-roster', why: /os windows.*debian/ }].map((one) => ({
        ...one,
        why: expect.stringMatching(one.why) as unknown,
      })),
    );
    const fine = vote('bob', 'good', { attributes: { os: 'debian' } });
    expect(only([vote('alice', 'good'), fine], policy({ signers })).reason).toBe('accepted');
  });
});

describe('disagreement', () => {
  const split = [...good, vote('carol', 'bad')];

  it('attack 22: blocks when those who may block disagree, and is never a veto of others', () => {
    expect(only(split).reason).toBe('dissent');
    expect(only(split, policy({ dissent: 'note' })).reason).toBe('accepted');
    expect(only(split, policy({ blockers: ['dave'] })).reason).toBe('accepted');
    expect(only(split, policy({ blockers: ['dave', 'carol'] })).reason).toBe('dissent');
    const two = policy({ blockers: ['dave', 'carol'], blockAt: 2 });
    expect(only(split, two)).toMatchObject({ reason: 'accepted', cluster: { dissent: ['carol'] } });
    expect(only([...split, vote('dave', 'worse')], two).reason).toBe('dissent');
    expect(only([...good, vote('mallory', 'bad')]).reason).toBe('accepted');
  });

  it('on other inputs is none: they built something else', () => {
    const other = vote('carol', 'bad', { inputs: 'newer source' });
    const verdict = judgeVotes([...good, other], policy(), { definition: 'source' });
    expect(verdict).toMatchObject({
      accepted: true,
      otherDefinitions: [{ definition: 'newer source', signers: ['carol'] }],
    });
    const unknown = { ...vote('carol', 'bad'), inputs: undefined };
    expect(judgeVotes([...good, unknown], policy()).definitions.map((d) => d.definition)).toEqual([
      'not stated',
      'source',
    ]);
  });

  it('is on bits alone where the policy ignores inputs', () => {
    const mixed = [vote('alice', 'good'), { ...vote('bob', 'good'), inputs: undefined }];
    expect(judgeVotes(mixed, policy()).accepted).toBe(false);
    const { reason, verdict } = only(mixed, policy({ inputs: 'ignore' }));
    expect([reason, verdict.definitions[0]!.definition]).toEqual(['accepted', 'any']);
  });

  it('attack 27, 20: partial builds are no mismatch, one vote for each artifact', () => {
    const artifacts = ['x', 'y', 'z'].map((path) => ({ path, sha256: sha256Hex('good') }));
    const votes = [
      vote('alice', 'good', { artifacts }),
      vote('bob', 'good', { artifacts: artifacts.slice(0, 2) }),
      vote('carol', 'good', { artifacts: artifacts.slice(1) }),
    ];
    const { definitions } = judgeVotes(votes, policy());
    expect(definitions[0]!.artifacts.map(({ path, reason }) => [path, reason])).toEqual([
      ['x', 'accepted'],
      ['y', 'accepted'],
      ['z', 'accepted'],
    ]);
  });
});

describe('signers who contradict themselves', () => {
  it('are shown with proof, and count on both sides', () => {
    const votes = [...good, vote('carol', 'good'), vote('carol', 'bad')];
    const { verdict, artifact } = only(votes);
    expect(artifact.reason).toBe('dissent');
    expect(verdict.equivocations).toEqual([
      {
        kind: 'equivocation',
        signer: 'carol',
        build: testBuild,
        definition: 'source',
        path: 'x',
        results: ['good', 'bad']
          .map((content) => ({
            sha256: sha256Hex(content),
            keys: [testKey('carol').publicKey.id],
            evidence: [vote('carol', content).evidence],
          }))
          .sort((a, b) => (a.sha256 < b.sha256 ? -1 : 1)),
      },
    ]);
  });

  it('in one document too: a name with two hashes', () => {
    const artifacts = ['good', 'bad'].map((text) => ({ path: 'x', sha256: sha256Hex(text) }));
    const { verdict } = only([vote('carol', 'both', { artifacts })]);
    expect(verdict.equivocations).toMatchObject([{ kind: 'equivocation', signer: 'carol' }]);
  });

  it('prove nothing with two keys, or without saying what they built', () => {
    const signers = [testSigner('carol', {}, ['carol', 'carol-2']), testSigner('bob')];
    const keys = [vote('carol', 'good'), vote('carol-2', 'bad')];
    const kinds = (votes: readonly Vote[]) =>
      judgeVotes(votes, policy({ signers })).equivocations.map(({ kind }) => kind);
    expect(kinds(keys)).toEqual(['two-results']);
    expect(kinds([vote('carol', 'good'), vote('carol', 'bad')])).toEqual(['equivocation']);
    const silent = ['good', 'bad'].map((text) => ({ ...vote('carol', text), inputs: undefined }));
    expect(kinds(silent)).toEqual(['two-results']);
    const other = [vote('carol', 'good'), vote('carol', 'bad', { inputs: 'newer' })];
    expect(kinds(other)).toEqual([]);
  });
});

describe('exceptions', () => {
  const exceptions = [{ sha256: sha256Hex('odd'), until: 1000, why: 'signed modules' }];

  it('accept exactly their bits, until their day, and say why', () => {
    const votes = [...good, vote('carol', 'odd')];
    const rules = policy({ exceptions });
    const { artifact, verdict } = only(votes, rules, { at: 999 });
    expect(artifact).toMatchObject({
      accepted: true,
      reason: 'excepted',
      sha256: sha256Hex('odd'),
      exception: exceptions[0],
    });
    expect(verdict.accepted).toBe(true);
    expect(only(votes, rules, { at: 1000 }).reason).toBe('dissent');
    expect(only(votes, rules).reason).toBe('dissent');
  });

  it('hold for files nobody speaks of, and never by name', () => {
    const at = (time: number) => ({
      ...judgeVotes(good, policy({ exceptions }), { at: time }),
      setAside: [],
    });
    expect(judgeFile(at(1), sha256Hex('odd'), 'y').result).toBe('excepted');
    expect(judgeFile(at(1000), sha256Hex('odd'), 'y').result).toBe('unknown');
    expect(judgeFile(at(1), sha256Hex('other'), 'x').result).toBe('other-bytes');
    expect(judgeFile(at(1), sha256Hex('good'), 'x').result).toBe('accepted');
  });

  it('do not choose between two exceptions for one name', () => {
    const two = [...exceptions, { sha256: sha256Hex('good'), until: 1000, why: 'also' }];
    const rules = policy({ exceptions: two });
    expect(only([...good, vote('carol', 'odd')], rules, { at: 1 }).reason).toBe('dissent');
  });
});

describe('the log', () => {
  it('attack 9: with votes required counts only what enough witnesses saw', () => {
    const rules = policy({ log: { ...testLogRule, votes: 'required' } });
    const seen = (name: string, witnesses: string[]) =>
      vote(name, 'good', { witnessed: { time: 1, log: 'log', witnesses } });
    const { verdict } = only([seen('alice', ['w1', 'w2']), seen('bob', ['w1', 'w1'])], rules);
    expect(verdict.notCounted).toMatchObject([{ signer: 'bob', reason: 'not-logged' }]);
    expect(
      only(
        ['alice', 'bob'].map((n) => seen(n, ['w1', 'w2'])),
        rules,
      ).reason,
    ).toBe('accepted');
  });

  const complete = policy({ log: { ...testLogRule, complete: true } });
  const ask = (votes: readonly Vote[], listed: readonly Vote[], changes: object = {}) => {
    const list = { ...completeList(listed), ...changes };
    return judgeVotes(votes, complete, { at: 50, complete: list });
  };

  it('attack 7: refuses when anything that it lists was left out', () => {
    const dissenter = vote('carol', 'bad');
    expect(ask(good, good)).toMatchObject({ accepted: true, completeness: { state: 'complete' } });
    const stripped = ask(good, [...good, dissenter]);
    expect(stripped).toMatchObject({
      accepted: false,
      completeness: {
        state: 'withheld',
        missing: [{ evidence: dissenter.evidence, key: dissenter.key }],
      },
    });
    expect(stripped.definitions[0]!.artifacts[0]!.reason).toBe('incomplete');
    // The same bytes signed by somebody else do not stand for it.
    expect(ask([...good, vote('dave', 'bad')], [...good, dissenter]).accepted).toBe(false);
  });

  it('takes no broken copy for the vote that was left out, and misses no stranger', () => {
    const dissenter = vote('carol', 'bad');
    const broken = { ...dissenter, signature: 'bad' as const };
    expect(ask([...good, broken], [...good, dissenter]).completeness?.state).toBe('withheld');
    const expired = { ...dissenter, signature: 'expired-now' as const };
    expect(ask([...good, expired], [...good, dissenter]).completeness?.state).toBe('complete');
    expect(ask(good, [...good, vote('mallory', 'bad')]).accepted).toBe(true);
  });

  it('gives what is not listed no say either way', () => {
    const late = ask([...good, vote('carol', 'bad')], good);
    expect(late.accepted).toBe(true);
    expect(late.notCounted).toMatchObject([{ signer: 'carol', reason: 'not-listed' }]);
    expect(ask(good, good.slice(1)).accepted).toBe(false);
  });

  it('believes no list that is missing, old, of another build, or seen by too few', () => {
    const state = (verdict: ReturnType<typeof ask>) => verdict.completeness?.state;
    expect(state(judgeVotes(good, complete, { at: 50 }))).toBe('no-list');
    expect(state(ask(good, good, { time: -51 }))).toBe('stale');
    expect(state(ask(good, good, { time: -50 }))).toBe('complete');
    expect(state(judgeVotes(good, complete, { complete: completeList(good) }))).toBe('stale');
    expect(state(ask(good, good, { witnesses: ['w1', 'w1'] }))).toBe('too-few-witnesses');
    const other = { ...testBuild, version: '2.9' };
    const asked = judgeVotes(good, complete, {
      build: testBuild,
      at: 50,
      complete: { ...completeList(good), build: other },
    });
    expect([state(asked), asked.accepted]).toEqual(['no-list', false]);
  });
});

describe('votes of formats whose keys are elsewhere', () => {
  it('count by the fingerprint of the primary key, in any case, next to other keys', () => {
    const fingerprint = 'ABCDEF0123456789ABCDEF0123456789ABCDEF01';
    const signers = [{ name: 'alice', keys: [openPgpKey(fingerprint)] }, testSigner('bob')];
    const asc = vote('bob', 'good', {
      key: `openpgp:${fingerprint.toLowerCase()}`,
      format: 'SHA256SUMS',
    });
    expect(only([asc, vote('bob', 'good')], policy({ signers })).cluster.agree).toEqual([
      'alice',
      'bob',
    ]);
  });
});
