import { spawn } from 'node:child_process';
import { cpSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { request as httpRequest } from 'node:http';
import { join } from 'node:path';
import { execPath } from 'node:process';
import { build as bundle } from 'esbuild';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import {
  formatNote,
  noteKey,
  parseCheckpoint,
  parseNote,
  verifyNote,
  type Note,
} from '@selfsame/verify';
import { testServer } from '../download/testing.js';
import { temporaryDirectory, testKey } from '../record/testing.js';
import { formatCheckpoint, signNote } from '../signing/note.js';
import { addCheckpointLimits, formatAddCheckpoint } from './add-checkpoint.js';
import { answerLog, statePath, type WitnessAnswer, type WitnessService } from './answer-log.js';
import { appendClaims, initLog } from './append.js';
import { askWitnesses, type Asked } from './ask-witnesses.js';
import { readHead, readRanges } from './log-directory.js';
import { loggableClaims } from './loggable.js';
import { testEnvelope, testLogKey, testLogPolicy, testOrigin } from './testing.js';
import { consistencyRanges } from './tiles.js';
import { cosignLog } from './witness.js';
import { serveWitness, type WitnessServer } from './witness-server.js';

const NOW = 1_800_000_000;
const policy = testLogPolicy(['alice', 'bob']);
const witnessKey = noteKey('w1', 'cosignature', testKey('w1').publicKey);
const never = new AbortController().signal;
let scratch: ReturnType<typeof temporaryDirectory>;
let log: string;
let servers: WitnessServer[];
let answers: (WitnessAnswer | { outcome: 'failed' })[];

beforeEach(async () => {
  scratch = temporaryDirectory();
  log = join(scratch.path, 'log');
  servers = [];
  answers = [];
  await initLog(log, testOrigin, testKey('log'));
  await add(2);
});
afterEach(async () => {
  await Promise.all(servers.map((server) => server.close()));
  scratch[Symbol.dispose]();
});

const service = (): WitnessService => ({
  name: 'w1',
  key: testKey('w1'),
  logs: [testLogKey],
  directory: join(scratch.path, 'memory'),
});
const serve = async (now = NOW): Promise<string> => {
  const onAnswer = (answer: (typeof answers)[number]): void => void answers.push(answer);
  const options = { host: '127.0.0.1', port: 0, now: () => now, onAnswer };
  const server = await serveWitness(service(), options);
  servers.push(server);
  return server.url;
};
/** Adds claims until the log has this many: the same ones for the same content. */
async function add(size: number, content = 'claim', directory = log): Promise<void> {
  const envelopes = Array.from({ length: size }, (_, number) =>
    testEnvelope('alice', `${content} ${number}`, {
      build: { project: 'pigz', version: `${content} ${number}`, target: 'default' },
    }),
  );
  await appendClaims(directory, testKey('log'), loggableClaims(envelopes, policy));
}
const fork = async (sizes: readonly number[], from = log): Promise<string> => {
  const path = join(scratch.path, `fork-${readdirSync(scratch.path).length}`);
  if (from === '') await initLog(path, testOrigin, testKey('log'));
  else cpSync(from, path, { recursive: true });
  for (const size of sizes) await add(size, 'other', path);
  return path;
};
const ask = async (url: string, directory = log): Promise<Asked> => {
  const witnesses = [{ name: 'one', key: witnessKey, url }];
  const { answers: found } = await askWitnesses(directory, testLogKey, witnesses, never);
  return found[0]!.asked;
};
const headOf = async (directory = log): Promise<Note> =>
  (await readHead(directory, testLogKey)).note;
const body = async (oldSize: number, directory = log): Promise<string> => {
  const { note, checkpoint } = await readHead(directory, testLogKey);
  const ranges = oldSize > 0 ? consistencyRanges(oldSize, checkpoint.size) : [];
  const proof = await readRanges(directory, ranges, checkpoint.size);
  return formatAddCheckpoint({ oldSize, proof, checkpoint: note });
};
const post = async (url: string, text: string): Promise<[number, string, string | null]> => {
  const reply = await fetch(`${url}/add-checkpoint`, { method: 'POST', body: text });
  return [reply.status, await reply.text(), reply.headers.get('content-type')];
};
const remembered = (): string => readFileSync(statePath(service().directory, testOrigin), 'utf8');

describe('a witness over HTTP', () => {
  it('cosigns a log, what it grew to, and the same again; the log publishes it', async () => {
    const url = await serve();
    expect(await ask(url)).toMatchObject({ outcome: 'cosigned', time: NOW });
    expect(verifyNote(await headOf(), [witnessKey])).toHaveLength(1);
    await add(20);
    expect(await ask(url)).toMatchObject({ outcome: 'cosigned' });
    expect(await ask(url)).toMatchObject({ outcome: 'cosigned' });
    const lines = formatNote(await headOf()).split('\n');
    expect(lines.filter((line) => line.startsWith('— w1 '))).toHaveLength(1);
    expect(parseCheckpoint(parseNote(remembered()).text).size).toBe(20);
    expect(answers.map(({ outcome }) => outcome)).toEqual([
      'cosigned',
      'other-size',
      'cosigned',
      'other-size',
      'cosigned',
    ]);
  });

  it('answers as C2SP tlog-witness says, each status with its cause', async () => {
    const url = await serve();
    const first = await body(0);
    const [status, line] = await post(url, first);
    expect(status).toBe(200);
    expect(line).toMatch(/^— w1 [A-Za-z0-9+/=]+\n$/);
    const cosigned = parseNote(`${(await headOf()).text}\n${line}`);
    expect(verifyNote(cosigned, [witnessKey])).toMatchObject([{ time: NOW }]);
    // Another size was cosigned last.
    expect(await post(url, first)).toEqual([409, '2\n', 'text/x.tlog.size']);
    await add(9);
    const grown = await body(2);
    // A proof that is wrong, cut, too long, or of nothing.
    const hash = `${Buffer.alloc(32, 7).toString('base64')}\n`;
    const [head = '', rest = ''] = grown
      .split('\n\n', 1)
      .concat(grown.slice(grown.indexOf('\n\n')));
    expect((await post(url, `${head}\n${hash}${rest.slice(1)}`))[0]).toBe(422);
    expect((await post(url, grown.replace(/\n[^\n]+\n\n/, '\n\n')))[0]).toBe(422);
    expect((await post(url, `old 2\n${hash}\n${formatNote(await headOf())}`))[0]).toBe(422);
    // What is no request.
    for (const text of [
      '',
      'old 2',
      grown.replace('old 2', 'old 02'),
      grown.replace('old 2', 'old -2'),
      grown.replace('old 2', 'size 2'),
      `old 2\n${hash.repeat(64)}\n${formatNote(await headOf())}`,
      `old 2\nnot base64\n\n${formatNote(await headOf())}`,
      `old 10\n\n${formatNote(await headOf())}`,
      grown.slice(0, -1),
      grown.replaceAll('\n', '\r\n'),
    ]) {
      expect((await post(url, text))[0], JSON.stringify(text.slice(0, 20))).toBe(400);
    }
    // Logs and keys that nobody named.
    const sign = (origin: string, key: string): string => {
      const text = formatCheckpoint({ ...parseCheckpoint(cosigned.text), origin });
      return formatNote({ text, signatures: [signNote(text, origin, testKey(key))] });
    };
    const foreign = `old 0\n\n${sign('log.example/claims2', 'log')}`;
    expect((await post(url, foreign))[0]).toBe(404);
    expect((await post(url, `old 2\n\n${sign(testOrigin, 'mallory')}`))[0]).toBe(403);
    // Other methods, other paths.
    expect((await fetch(`${url}/add-checkpoint`)).status).toBe(405);
    expect((await fetch(`${url}/`)).status).toBe(404);
    // None of that changed what is known.
    expect(parseCheckpoint(parseNote(remembered()).text).size).toBe(2);
    expect((await post(url, grown))[0]).toBe(200);
  });

  it('takes an empty log, and no proof from nothing', async () => {
    const url = await serve();
    const empty = await fork([], '');
    const hash = `${Buffer.alloc(32, 7).toString('base64')}\n`;
    const text = `old 0\n${hash}\n${formatNote(await headOf())}`;
    expect((await post(url, text))[0]).toBe(422);
    expect(await ask(url, empty)).toMatchObject({ outcome: 'cosigned' });
    expect(await ask(url)).toMatchObject({ outcome: 'cosigned' });
    expect(await ask(url, empty)).toEqual({ outcome: 'saw-more', size: 2 });
  });

  it('refuses a body that is too large, also one whose length is not said, and serves on', async () => {
    const url = await serve();
    const large = 'x'.repeat(addCheckpointLimits.requestBytes + 1);
    expect((await post(url, large))[0]).toBe(413);
    const status = await new Promise((done, fail) => {
      const request = httpRequest(`${url}/add-checkpoint`, { method: 'POST' }, (reply) => {
        reply.resume();
        done(reply.statusCode);
      });
      request.on('error', fail);
      // In chunks: the length of the whole is nowhere.
      request.write(large);
    });
    expect(status).toBe(413);
    expect(await ask(url)).toMatchObject({ outcome: 'cosigned' });
  });

  it('attack 28: never cosigns two histories, and says what it saw', async () => {
    const url = await serve();
    const other = await fork([2], '');
    const longer = await fork([5], '');
    const shorter = await fork([1], '');
    await add(3);
    await ask(url);
    const before = remembered();
    expect(await ask(url, await fork([3], ''))).toEqual({ outcome: 'saw-another', size: 3 });
    expect(await ask(url, longer)).toEqual({ outcome: 'saw-another', size: 3 });
    expect(await ask(url, other)).toEqual({ outcome: 'saw-more', size: 3 });
    expect(await ask(url, shorter)).toEqual({ outcome: 'saw-more', size: 3 });
    expect(remembered()).toBe(before);
    const [proof] = answers.filter(({ outcome }) => outcome === 'two-trees');
    expect(proof).toMatchObject({
      checkpoints: [before, expect.stringContaining(`${testOrigin}\n3\n`)],
    });
    for (const directory of [other, longer, shorter]) {
      expect(formatNote(await headOf(directory))).not.toContain('w1');
    }
  });

  it('cosigns one of two histories that are sent at once, also to two servers with one memory', async () => {
    const urls = [await serve(), await serve()];
    await ask(urls[0]!);
    const forks = [];
    for (const name of ['a', 'b', 'c', 'd']) {
      const path = await fork([]);
      await add(3 + forks.length, name, path);
      forks.push(await body(2, path));
    }
    const replies = await Promise.all(forks.map((text, at) => post(urls[at % 2]!, text)));
    expect(replies.map(([status]) => status).sort((a, b) => a - b)).toEqual([200, 409, 409, 409]);
  });

  it('has what it cosigned on the disk when it is killed before it answers', async () => {
    const program = join(scratch.path, 'witness.mjs');
    const entry = `
      import { parseNoteKey } from '@selfsame/verify';
      import { PrivateKey } from '../signing/private-key.js';
      import { serveWitness } from './witness-server.js';
      const [seed, log, directory] = process.argv.slice(2);
      const key = new PrivateKey(Buffer.from(seed, 'hex'));
      const service = { name: 'w1', key, logs: [parseNoteKey(log)], directory };
      const onAnswer = () => process.kill(process.pid, 'SIGKILL');
      const options = { host: '127.0.0.1', port: 0, now: () => ${NOW}, onAnswer };
      console.log((await serveWitness(service, options)).url);`;
    await bundle({
      stdin: { contents: entry, resolveDir: import.meta.dirname, loader: 'ts' },
      outfile: program,
      bundle: true,
      platform: 'node',
      format: 'esm',
      target: 'node20',
      alias: { '@selfsame/verify': join(import.meta.dirname, '../../../verify/src/index.ts') },
      logLevel: 'error',
    });
    const { sha256Hex, formatNoteKey } = await import('@selfsame/verify');
    const { directory } = service();
    const words = [sha256Hex('test key w1'), formatNoteKey(testLogKey), directory];
    const child = spawn(execPath, [program, ...words], { stdio: ['ignore', 'pipe', 'inherit'] });
    const ended = new Promise((done) => child.once('exit', (_code, signal) => done(signal)));
    const url = await new Promise<string>((done) =>
      child.stdout.once('data', (text: Buffer) => done(text.toString().trim())),
    );
    await expect(post(url, await body(0))).rejects.toThrow();
    expect(await ended).toBe('SIGKILL');
    expect(parseCheckpoint(parseNote(remembered()).text).size).toBe(2);
    // Whoever goes on with that memory gives the same log its cosignature, and a fork none.
    const again = await serve();
    expect(await ask(again, await fork([2], ''))).toEqual({ outcome: 'saw-another', size: 2 });
    expect(await ask(again)).toMatchObject({ outcome: 'cosigned' });
  });

  it('does not cosign when it can not remember, or does not know what it remembered', async () => {
    const url = await serve();
    mkdirSync(statePath(service().directory, testOrigin), { recursive: true });
    expect((await post(url, await body(0)))[0]).toBe(500);
    expect(answers).toMatchObject([{ outcome: 'failed', error: { code: 'LOG_INVALID' } }]);
    const [text] = formatNote(await headOf()).split('claims\n');
    const other = { ...service(), directory: join(scratch.path, 'memory2') };
    mkdirSync(other.directory);
    const note = formatNote(await headOf());
    writeFileSync(statePath(other.directory, testOrigin), note.replace(`${text}claims`, 'else'));
    const bytes = Buffer.from(await body(0));
    await expect(answerLog(bytes, other, NOW)).rejects.toMatchObject({ code: 'LOG_INVALID' });
  });

  it('shares its memory with `log witness`, and its time never goes back', async () => {
    const { directory, name, key } = service();
    const state = statePath(directory, testOrigin);
    await cosignLog(log, testLogKey, { name, key, state }, NOW + 500);
    const url = await serve(NOW);
    await add(4);
    expect(await ask(url)).toMatchObject({ outcome: 'cosigned', time: NOW + 500 });
    await expect(
      cosignLog(await fork([4], ''), testLogKey, { name, key, state }, NOW),
    ).rejects.toMatchObject({ code: 'LOG_INCONSISTENT' });
  });

  it('needs a key that is not the log’s, a name that is one, and a free port', async () => {
    const options = { host: '127.0.0.1', port: 0, now: () => NOW, onAnswer: () => undefined };
    const own = { ...service(), key: testKey('log') };
    await expect(serveWitness(own, options)).rejects.toMatchObject({ code: 'WRONG_USE' });
    const named = { ...service(), name: 'two words' };
    await expect(serveWitness(named, options)).rejects.toMatchObject({ code: 'WRONG_USE' });
    const port = Number(new URL(await serve()).port);
    await expect(serveWitness(service(), { ...options, port })).rejects.toMatchObject({
      code: 'WITNESS_LISTEN',
    });
  });
});

describe('asking a witness', () => {
  const answering = async (
    status: number,
    text: string,
    headers: Record<string, string> = {},
  ): Promise<Asked> => {
    await using server = await testServer((_request, response) => {
      response.writeHead(status, headers).end(text);
    });
    return await ask(server.url);
  };
  const size = { 'content-type': 'text/x.tlog.size' };

  it('believes nothing but a cosignature by its key of this very checkpoint', async () => {
    const { text } = await headOf();
    const line = (key: string, of = text, name = 'w1'): string => {
      const signatures = [signNote(of, name, testKey(key), NOW)];
      return formatNote({ text: of, signatures }).slice(of.length + 1);
    };
    for (const wrong of [
      '',
      'yes\n',
      line('mallory'),
      line('w1', `${text}more\n`),
      // An empty line would make another text of the checkpoint and what follows it.
      `more\n\n${line('w1', `${text}\nmore\n`)}`,
      line('w2', text, 'w2'),
      line('w1').trimEnd(),
    ]) {
      expect(await answering(200, wrong), wrong).toMatchObject({ outcome: 'not-believed' });
    }
    expect(formatNote(await headOf())).not.toContain('w1');
    // What others signed is ignored.
    expect(await answering(200, line('w2', text, 'w2') + line('w1'))).toMatchObject({
      outcome: 'cosigned',
    });
    expect(formatNote(await headOf())).not.toContain('w2');
  });

  it('tells refusals from failures, and is not led around', async () => {
    expect(await answering(404, 'who?')).toEqual({
      outcome: 'refused',
      why: 'it answered 404: who?',
    });
    expect(await answering(503, '')).toMatchObject({ outcome: 'unavailable' });
    expect(await answering(302, '', { location: 'http://127.0.0.1:1/' })).toMatchObject({
      outcome: 'refused',
    });
    expect(await answering(409, 'two\n', size)).toMatchObject({ outcome: 'not-believed' });
    expect(await answering(409, '9007199254740993\n', size)).toMatchObject({
      outcome: 'not-believed',
    });
    expect(await answering(409, '99\n', size)).toEqual({ outcome: 'saw-more', size: 99 });
    expect(await answering(200, 'x'.repeat(70_000))).toMatchObject({ outcome: 'unavailable' });
    expect(await ask('http://127.0.0.1:1')).toMatchObject({ outcome: 'unavailable' });
    // One that changes its mind for ever is asked a few times only.
    let count = 0;
    await using server = await testServer((_request, response) => {
      count += 1;
      response.writeHead(409, size).end(`${1 + (count % 2)}\n`);
    });
    expect(await ask(server.url)).toMatchObject({ outcome: 'unavailable' });
    expect(server.requests).toHaveLength(4);
  });

  it('writes nothing when the log grew meanwhile, and asks nobody for a log that is broken', async () => {
    await using server = await testServer((_request, response) => {
      void add(5).then(() => response.writeHead(503).end());
    });
    await expect(ask(server.url)).rejects.toMatchObject({ code: 'LOG_CHANGED' });
    writeFileSync(join(log, 'tile/0/000.p/5'), Buffer.alloc(5 * 32));
    await expect(ask(server.url)).rejects.toMatchObject({ code: 'LOG_INVALID' });
    expect(server.requests).toHaveLength(1);
  });
});
