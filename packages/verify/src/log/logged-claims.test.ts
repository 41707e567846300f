import { describe, expect, it } from 'vitest';
import type { BuildName } from '../claim/result-claim.js';
import { sha256Hex } from '../digest/sha256.js';
import { encodeHex } from '../encoding/hex.js';
import type { LogRule } from '../policy/policy.js';
import { codeOf } from '../testing/codes.js';
import { path } from '../testing/log.js';
import { formatCheckpoint, signNote, testKey } from '../testing/sign.js';
import { testBuild, testLogRule, testVerifierKey } from '../testing/votes.js';
import { formatLogEntry } from './entry.js';
import { listVotes, verifyLogs, type LogCopy } from './logged-claims.js';
import { leafHash, treeHash } from './merkle.js';
import { formatNote, type Note } from './note.js';
import type { TlogProof } from './tlog-proof.js';

/** Witnesses by name, and when they cosigned. */
type Cosigned = Readonly<Record<string, number>>;

const rule = (changes: Partial<LogRule> = {}): LogRule => ({
  ...testLogRule,
  witnesses: { threshold: 2, keys: ['w1', 'w2', 'w3'].map((name) => testVerifierKey(name)) },
  ...changes,
});
const twoLogs = rule({
  logs: ['log', 'log2'].map((name) => testVerifierKey(name, 'note')),
});
const quorum = { w1: 100, w2: 200 };

const entry = (content: string, build: BuildName = testBuild): Uint8Array =>
  formatLogEntry({
    build,
    definition: sha256Hex('definition'),
    outcome: 'built',
    payload: sha256Hex(content),
    key: sha256Hex(`key of ${content}`),
    signature: new Uint8Array(64),
  });
const entries = (count: number, history = 'history'): Uint8Array[] =>
  Array.from({ length: count }, (_, index) => entry(`${history} ${index}`));
const voteOf = (content: string) => ({
  evidence: sha256Hex(content),
  key: sha256Hex(`key of ${content}`),
});

function checkpoint(size: number, root: Uint8Array, cosigned: Cosigned, origin = 'log'): Note {
  const text = formatCheckpoint({ origin, size, root, extensions: [] });
  const cosignatures = Object.entries(cosigned).map(([name, time]) =>
    signNote(text, name, testKey(name), time),
  );
  return { text, signatures: [signNote(text, origin, testKey(origin)), ...cosignatures] };
}
const copy = (
  all: readonly Uint8Array[],
  cosigned: Cosigned = quorum,
  origin = 'log',
): LogCopy => ({
  checkpoint: checkpoint(all.length, treeHash(all.map(leafHash)), cosigned, origin),
  entries: all,
});
function proof(
  all: readonly Uint8Array[],
  index: number,
  cosigned: Cosigned = quorum,
  origin = 'log',
): TlogProof {
  const { checkpoint } = copy(all, cosigned, origin);
  const extra = all[index] as Uint8Array;
  return { index, hashes: path(index, all.map(leafHash)), checkpoint, extra };
}
const idOf = (bytes: Uint8Array) => encodeHex(leafHash(bytes));
/** As given, and the other way round: the answer must be the same. */
function eitherWay<T>(items: readonly T[], ask: (items: readonly T[]) => unknown): unknown {
  const answer = ask(items);
  expect(ask([...items].reverse())).toEqual(answer);
  return answer;
}

describe('proofs', () => {
  const all = entries(5);
  const good = proof(all, 2);
  const other = { ...good.checkpoint, text: good.checkpoint.text.replace('log\n', 'log2\n') };
  const signedBy = (name: string) => ({
    ...good.checkpoint,
    signatures: [
      signNote(good.checkpoint.text, 'log', testKey(name)),
      ...good.checkpoint.signatures.slice(1),
    ],
  });

  it('say by when a quorum of witnesses had seen an entry', () => {
    const { witnessed, whole, splits, problems } = verifyLogs(rule(), [
      proof(all, 2, { w3: 300, w1: 100, w2: 200 }),
    ]);
    expect([...witnessed]).toEqual([
      [idOf(all[2]!), { time: 200, log: 'log', witnesses: ['w1', 'w2', 'w3'] }],
    ]);
    expect([whole.size, splits, problems]).toEqual([0, [], []]);
  });

  it.each<[string, TlogProof]>([
    ['without the entry', { index: 2, hashes: good.hashes, checkpoint: good.checkpoint }],
    ['of another entry', { ...good, extra: entry('forged') }],
    ['of another place', { ...good, index: 3 }],
    ['that was cut', { ...good, hashes: good.hashes.slice(1) }],
    ['from a log that the policy does not name', { ...good, checkpoint: other }],
    ['that another key signed in the name of the log', { ...good, checkpoint: signedBy('log2') }],
    [
      'that the log did not sign',
      {
        ...good,
        checkpoint: { ...good.checkpoint, signatures: good.checkpoint.signatures.slice(1) },
      },
    ],
    ['that too few witnesses cosigned', proof(all, 2, { w2: 100 })],
    ['with a stranger for a witness', proof(all, 2, { w2: 100, w4: 100 })],
  ])('attack 9, attack 28: are a problem and prove nothing %s', (_what, bad) => {
    const alone = verifyLogs(rule(), [bad]);
    expect(alone.problems).toHaveLength(1);
    expect(alone.witnessed.size).toBe(0);
    // What else is at hand is as good as before, and each problem is told once.
    const among = verifyLogs(rule(), [bad, proof(all, 1), bad, proof(all, 4)]);
    expect([...among.witnessed.keys()]).toEqual([idOf(all[1]!), idOf(all[4]!)]);
    expect(among.problems).toEqual(alone.problems);
  });

  it('have problems in an order of their own', () => {
    const bad = [{ ...good, index: 3 }, { ...good, checkpoint: other }, proof(all, 1, {})];
    const problems = eitherWay(bad, (some) => verifyLogs(rule(), some).problems);
    expect(problems).toHaveLength(3);
  });

  it('are each judged by the key of their own log', () => {
    const { witnessed, problems } = verifyLogs(twoLogs, [
      proof(all, 0, quorum, 'log2'),
      proof(all, 1, quorum, 'log'),
    ]);
    expect([...witnessed.values()].map(({ log }) => log)).toEqual(['log2', 'log']);
    expect(problems).toEqual([]);
  });

  it.each<[string, Cosigned, Cosigned]>([
    ['was witnessed earlier', { w1: 5, w2: 20 }, { w1: 100, w2: 90, w3: 100 }],
    ['was cosigned by more at that time', { w1: 10, w2: 20, w3: 30 }, { w1: 1, w3: 20 }],
    ['comes first by its witnesses', { w1: 10, w2: 20 }, { w1: 10, w3: 20 }],
  ])('of one entry count in any order as the one that %s', (_what, first, second) => {
    const one = verifyLogs(rule(), [proof(all, 2, first)]).witnessed;
    const proofs = [proof(all, 2, first), proof(all, 2, second)];
    expect(eitherWay(proofs, (some) => verifyLogs(rule(), some).witnessed)).toEqual(one);
  });

  it('leave faults that are no finding alone', () => {
    const checkpoint = {
      signatures: [],
      get text(): string {
        throw new RangeError('a fault of the caller');
      },
    };
    expect(() => verifyLogs(rule(), [{ ...good, checkpoint }])).toThrow(RangeError);
  });
});

describe('copies', () => {
  const otherBuild = { ...testBuild, version: '3' };
  const all = [entry('a'), Buffer.from('not a claim'), entry('b', otherBuild), entry('c')];

  it('list the votes for a build, and witness every entry', () => {
    const logs = verifyLogs(rule(), [], [copy(all)]);
    expect(listVotes(logs, rule(), testBuild)).toEqual({
      build: testBuild,
      votes: [voteOf('a'), voteOf('c')],
      time: 100,
      witnesses: ['w1', 'w2'],
    });
    expect(listVotes(logs, rule(), otherBuild)?.votes).toEqual([voteOf('b')]);
    expect([...logs.witnessed.keys()]).toEqual(all.map(idOf));
    expect([logs.problems, logs.splits]).toEqual([[], []]);
  });

  const root = treeHash(all.map(leafHash));
  it.each<[string, LogCopy]>([
    ['an entry is left out', { ...copy(all), entries: all.slice(0, -1) }],
    ['an entry was changed', { ...copy(all), entries: all.with(3, entry('forged')) }],
    ['the log says another number', { checkpoint: checkpoint(5, root, quorum), entries: all }],
  ])('attack 28: are none where %s', (_what, bad) => {
    const logs = verifyLogs(rule(), [], [bad]);
    expect(logs.problems).toHaveLength(1);
    expect(logs.witnessed.size).toBe(0);
    expect(listVotes(logs, rule(), testBuild)).toBeUndefined();
  });

  it('that too few witnesses cosigned witness nothing, and are as old as can be', () => {
    const logs = verifyLogs(rule(), [], [copy(all, { w1: 100 })]);
    expect(logs.problems).toHaveLength(1);
    expect(logs.witnessed.size).toBe(0);
    expect(listVotes(logs, rule(), testBuild)).toMatchObject({ time: 0, witnesses: ['w1'] });
  });

  const listOf = (copies: readonly LogCopy[]) =>
    listVotes(verifyLogs(rule(), [], copies), rule(), testBuild);
  const more = [...all, entry('d')];
  it.each<[string, LogCopy, LogCopy]>([
    ['fullest', copy(more, { w1: 10, w2: 10 }), copy(all, { w1: 20, w2: 20, w3: 20 })],
    [
      'last witnessed by enough',
      copy(all, { w1: 10, w2: 30, w3: 20 }),
      copy(all, { w1: 40, w2: 10 }),
    ],
  ])('of one log count in any order as the %s', (_what, first, second) => {
    expect(listOf([second])).not.toEqual(listOf([first]));
    expect(eitherWay([first, second], listOf)).toEqual(listOf([first]));
  });

  it('of one log that are as good as each other count in any order as the same', () => {
    eitherWay([copy(all, { w1: 10, w2: 10 }), copy(all, { w1: 10, w3: 10 })], listOf);
  });

  it('are needed of every log, and are as old as the oldest and as little witnessed as the least', () => {
    const first = copy(all, { w1: 300, w2: 200, w3: 100 });
    const second = copy([entry('e')], { w1: 100, w2: 150 }, 'log2');
    const lists = (copies: readonly LogCopy[]) =>
      listVotes(verifyLogs(twoLogs, [], copies), twoLogs, testBuild);
    expect(lists([first])).toBeUndefined();
    expect(lists([second])).toBeUndefined();
    const { votes, time, witnesses } = lists([second, first])!;
    expect(votes).toEqual([voteOf('a'), voteOf('c'), voteOf('e')]);
    expect([time, witnesses]).toEqual([100, ['w1', 'w2']]);
    const later = copy([entry('e')], { w1: 400, w2: 500 }, 'log2');
    expect(lists([first, later])?.time).toBe(200);
  });

  it('without any log in the rule list nothing that a witness vouches for', () => {
    const list = listVotes(verifyLogs(rule(), [], []), rule({ logs: [] }), testBuild);
    expect(list?.witnesses).toEqual([]);
  });
});

describe('split views', () => {
  const history = entries(6);
  const forks = ['fork', 'third'].map((name) => [...history.slice(0, 3), ...entries(3, name)]);
  const [fork, third] = forks as [Uint8Array[], Uint8Array[]];
  const noteOf = ({ checkpoint }: Pick<TlogProof, 'checkpoint'>) => formatNote(checkpoint);
  const pair = (...parts: readonly Pick<TlogProof, 'checkpoint'>[]) => parts.map(noteOf).sort();

  it('attack 28: are two checkpoints of one size and two roots', () => {
    const proofs = [proof(history, 0), proof(fork, 4)];
    const splits = eitherWay(proofs, (some) => verifyLogs(rule(), some).splits);
    expect(splits).toEqual([{ log: 'log', checkpoints: pair(...proofs) }]);
  });

  it('attack 28: are a copy and a checkpoint that it does not begin with, and the log is whole nowhere', () => {
    const apart = proof(fork.slice(0, 5), 1);
    for (const whole of [copy(history), copy(history.slice(0, 5))]) {
      const found = verifyLogs(rule(), [apart], [whole]);
      expect(found.splits).toEqual([{ log: 'log', checkpoints: pair(apart, whole) }]);
      expect(listVotes(found, rule(), testBuild)).toBeUndefined();
    }
    const copies = [copy(history), copy(fork.slice(0, 5))];
    const splits = eitherWay(copies, (some) => verifyLogs(rule(), [], some).splits);
    expect(splits).toEqual([{ log: 'log', checkpoints: pair(...copies) }]);
  });

  it('are not where a log grew, or more witnesses cosigned', () => {
    const proofs = [
      ...[0, 1, 2, 3, 4, 5].map((size) => proof(history.slice(0, size + 1), 0)),
      proof(history, 0, { w1: 1, w3: 5 }),
    ];
    const empty = { ...proof(history, 0), checkpoint: copy([]).checkpoint };
    for (const whole of [copy(history), copy(history.slice(0, 3))]) {
      const found = verifyLogs(rule(), [empty, ...proofs], [whole]);
      expect(found.splits).toEqual([]);
      expect(listVotes(found, rule(), testBuild)?.votes).toHaveLength(whole.entries.length);
    }
  });

  it('are not between two logs', () => {
    const copies = [copy(history), copy(fork, quorum, 'log2')];
    const found = verifyLogs(twoLogs, [], copies);
    expect(found.splits).toEqual([]);
    expect(listVotes(found, twoLogs, testBuild)?.votes).toHaveLength(12);
  });

  it('are shown once for each log, and the other logs stay whole', () => {
    const proofs = [proof(history, 0), proof(fork, 0), proof(third, 0)];
    const splits = eitherWay(proofs, (some) => verifyLogs(rule(), some).splits);
    expect(splits).toEqual([{ log: 'log', checkpoints: pair(...proofs).slice(0, 2) }]);

    const second = [proof(fork, 0, quorum, 'log2'), proof(third, 0, quorum, 'log2')];
    const both = eitherWay([...proofs, ...second], (some) =>
      verifyLogs(twoLogs, some).splits.map(({ log }) => log),
    );
    expect(both).toEqual(['log', 'log2']);

    const one = verifyLogs(twoLogs, second, [copy(history)]);
    expect(one.splits.map(({ log }) => log)).toEqual(['log2']);
    expect(listVotes(one, rule(), testBuild)?.votes).toHaveLength(6);
  });

  it('are shown by two checkpoints of one size where there are such, which prove it alone', () => {
    const proofs = [proof(fork.slice(0, 5), 0), proof(third.slice(0, 5), 0)];
    const { splits } = verifyLogs(rule(), proofs, [copy(history)]);
    expect(splits).toEqual([{ log: 'log', checkpoints: pair(...proofs) }]);
  });
});

describe('a rule', () => {
  it('is refused with a key that is none, or a name given twice', () => {
    const w1 = testVerifierKey('w1');
    const again = (key: string): Partial<LogRule> => ({
      witnesses: { threshold: 1, keys: [key, w1] },
    });
    for (const changes of [{ logs: ['log'] }, again('w1')]) {
      expect(codeOf(() => verifyLogs(rule(changes), []))).toBe('KEY_INVALID');
    }
    const log = testVerifierKey('log', 'note');
    for (const changes of [{ logs: [log, log] }, again(w1)]) {
      expect(codeOf(() => verifyLogs(rule(changes), []))).toBe('POLICY_INVALID');
    }
  });
});
