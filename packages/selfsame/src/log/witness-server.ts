import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { formatNote, type PosixTime } from '@selfsame/verify';
import { SelfsameError } from '../errors/selfsame-error.js';
import { addCheckpointLimits, sizeContentType } from './add-checkpoint.js';
import {
  answerLog,
  checkService,
  lastCosigned,
  type WitnessAnswer,
  type WitnessService,
} from './answer-log.js';

/** Bounds on those who ask, milliseconds and counts. */
export const witnessServerLimits = {
  headersTimeout: 10_000,
  requestTimeout: 20_000,
  /** How often those two are looked at. */
  connectionsCheckingInterval: 5_000,
  keepAliveTimeout: 5_000,
  /** Longest wait for another process that cosigns for the same log. */
  answerTimeout: 10_000,
  headerBytes: 8192,
  connections: 128,
} as const;
export type WitnessServerLimits = Readonly<Record<keyof typeof witnessServerLimits, number>>;

export interface WitnessServerOptions {
  readonly host: string;
  /** 0: any that is free. */
  readonly port: number;
  readonly now: () => PosixTime;
  /** Told of every answer, and of every failure to give one. */
  readonly onAnswer: (answer: WitnessAnswer | { outcome: 'failed'; error: unknown }) => void;
  /** Others than `witnessServerLimits`. */
  readonly limits?: Partial<WitnessServerLimits>;
}

export interface WitnessServer {
  /** Submission prefix of the witness, as this machine sees it: `http://127.0.0.1:8480`. */
  readonly url: string;
  /** Takes no more requests, and resolves when those that are there as a whole are answered. */
  close(): Promise<void>;
}

/**
 * Serves `POST /add-checkpoint`, and for monitors `GET /<sha256 of the origin>/checkpoint` (C2SP tlog-witness), over
 * plain HTTP. Whoever opens it to others puts a web server with TLS before it.
 *
 * @throws SelfsameError WRONG_USE, WITNESS_LISTEN
 */
export async function serveWitness(
  service: WitnessService,
  options: WitnessServerOptions,
): Promise<WitnessServer> {
  checkService(service);
  const limits: WitnessServerLimits = { ...witnessServerLimits, ...options.limits };
  const { connections, headerBytes: maxHeaderSize, answerTimeout, ...timeouts } = limits;
  const underWay = new Map<IncomingMessage, Promise<void>>();
  const server = createServer({ ...timeouts, maxHeaderSize }, (request, response) => {
    // `respond` answers its own failures; a connection that breaks is nobody's error.
    response.on('error', () => undefined);
    const ended = new Promise<void>((done) => response.once('close', done));
    underWay.set(request, ended);
    void ended.then(() => underWay.delete(request));
    void respond(request, response, service, options, answerTimeout);
  });
  server.maxConnections = connections;
  await new Promise<void>((done, fail) => {
    server.once('error', (cause: NodeJS.ErrnoException) => {
      const where = `${options.host}:${options.port}`;
      const why = cause.code ?? cause.message;
      const hint = 'choose another address: --listen 127.0.0.1:8480';
      const message = `the witness cannot listen at ${where}: ${why}`;
      fail(new SelfsameError('WITNESS_LISTEN', message, { hint, cause }));
    });
    server.listen(options.port, options.host, done);
  });
  const { address, family, port } = server.address() as AddressInfo;
  return {
    url: `http://${family === 'IPv6' ? `[${address}]` : address}:${port}`,
    close: async () => {
      const closed = new Promise<void>((done) => server.close(() => done()));
      const whole = [...underWay].filter(([request]) => request.complete);
      await Promise.all(whole.map(([, ended]) => ended));
      // A server that listens no more has no time limits: who sent part of a request could hold it up for ever.
      server.closeAllConnections();
      await closed;
    },
  };
}

async function respond(
  request: IncomingMessage,
  response: ServerResponse,
  service: WitnessService,
  { now, onAnswer }: WitnessServerOptions,
  answerTimeout: number,
): Promise<void> {
  const [, hash] = /^\/([0-9a-f]{64})\/checkpoint$/.exec(request.url ?? '') ?? [];
  if (hash === undefined && request.url !== '/add-checkpoint') {
    return refuse(response, 404, 'there is nothing here');
  }
  const method = hash === undefined ? 'POST' : 'GET';
  if (request.method !== method) {
    response.setHeader('allow', method);
    return refuse(response, 405, `this is asked for with ${method}`);
  }
  try {
    if (hash !== undefined) {
      const seen = await lastCosigned(hash, service);
      if (seen === undefined) return refuse(response, 404, 'nothing is remembered of that log');
      return reply(response, 200, formatNote(seen));
    }
    const body = await readBody(request);
    if (body === undefined) return refuse(response, 413, 'the request is too large');
    const signal = AbortSignal.timeout(answerTimeout);
    const answer = await answerLog(body, service, now(), signal);
    onAnswer(answer);
    send(response, answer);
  } catch (error) {
    // Nobody is there any more to be told.
    if (request.destroyed && !request.complete) return;
    onAnswer({ outcome: 'failed', error });
    const isBusy = error instanceof SelfsameError && error.code === 'INTERRUPTED';
    refuse(response, isBusy ? 503 : 500, 'the witness cannot answer now');
  }
}

function send(response: ServerResponse, answer: WitnessAnswer): void {
  switch (answer.outcome) {
    case 'cosigned':
      return reply(response, 200, answer.line);
    case 'malformed':
      return refuse(response, 400, answer.why);
    case 'unknown-log':
      return refuse(response, 404, answer.why);
    case 'not-signed':
      return refuse(response, 403, answer.why);
    case 'other-size':
      return reply(response, 409, `${answer.size}\n`, sizeContentType);
    case 'two-trees':
      return refuse(response, 422, `another tree of ${answer.size} entries was cosigned`);
    case 'wrong-proof':
      return refuse(response, 422, answer.why);
  }
}

/** The whole body, or undefined beyond the bound. Rejects when the connection breaks. */
async function readBody(request: IncomingMessage): Promise<Buffer | undefined> {
  const { requestBytes } = addCheckpointLimits;
  if (Number(request.headers['content-length'] ?? 0) > requestBytes) return undefined;
  const chunks: Buffer[] = [];
  let size = 0;
  return await new Promise((done, fail) => {
    request.on('data', (chunk: Buffer) => {
      size += chunk.length;
      if (size <= requestBytes) chunks.push(chunk);
      else done(undefined);
    });
    request.on('end', () => done(Buffer.concat(chunks)));
    request.on('error', fail);
    request.on('close', () => fail(new Error('the connection broke')));
  });
}

function refuse(response: ServerResponse, status: number, why: string): void {
  // What is left of the request is not waited for.
  response.setHeader('connection', 'close');
  reply(response, status, `${why}\n`);
}

function reply(
  response: ServerResponse,
  status: number,
  text: string,
  type = 'text/plain; charset=utf-8',
): void {
  const headers = { 'content-type': type, 'x-content-type-options': 'nosniff' };
  response.writeHead(status, headers).end(text);
}
