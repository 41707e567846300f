import { cpSync, existsSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import {
  formatNote,
  judge,
  parseCheckpoint,
  parseNote,
  verifyLogs,
  type Envelope,
} from '@selfsame/verify';
import { temporaryDirectory, testKey } from '../record/testing.js';
import { signNote } from '../signing/note.js';
import { appendClaims, initLog } from './append.js';
import { readAllEntries, readHead, rootOf } from './log-directory.js';
import { loggableClaims } from './loggable.js';
import { watchLog, type Watch } from './monitor.js';
import { proveEntries } from './prove.js';
import { testEnvelope, testLogKey, testLogPolicy, testOrigin } from './testing.js';
import { cosignLog } from './witness.js';

const names = ['alice', 'bob', 'mallory'];
const policy = testLogPolicy(names);
const nothing: Watch = { seen: [], own: [], keys: [], installed: [] };
let scratch: ReturnType<typeof temporaryDirectory>;
let log: string;

beforeEach(async () => {
  scratch = temporaryDirectory();
  log = join(scratch.path, 'log');
  await initLog(log, testOrigin, testKey('log'));
});
afterEach(() => scratch[Symbol.dispose]());

const add = async (envelopes: readonly Envelope[], directory = log) =>
  await appendClaims(directory, testKey('log'), loggableClaims(envelopes, policy));
const cosign = async (name: string, at: number, directory = log) => {
  const witness = { name, key: testKey(name), state: join(scratch.path, `${name}.state`) };
  return await cosignLog(directory, testLogKey, witness, at);
};
const claim = (signer: string, number: number) =>
  testEnvelope(signer, `content ${number}`, {
    build: { project: 'pigz', version: `${number}`, target: 'default' },
  });
const entriesOf = (envelopes: readonly Envelope[]) =>
  loggableClaims(envelopes, policy).map(({ entry }) => entry);

describe('a log directory', () => {
  it('takes each claim of a signer once, lays files out as C2SP tlog-tiles says, and gives every proof', async () => {
    const envelopes = Array.from({ length: 260 }, (_, number) => claim('alice', number));
    expect(await add(envelopes.slice(0, 3))).toEqual({ size: 3, added: 3 });
    expect(await add(envelopes.slice(0, 5))).toEqual({ size: 5, added: 2 });
    expect(await add(envelopes)).toEqual({ size: 260, added: 255 });
    expect(await add(envelopes)).toEqual({ size: 260, added: 0 });
    const { checkpoint } = await readHead(log, testLogKey);
    expect(await readAllEntries(log, checkpoint)).toHaveLength(260);
    expect(await rootOf(log, 260)).toEqual(checkpoint.root);
    for (const path of ['tile/0/000', 'tile/0/001.p/4', 'tile/1/000.p/1']) {
      expect(existsSync(join(log, path)), path).toBe(true);
    }
    for (const path of ['tile/entries/000', 'tile/entries/001.p/4', 'checkpoint']) {
      expect(existsSync(join(log, path)), path).toBe(true);
    }
    expect(readFileSync(join(log, 'tile/0/000')).length).toBe(256 * 32);
    expect(readdirSync(log).filter((name) => name.endsWith('.tmp'))).toEqual([]);
    await cosign('w1', 1000);
    await cosign('w2', 2000);
    const proofs = await proveEntries(log, testLogKey, entriesOf(envelopes));
    const found = verifyLogs(
      policy.log!,
      proofs.flatMap((proof) => proof ?? []),
    );
    expect(found.problems).toEqual([]);
    expect(found.witnessed.size).toBe(260);
    expect([...found.witnessed.values()][0]).toEqual({
      time: 2000,
      log: testOrigin,
      witnesses: ['w1', 'w2'],
    });
  });

  it('takes nothing of strangers, and nothing whose signature does not fit', async () => {
    const good = testEnvelope('alice', 'x');
    const [signature] = good.signatures;
    const forged = { ...testEnvelope('bob', 'y'), signatures: [signature] as const };
    expect(await add([testEnvelope('stranger', 'x'), forged])).toEqual({ size: 0, added: 0 });
  });

  it('is what its last checkpoint says when writing was cut off before the next', async () => {
    await add([claim('alice', 1), claim('alice', 2)]);
    const before = readFileSync(join(log, 'checkpoint'));
    await add([claim('alice', 3)]);
    // As if the power went between the tiles and the checkpoint.
    writeFileSync(join(log, 'checkpoint'), before);
    const { checkpoint } = await readHead(log, testLogKey);
    expect(await readAllEntries(log, checkpoint)).toHaveLength(2);
    expect(await add([claim('alice', 4)])).toEqual({ size: 3, added: 1 });
    const after = await readHead(log, testLogKey);
    expect(await rootOf(log, 3)).toEqual(after.checkpoint.root);
  });

  it.each(['tile/0/000.p/3', 'tile/entries/000.p/3', 'checkpoint'])(
    'is refused when a byte of %s was changed',
    async (path) => {
      await add([claim('alice', 1), claim('alice', 2), claim('alice', 3)]);
      const bytes = readFileSync(join(log, path));
      bytes[40] = (bytes[40] ?? 0) ^ 1;
      writeFileSync(join(log, path), bytes);
      const read = async () => {
        await cosign('w1', 1);
        await add([claim('alice', 4)]);
      };
      await expect(read()).rejects.toMatchObject({ code: 'LOG_INVALID' });
    },
  );

  it('refuses a missing tile, another key and a directory that is none', async () => {
    await add([claim('alice', 1)]);
    const other = { ...testLogKey, name: 'log.example/claim' };
    await expect(readHead(log, other)).rejects.toMatchObject({ code: 'LOG_INVALID' });
    await expect(readHead(scratch.path, testLogKey)).rejects.toMatchObject({
      code: 'LOG_NOT_FOUND',
    });
    await expect(initLog(log, testOrigin, testKey('log'))).rejects.toMatchObject({
      code: 'LOG_EXISTS',
    });
    rmSync(join(log, 'tile/0'), { recursive: true });
    await expect(cosign('w1', 1)).rejects.toMatchObject({ code: 'LOG_INVALID' });
  });
});

describe('what can not be read or written', () => {
  it('is named: a directory below a file, and a log that is too large', async () => {
    writeFileSync(join(scratch.path, 'file'), '');
    const below = join(scratch.path, 'file', 'log');
    await expect(initLog(below, testOrigin, testKey('log'))).rejects.toMatchObject({
      code: 'LOG_WRITE',
    });
    const size = 1_000_001;
    await expect(
      readAllEntries(log, { origin: testOrigin, size, root: new Uint8Array(32), extensions: [] }),
    ).rejects.toMatchObject({ code: 'LOG_LIMIT' });
  });
});

describe('a witness', () => {
  it('attack 28: cosigns no log that was rewritten or made smaller, and shows both checkpoints', async () => {
    await add([claim('alice', 1), claim('alice', 2)]);
    await cosign('w1', 1);
    const fork = join(scratch.path, 'fork');
    await initLog(fork, testOrigin, testKey('log'));
    await add([claim('bob', 1), claim('bob', 2), claim('bob', 3)], fork);
    await expect(cosign('w1', 2, fork)).rejects.toMatchObject({
      code: 'LOG_INCONSISTENT',
      details: {
        checkpoints: [expect.stringContaining(testOrigin), expect.stringContaining('\n3\n')],
      },
    });
    const shorter = join(scratch.path, 'shorter');
    await initLog(shorter, testOrigin, testKey('log'));
    await add([claim('alice', 1)], shorter);
    await expect(cosign('w1', 2, shorter)).rejects.toMatchObject({ code: 'LOG_INCONSISTENT' });
    expect(readFileSync(join(fork, 'checkpoint'), 'utf8')).not.toContain('w1');
  });

  it('cosigns one of two copies that contradict each other, also when asked at once', async () => {
    await add([claim('alice', 1)]);
    await cosign('w1', 1);
    const copies = ['a', 'b'].map((name) => join(scratch.path, name));
    for (const [index, copy] of copies.entries()) {
      cpSync(log, copy, { recursive: true });
      await add([claim('bob', index)], copy);
    }
    const answers = await Promise.allSettled(copies.map((copy) => cosign('w1', 2, copy)));
    expect(answers.map(({ status }) => status).sort()).toEqual(['fulfilled', 'rejected']);
  });

  it('cosigns what grew, once for each name', async () => {
    await add([claim('alice', 1)]);
    await cosign('w1', 1);
    await cosign('w1', 2);
    const lines = readFileSync(join(log, 'checkpoint'), 'utf8').split('\n');
    expect(lines.filter((line) => line.startsWith('— w1 '))).toHaveLength(1);
    await add([claim('alice', 2), claim('alice', 3)]);
    expect((await cosign('w1', 3)).size).toBe(3);
    const text = readFileSync(join(log, 'checkpoint'), 'utf8');
    expect(parseCheckpoint(parseNote(text).text).size).toBe(3);
  });
});

describe('a monitor', () => {
  const watch = async (more: Partial<Watch>, directory = log) =>
    (await watchLog(directory, testLogKey, { ...nothing, ...more })).findings;

  it('finds nothing in an honest log', async () => {
    const envelopes = [claim('alice', 1), claim('bob', 1)];
    await add(envelopes);
    const keys = names.map((name) => testKey(name).publicKey);
    expect(await watch({ keys })).toEqual([]);
  });

  it('finds one key that signed two results for the same inputs', async () => {
    await add([
      testEnvelope('mallory', 'good'),
      testEnvelope('mallory', 'evil'),
      testEnvelope('bob', 'good'),
    ]);
    const findings = await watch({});
    expect(findings).toHaveLength(1);
    expect(findings[0]).toMatchObject({
      kind: 'equivocation',
      key: testKey('mallory').publicKey.id,
      path: 'pigz.tar.gz',
    });
  });

  it('does not call two results from two inputs an equivocation', async () => {
    const other = testEnvelope('alice', 'evil', { definition: 'f'.repeat(64) });
    await add([testEnvelope('alice', 'good'), other]);
    expect(await watch({})).toEqual([]);
  });

  it('finds a use of my key that is not mine, and files that were never logged', async () => {
    const mine = claim('alice', 1);
    await add([mine, claim('alice', 2)]);
    const key = testKey('alice').publicKey;
    const [own, theirs] = loggableClaims([mine, claim('alice', 2)], policy)
      .map(({ entry }) => entry)
      .sort((a, b) => (a.build.version < b.build.version ? -1 : 1));
    const payloads = new Set([own?.payload ?? '']);
    const installed = [{ file: 'evil.deb', sha256: 'e'.repeat(64) }];
    const findings = await watch({ own: [{ key, payloads }], installed });
    expect(findings).toMatchObject([
      { kind: 'not-ours', payload: theirs?.payload },
      { kind: 'never-logged', file: 'evil.deb' },
    ]);
  });

  it('shows a split view, from a checkpoint that somebody else saw', async () => {
    await add([claim('alice', 1)]);
    const fork = join(scratch.path, 'fork');
    cpSync(log, fork, { recursive: true });
    await add([claim('alice', 2)]);
    await add([claim('bob', 2)], fork);
    const { note } = await readHead(fork, testLogKey);
    const findings = await watch({ seen: [note] });
    expect(findings).toMatchObject([
      { kind: 'split-view', checkpoints: [formatNote(note), expect.any(String)] },
    ]);
  });

  it('names entries whose claim is withheld or whose signature is not by the key', async () => {
    await add([claim('alice', 1)]);
    const [entry] = entriesOf([claim('bob', 1)]);
    const forged = { ...entry!, signature: new Uint8Array(64) };
    await appendClaims(log, testKey('log'), [{ entry: forged, payload: claim('bob', 1).payload }]);
    rmSync(join(log, 'claim'), { recursive: true });
    const keys = [testKey('bob').publicKey];
    const findings = await watch({ keys });
    expect(findings.map(({ kind }) => kind)).toEqual(['bad-entry', 'bad-entry']);
  });
});

describe('what a log says, in a verdict', () => {
  const verdictOf = async (
    at: number | undefined,
    keep: (name: string) => boolean = () => true,
  ) => {
    const envelopes = [testEnvelope('alice', 'x'), testEnvelope('bob', 'x')];
    const proofs = await proveEntries(log, testLogKey, entriesOf(envelopes));
    const { witnessed } = verifyLogs(
      policy.log!,
      proofs.flatMap((proof, index) => {
        const kept = proof !== undefined && keep(index === 0 ? 'first' : 'second');
        return kept ? [proof] : [];
      }),
    );
    return judge(envelopes, policy, { witnessed, ...(at !== undefined && { at }) });
  };

  it('counts votes with enough witnesses and no others', async () => {
    await add([testEnvelope('alice', 'x'), testEnvelope('bob', 'x')]);
    expect((await verdictOf(5)).notCounted.map(({ reason }) => reason)).toEqual([
      'not-logged',
      'not-logged',
    ]);
    await cosign('w1', 1);
    expect((await verdictOf(5)).accepted).toBe(false);
    await cosign('w2', 2);
    expect((await verdictOf(5)).accepted).toBe(true);
    expect((await verdictOf(5, (name) => name === 'first')).accepted).toBe(false);
  });

  it('attack 9: does not take a proof for another signature, key or claim', async () => {
    await add([testEnvelope('alice', 'x')]);
    await cosign('w1', 1);
    await cosign('w2', 2);
    const [proof] = await proveEntries(log, testLogKey, entriesOf([testEnvelope('alice', 'x')]));
    const { witnessed } = verifyLogs(policy.log!, [proof!, proof!, proof!]);
    // Attack 5: the same entry three times is still one.
    expect(witnessed.size).toBe(1);
    const verdict = judge([testEnvelope('bob', 'x'), testEnvelope('alice', 'x')], policy, {
      witnessed,
    });
    expect(verdict.accepted).toBe(false);
    expect(verdict.notCounted).toMatchObject([{ signer: 'bob', reason: 'not-logged' }]);
  });

  it('attack 10: compares names of logs whole, and a witness is none by its name', async () => {
    await add([testEnvelope('alice', 'x')]);
    await cosign('w1', 1);
    await cosign('w2', 2);
    const [proof] = await proveEntries(log, testLogKey, entriesOf([testEnvelope('alice', 'x')]));
    const text = proof!.checkpoint.text.replace('log.example/claims', 'log.example/claims2');
    const renamed = { ...proof!, checkpoint: { ...proof!.checkpoint, text } };
    expect(verifyLogs(policy.log!, [renamed]).witnessed.size).toBe(0);
    const imposter = signNote(proof!.checkpoint.text, 'w2', testKey('imposter'), 2);
    const signatures = [...proof!.checkpoint.signatures.slice(0, 2), imposter];
    const fewer = { ...proof!, checkpoint: { ...proof!.checkpoint, signatures } };
    expect(verifyLogs(policy.log!, [fewer]).witnessed.size).toBe(0);
  });
});
