import { join } from 'node:path';
import {
  formatNote,
  parseNote,
  verifyNote,
  VerifyError,
  type NoteKey,
  type NoteSignature,
} from '@selfsame/verify';
import { httpPost, describeError } from '../download/http.js';
import { defaultPolicy } from '../download/policy.js';
import { redactUrl } from '../download/url.js';
import { SelfsameError } from '../errors/selfsame-error.js';
import { addCheckpointLimits, formatAddCheckpoint, sizeContentType } from './add-checkpoint.js';
import { readHead, readRanges, type LogHead } from './log-directory.js';
import { consistencyRanges } from './tiles.js';
import type { AskedWitness } from './trust-policy.js';
import { checkHistory, withSignatures } from './witness.js';
import { withLogLock, writeDurably } from './write-file.js';

/** Most witnesses asked at once, and times that one is asked again about what it cosigned meanwhile. */
const AT_ONCE = 8;
const MOST_ROUNDS = 4;
/** Longest that one witness may take for one answer, unless the caller says otherwise, milliseconds. */
const ANSWER_TIMEOUT = 30_000;

/** What came of asking one witness. */
export type Asked =
  | { readonly outcome: 'cosigned'; readonly time: number; readonly signature: NoteSignature }
  /** It gave no answer, or none to this; may pass. */
  | { readonly outcome: 'unavailable'; readonly why: string }
  /** It does not know the log or its key, or takes the request for none. */
  | { readonly outcome: 'refused'; readonly why: string }
  /** It cosigned a tree of this log that is larger: this directory is an old copy, or the log was cut. */
  | { readonly outcome: 'saw-more'; readonly size: number }
  /** It cosigned a tree of this size that this log does not begin with: the log has two histories. */
  | { readonly outcome: 'saw-another'; readonly size: number }
  /** What it answered is no cosignature by its key. */
  | { readonly outcome: 'not-believed'; readonly why: string };

export interface AskedOne {
  readonly witness: AskedWitness;
  readonly asked: Asked;
}

export interface WitnessedCheckpoint {
  readonly size: number;
  readonly answers: readonly AskedOne[];
  /** Names of all witnesses of the list whose cosignature the published checkpoint now carries. */
  readonly cosigned: readonly string[];
}

/**
 * Asks witnesses over HTTP for cosignatures of the checkpoint of a log directory (C2SP tlog-witness), and publishes
 * it with those that were given. Nothing is held up meanwhile: if the log grew, nothing is written.
 *
 * @throws SelfsameError LOG_NOT_FOUND, LOG_INVALID, LOG_CHANGED, LOG_WRITE, INTERRUPTED
 */
export async function askWitnesses(
  directory: string,
  log: NoteKey,
  witnesses: readonly AskedWitness[],
  signal: AbortSignal,
  answerTimeout = ANSWER_TIMEOUT,
): Promise<WitnessedCheckpoint> {
  const head = await readHead(directory, log);
  // A directory that contradicts itself would make every witness look like one that saw something else.
  await checkHistory(directory, log, head, undefined);
  const askOne = (witness: AskedWitness): Promise<Asked> =>
    askWitness(directory, head, witness, async (url, body) =>
      post(url, body, signal, answerTimeout),
    );
  const answers: AskedOne[] = [];
  const waiting = [...witnesses];
  const work = async (): Promise<void> => {
    for (let witness = waiting.shift(); witness !== undefined; witness = waiting.shift()) {
      answers.push({ witness, asked: await askOne(witness) });
    }
  };
  await Promise.all(Array.from({ length: Math.min(AT_ONCE, witnesses.length) }, work));
  signal.throwIfAborted();
  answers.sort((a, b) => witnesses.indexOf(a.witness) - witnesses.indexOf(b.witness));
  const given = answers.flatMap(({ asked }) =>
    asked.outcome === 'cosigned' ? [asked.signature] : [],
  );
  return await withLogLock(directory, signal, async () => {
    const now = await readHead(directory, log);
    if (now.note.text !== head.note.text) {
      throw new SelfsameError('LOG_CHANGED', `${directory} grew while its witnesses were asked`, {
        hint: 'run the same command again',
      });
    }
    const note = withSignatures(now.note, given);
    if (given.length > 0) writeDurably(join(directory, 'checkpoint'), formatNote(note));
    const carries = ({ key }: AskedWitness): boolean =>
      findCosignature(formatNote(note), note.text, key) !== undefined;
    const cosigned = witnesses.filter(carries).map(({ name }) => name);
    return { size: head.checkpoint.size, answers, cosigned };
  });
}

async function askWitness(
  directory: string,
  head: LogHead,
  { key, url }: AskedWitness,
  send: (url: string, body: Uint8Array) => Promise<PostReply>,
): Promise<Asked> {
  if (url === undefined) return { outcome: 'unavailable', why: 'the list has no address of it' };
  const { size } = head.checkpoint;
  let oldSize = 0;
  for (let round = 0; round < MOST_ROUNDS; round += 1) {
    const ranges = oldSize > 0 && oldSize < size ? consistencyRanges(oldSize, size) : [];
    const proof = await readRanges(directory, ranges, size);
    const request = formatAddCheckpoint({ oldSize, proof, checkpoint: head.note });
    const reply = await send(`${url}/add-checkpoint`, Buffer.from(request));
    if ('why' in reply) return { outcome: 'unavailable', why: reply.why };
    const { status, type, text } = reply;
    if (status === 200) return readCosignature(head, text, key);
    if (status === 422 && oldSize > 0) return { outcome: 'saw-another', size: oldSize };
    if (status === 409 && type.startsWith(sizeContentType)) {
      const seen = /^(?:0|[1-9][0-9]{0,15})\n$/.test(text) ? Number(text) : Number.NaN;
      if (!Number.isSafeInteger(seen)) {
        return { outcome: 'not-believed', why: 'the size that it says it saw is none' };
      }
      if (seen > size) return { outcome: 'saw-more', size: seen };
      if (seen === oldSize) return { outcome: 'saw-another', size: seen };
      oldSize = seen;
      continue;
    }
    const why = `it answered ${status}: ${text.slice(0, 200).trim()}`;
    return { outcome: status >= 500 || status === 429 ? 'unavailable' : 'refused', why };
  }
  return { outcome: 'unavailable', why: 'what it saw changed while it was asked' };
}

/** The cosignature by this key in lines of signatures; what others signed is ignored, as the call wants it. */
function readCosignature({ note }: LogHead, lines: string, key: NoteKey): Asked {
  const found = findCosignature(`${note.text}\n${lines}`, note.text, key);
  if (found !== undefined) return found;
  return { outcome: 'not-believed', why: `its answer is no cosignature by ${key.name}` };
}

/** The cosignature by this key of a note with this text, and no other. */
function findCosignature(
  document: string,
  text: string,
  key: NoteKey,
): Extract<Asked, { outcome: 'cosigned' }> | undefined {
  try {
    const parsed = parseNote(document);
    // What follows the text may bring an empty line, and with it another text.
    if (parsed.text !== text) return undefined;
    const [{ time = 0 }] = verifyNote(parsed, [key]);
    const signature = parsed.signatures.find(
      ({ name, keyId }) => name === key.name && keyId === key.id,
    );
    return signature && { outcome: 'cosigned', time, signature };
  } catch (error) {
    if (error instanceof VerifyError) return undefined;
    throw error;
  }
}

type PostReply =
  | { readonly status: number; readonly type: string; readonly text: string }
  | { readonly why: string };

async function post(
  url: string,
  body: Uint8Array,
  signal: AbortSignal,
  answerTimeout: number,
): Promise<PostReply> {
  const timeout = AbortSignal.timeout(answerTimeout);
  const either = AbortSignal.any([signal, timeout]);
  const where = redactUrl(url);
  try {
    const headers = { 'content-type': 'text/plain; charset=utf-8' };
    const reply = await httpPost(url, headers, body, defaultPolicy, either);
    const chunks: Buffer[] = [];
    let size = 0;
    for await (const chunk of reply as AsyncIterable<Buffer>) {
      size += chunk.length;
      if (size > addCheckpointLimits.answerBytes) {
        reply.destroy();
        return { why: `the answer of ${where} is too large` };
      }
      chunks.push(chunk);
    }
    const type = reply.headers['content-type'] ?? '';
    const text = Buffer.concat(chunks).toString('utf8');
    return { status: reply.statusCode ?? 0, type, text };
  } catch (error) {
    signal.throwIfAborted();
    if (timeout.aborted) return { why: `${where} did not answer in ${answerTimeout / 1000} s` };
    return { why: `${where} ${describeError(error)}` };
  }
}
