import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import {
  emptyTreeHash,
  formatNote,
  leafHash,
  noteKey,
  parseNote,
  sha256Hex,
  verifyCheckpoint,
  type NoteKey,
} from '@selfsame/verify';
import { temporaryDirectory, testKey } from '../record/testing.js';
import { formatCheckpoint, signNote } from '../signing/note.js';
import type { WitnessAnswer } from './answer-log.js';
import { testLogKey, testOrigin } from './testing.js';
import { serveWitness, type WitnessServer } from './witness-server.js';

const NOW = 1_800_000_000;
const newKey = noteKey(testOrigin, 'note', testKey('new log').publicKey);
const witnessKey = noteKey('w1', 'cosignature', testKey('w1').publicKey);
let scratch: ReturnType<typeof temporaryDirectory>;
let server: WitnessServer;
let answers: (WitnessAnswer | { outcome: 'failed' })[];

beforeEach(async () => {
  scratch = temporaryDirectory();
  answers = [];
  server = await serveWitness(
    {
      name: 'w1',
      key: testKey('w1'),
      logs: [testLogKey, newKey],
      directory: join(scratch.path, 'memory'),
    },
    {
      host: '127.0.0.1',
      port: 0,
      now: () => NOW,
      onAnswer: (answer) => void answers.push(answer),
    },
  );
});
afterEach(async () => {
  await server.close();
  scratch[Symbol.dispose]();
});

const treeOf = (content: string): Uint8Array => leafHash(Buffer.from(content));
/** A checkpoint signed with these keys in the name of the log; a key that starts with `-` signs something else. */
function checkpoint(size: number, root: Uint8Array, keys = ['log']): string {
  const text = formatCheckpoint({ origin: testOrigin, size, root, extensions: [] });
  const signatures = keys.map((name) => {
    const isBad = name.startsWith('-');
    return signNote(isBad ? 'else\n' : text, testOrigin, testKey(name.replace('-', '')));
  });
  return formatNote({ text, signatures });
}
async function send(oldSize: number, note: string): Promise<number> {
  const body = `old ${oldSize}\n\n${note}`;
  const reply = await fetch(`${server.url}/add-checkpoint`, { method: 'POST', body });
  await reply.text();
  return reply.status;
}

describe('a witness answers', () => {
  it('attack 28: 422 where a log signed two trees of one size, and shows both', async () => {
    const [one, other] = [checkpoint(1, treeOf('one')), checkpoint(1, treeOf('other'))];
    expect(await send(0, one)).toBe(200);
    expect(await send(1, other)).toBe(422);
    expect(await send(1, one)).toBe(200);
    expect(answers[1]).toMatchObject({
      outcome: 'two-trees',
      checkpoints: [expect.stringContaining(one), other],
    });
  });

  it('422 where a log of no entries has the root of some', async () => {
    expect(await send(0, checkpoint(0, treeOf('one')))).toBe(422);
    expect(answers).toMatchObject([{ outcome: 'wrong-proof' }]);
    expect(await send(0, checkpoint(0, emptyTreeHash()))).toBe(200);
    // Also where that is what it cosigned before.
    expect(await send(0, checkpoint(0, treeOf('one')))).toBe(422);
    expect(await send(0, checkpoint(1, treeOf('one')))).toBe(200);
  });

  it('403 where one of the keys that it knows of a log did not sign what it is said to have signed', async () => {
    const root = treeOf('one');
    for (const keys of [['-log'], ['log', '-new log'], ['-new log', 'log'], ['stranger']]) {
      expect(await send(0, checkpoint(1, root, keys)), keys.join()).toBe(403);
    }
    expect(await send(0, checkpoint(1, root, ['stranger', 'new log']))).toBe(200);
    expect(await send(1, checkpoint(1, root, ['log', 'new log']))).toBe(200);
  });
});

describe('a witness shows monitors', () => {
  const get = async (path: string, method = 'GET'): Promise<[number, string]> => {
    const reply = await fetch(`${server.url}/${path}`, { method });
    return [reply.status, await reply.text()];
  };
  const keys: readonly NoteKey[] = [witnessKey];

  it('what it cosigned last of a log, with both signatures', async () => {
    const path = `${sha256Hex(testOrigin)}/checkpoint`;
    expect((await get(path))[0]).toBe(404);
    await send(0, checkpoint(1, treeOf('one'), ['stranger', 'log']));
    const [status, text] = await get(path);
    expect(status).toBe(200);
    const verified = verifyCheckpoint(parseNote(text), testLogKey, keys);
    expect(verified.checkpoint).toMatchObject({ size: 1, root: treeOf('one') });
    expect(verified.witnesses).toEqual([{ key: witnessKey, time: NOW }]);
    expect((await get(path, 'POST'))[0]).toBe(405);
    // Nothing of that is an answer to a log.
    expect(answers).toHaveLength(1);
  });

  it('nothing else', async () => {
    await send(0, checkpoint(1, treeOf('one')));
    const hash = sha256Hex(testOrigin);
    for (const path of [
      hash,
      `${hash}/`,
      `${hash}/checkpoint/`,
      `${hash.toUpperCase()}/checkpoint`,
      `${hash}.checkpoint`,
      `x/${hash}/checkpoint`,
      `${sha256Hex('log.example/other')}/checkpoint`,
      `${encodeURIComponent('../')}${hash}/checkpoint`,
    ]) {
      expect((await get(path))[0], path).toBe(404);
    }
  });
});
