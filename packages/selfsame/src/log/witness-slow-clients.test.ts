import { once } from 'node:events';
import { request as httpRequest } from 'node:http';
import { connect, type Socket } from 'node:net';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { formatNote, noteKey } from '@selfsame/verify';
import { testServer } from '../download/testing.js';
import { temporaryDirectory, testKey } from '../record/testing.js';
import { formatAddCheckpoint } from './add-checkpoint.js';
import { statePath, type WitnessService } from './answer-log.js';
import { initLog } from './append.js';
import { askWitnesses } from './ask-witnesses.js';
import { readHead } from './log-directory.js';
import { testLogKey, testOrigin } from './testing.js';
import { serveWitness, type WitnessServer, type WitnessServerOptions } from './witness-server.js';
import { withFileLock } from './write-file.js';

const NOW = 1_800_000_000;
/** How long one who sends nothing, or not all, is waited for: a whole request comes in one piece, at once. */
const short = { headersTimeout: 300, requestTimeout: 300, connectionsCheckingInterval: 20 };
let scratch: ReturnType<typeof temporaryDirectory>;
let log: string;
let server: WitnessServer | undefined;
let body: string;

beforeEach(async () => {
  scratch = temporaryDirectory();
  log = join(scratch.path, 'log');
  await initLog(log, testOrigin, testKey('log'));
  const { note: checkpoint } = await readHead(log, testLogKey);
  body = formatAddCheckpoint({ oldSize: 0, proof: [], checkpoint });
});
afterEach(async () => {
  await server?.close();
  server = undefined;
  scratch[Symbol.dispose]();
});

const service = (): WitnessService => ({
  name: 'w1',
  key: testKey('w1'),
  logs: [testLogKey],
  directory: join(scratch.path, 'memory'),
});
async function serve(changes: Partial<WitnessServerOptions> = {}): Promise<URL> {
  server = await serveWitness(service(), {
    host: '127.0.0.1',
    port: 0,
    now: () => NOW,
    onAnswer: () => undefined,
    ...changes,
  });
  return new URL(server.url);
}
const head = (length = Buffer.byteLength(body)): string =>
  `POST /add-checkpoint HTTP/1.1\r\nhost: w1\r\ncontent-length: ${length}\r\n`;

/** Everything that the server sends until it ends the connection; `act` has it first. */
async function untilEnded(url: URL, act: (socket: Socket) => void): Promise<string> {
  const socket = connect(Number(url.port), url.hostname);
  const chunks: Buffer[] = [];
  socket.on('data', (chunk: Buffer) => chunks.push(chunk));
  // Whoever is cut off while sending is told by an error.
  socket.on('error', () => undefined);
  const ended = new Promise((done) => socket.once('close', done));
  socket.once('connect', () => act(socket));
  await ended;
  return Buffer.concat(chunks).toString('latin1');
}
const whole = async (url: URL): Promise<string> =>
  await untilEnded(url, (socket) => socket.write(`${head()}connection: close\r\n\r\n${body}`));
const statuses = (answer: string): string[] =>
  [...answer.matchAll(/^HTTP\/1.1 ([0-9]{3}) /gm)].map(([, status]) => status ?? '');
/** One byte after another, none of which is the last. */
function drip(socket: Socket, text: string): void {
  let at = 0;
  const timer = setInterval(() => socket.write(text[at++ % text.length] ?? ''), 10);
  socket.once('close', () => clearInterval(timer));
}

describe('a witness and those who are slow', () => {
  it.each<[string, string[], (socket: Socket) => void]>([
    ['nothing', [], () => undefined],
    ['half of a header', [], (socket) => socket.write(head())],
    [
      'a header for ever, byte by byte',
      [],
      (socket) => {
        socket.write(`${head()}x: `);
        drip(socket, 'x');
      },
    ],
    ['no body', [], (socket) => socket.write(`${head()}\r\n`)],
    ['half of a body', [], (socket) => socket.write(`${head()}\r\n${body.slice(0, 20)}`)],
    [
      'a body for ever, byte by byte',
      [],
      (socket) => {
        socket.write(`${head(100_000)}\r\n`);
        drip(socket, 'x');
      },
    ],
    [
      'chunks for ever',
      [],
      (socket) => {
        socket.write(
          'POST /add-checkpoint HTTP/1.1\r\nhost: w1\r\ntransfer-encoding: chunked\r\n\r\n',
        );
        drip(socket, '1\r\nx\r\n');
      },
    ],
    [
      'a second request that does not end',
      ['200'],
      (socket) => socket.write(`${head()}\r\n${body}${head()}`),
    ],
  ])('ends connections that send %s, and serves on', async (_what, answers, act) => {
    const url = await serve({ limits: short });
    const answer = await untilEnded(url, act);
    // That it took too long is said where the connection still takes it.
    const others = statuses(answer).filter((status) => status !== '408');
    expect(answers).toEqual(expect.arrayContaining(others));
    await expect.poll(() => whole(url)).toMatch(/^HTTP\/1.1 (?:200|409) /);
  });

  it('ends connections that ask nothing more', async () => {
    const url = await serve({ limits: { keepAliveTimeout: 20 } });
    const answer = await untilEnded(url, (socket) => socket.write(`${head()}\r\n${body}`));
    expect(answer).toMatch(/^HTTP\/1.1 200 /);
  });

  it('outlives 200 who connect and are silent', async () => {
    const url = await serve({ limits: short });
    const silent = Array.from({ length: 200 }, () => untilEnded(url, () => undefined));
    await Promise.all(silent);
    await expect.poll(() => whole(url)).toMatch(/^HTTP\/1.1 (?:200|409) /);
  });

  it('holds no more connections than its bound', async () => {
    const url = await serve({ limits: { connections: 2 } });
    const sockets = [1, 2].map(() => connect(Number(url.port), url.hostname));
    for (const socket of sockets) {
      // Whoever was told to go on is among those that are held.
      socket.write(`${head()}expect: 100-continue\r\n\r\n`);
      await once(socket, 'data');
    }
    expect(await untilEnded(url, () => undefined)).toBe('');
    sockets.forEach((socket) => socket.destroy());
  });

  it('refuses a header that is too large', async () => {
    const url = await serve();
    const answer = await untilEnded(url, (socket) =>
      socket.write(`${head()}x: ${'x'.repeat(9000)}\r\n\r\n`),
    );
    expect(answer).toMatch(/^HTTP\/1.1 431 /);
  });
});

describe('the end of a witness', () => {
  it('is not held up by requests that do not end', async () => {
    const url = await serve();
    const request = httpRequest(`${url.href}add-checkpoint`, {
      method: 'POST',
      headers: { expect: '100-continue', 'content-length': 1000 },
    });
    request.flushHeaders();
    await once(request, 'continue');
    const broken = once(request, 'error');
    await server?.close();
    await broken;
  });

  it('comes after the answers to requests that are there', async () => {
    let asked = (): void => undefined;
    const isAsked = new Promise<void>((done) => (asked = done));
    const now = (): number => {
      asked();
      return NOW;
    };
    const url = await serve({ now });
    const state = statePath(service().directory, testOrigin);
    let answer: Promise<string> | undefined;
    let closed: Promise<void> | undefined;
    await withFileLock(`${state}.lock`, undefined, async () => {
      answer = whole(url);
      await isAsked;
      closed = server?.close();
    });
    expect(await answer).toMatch(/^HTTP\/1.1 200 /);
    await closed;
  });

  it('answers 503 when another holds the memory for too long', async () => {
    const url = await serve({ limits: { answerTimeout: 50 } });
    const state = statePath(service().directory, testOrigin);
    await withFileLock(`${state}.lock`, undefined, async () => {
      expect(await whole(url)).toMatch(/^HTTP\/1.1 503 /);
    });
  });
});

describe('asking a witness that is slow', () => {
  it.each<[string, (send: (text: string) => void) => void]>([
    ['nothing', () => undefined],
    ['one byte after another', (send) => send('x')],
  ])('ends when it answers %s', async (_what, act) => {
    const timers: NodeJS.Timeout[] = [];
    await using slow = await testServer((_request, response) => {
      act((text) => timers.push(setInterval(() => response.write(text), 10)));
    });
    const key = noteKey('w1', 'cosignature', testKey('w1').publicKey);
    const witnesses = [{ name: 'one', key, url: slow.url }];
    const signal = new AbortController().signal;
    const { answers } = await askWitnesses(log, testLogKey, witnesses, signal, 300);
    timers.forEach((timer) => clearInterval(timer));
    const why = `${slow.url}/add-checkpoint did not answer in 0.3 s`;
    expect(answers.map(({ asked }) => asked)).toEqual([{ outcome: 'unavailable', why }]);
    expect(formatNote((await readHead(log, testLogKey)).note)).not.toContain('w1');
  });
});
