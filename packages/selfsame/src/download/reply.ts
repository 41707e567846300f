import { open } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { describeError, failure, httpGet } from './http.js';
import type { DownloadPolicy } from './types.js';

/** Where a resumed transfer continues, and which version of the file it belongs to. */
export interface ResumePoint {
  /** Bytes already here, more than 0. */
  readonly offset: number;
  /** Strong entity tag or date for `If-Range`, when the same URL gave the first part. */
  readonly validator: string | undefined;
}

/** Bytes on their way. */
export interface Reply {
  /** Bytes already here that the body continues from: 0 or the resume point's offset. */
  readonly offset: number;
  /** Size of the whole file in bytes, where the server says it. */
  readonly size: number | undefined;
  /** For a later `If-Range` (RFC 9110 §13.1.5): a strong entity tag, else a date. */
  readonly validator: string | undefined;
  readonly body: AsyncIterable<Uint8Array>;
  /** Stops the transfer. */
  destroy(): void;
}

/**
 * Opens a file, http or https URL, from `resume` on if the server can and the whole otherwise.
 * Rejects with `MirrorError`, or with the signal's reason when aborted.
 */
export async function openReply(
  url: string,
  resume: ResumePoint | undefined,
  policy: DownloadPolicy,
  signal: AbortSignal,
): Promise<Reply> {
  signal.throwIfAborted();
  if (url.startsWith('file:')) return await openLocal(url);
  const headers: Record<string, string> = {};
  if (resume !== undefined) {
    headers['range'] = `bytes=${resume.offset}-`;
    if (resume.validator !== undefined) headers['if-range'] = resume.validator;
  }
  const reply = await httpGet(url, headers, policy, signal);
  const status = reply.statusCode ?? 0;
  const discard = () => {
    // Small error pages are read so that the connection can be used again.
    const length = Number(reply.headers['content-length'] ?? Number.NaN);
    if (length <= 65_536) reply.resume();
    else reply.destroy();
  };
  if (status === 200) {
    return {
      offset: 0,
      size: wholeNumber(reply.headers['content-length']),
      validator: validatorOf(reply.headers),
      body: reply,
      destroy: () => void reply.destroy(),
    };
  }
  if (status === 206 && resume !== undefined) {
    const range = /^bytes ([0-9]{1,15})-([0-9]{1,15})\/([0-9]{1,15}|\*)$/.exec(
      reply.headers['content-range'] ?? '',
    );
    if (range !== null && Number(range[1]) === resume.offset) {
      const size = range[3] === '*' ? undefined : Number(range[3]);
      return {
        offset: resume.offset,
        size,
        validator: validatorOf(reply.headers),
        body: reply,
        destroy: () => void reply.destroy(),
      };
    }
  }
  if (resume !== undefined && (status === 206 || status === 416)) {
    // Another part than the one asked for, or nothing beyond what is here: begin again.
    reply.destroy();
    return await openReply(url, undefined, policy, signal);
  }
  discard();
  if (status === 404 || status === 410) throw failure(url, 'not-found', `answered ${status}`);
  if (status >= 500 || status === 408 || status === 429) {
    throw failure(url, 'status', `answered ${status}`);
  }
  throw failure(url, 'bad-reply', `answered ${status}`);
}

async function openLocal(url: string): Promise<Reply> {
  try {
    const file = await open(fileURLToPath(url), 'r');
    const stat = await file.stat();
    if (!stat.isFile()) {
      await file.close();
      throw failure(url, 'not-found', 'is not a file');
    }
    const stream = file.createReadStream();
    return {
      offset: 0,
      size: stat.size,
      validator: undefined,
      body: stream,
      destroy: () => void stream.destroy(),
    };
  } catch (error) {
    const code = describeError(error);
    if (code === 'ENOENT' || code === 'ENOTDIR')
      throw failure(url, 'not-found', 'does not exist', error);
    if (error instanceof Error && 'failure' in error) throw error;
    throw failure(url, 'unreachable', `cannot be read (${code})`, error);
  }
}

function validatorOf(headers: NodeJS.Dict<string | string[]>): string | undefined {
  const etag = headers['etag'];
  if (typeof etag === 'string' && /^"[^"]{1,256}"$/.test(etag)) return etag;
  const date = headers['last-modified'];
  return typeof date === 'string' && date.length <= 64 ? date : undefined;
}

function wholeNumber(text: string | undefined): number | undefined {
  return text !== undefined && /^[0-9]{1,15}$/.test(text) ? Number(text) : undefined;
}
