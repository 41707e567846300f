import { randomBytes } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { stat } from 'node:fs/promises';
import type { Context } from '../context.js';
import type { Lock } from '../store/types.js';
import { attemptMirror, inMemoryBytes } from './attempt.js';
import { DigestSink, digestProblem, expectedKey } from './digests.js';
import { downloadError, interrupted, offlineError } from './download-errors.js';
import { PartialFile } from './partial.js';
import { defaultPolicy } from './policy.js';
import { Progress } from './progress.js';
import { MirrorError, mayPass } from './types.js';
import type { DownloadedFile, DownloadPolicy, DownloadRequest, MirrorFailure } from './types.js';

/**
 * Brings one file into the store, from the store itself when `sha256` is known and there, else from the first
 * mirror that delivers exactly what is asked for. Mirrors that fail in a way that may pass are tried again in
 * further rounds. A long file that breaks off is continued, now or by a later run.
 *
 * Rejects with `OFFLINE_MISSING`, `DOWNLOAD_DIGEST_MISMATCH`, `DOWNLOAD_NOT_FOUND`, `DOWNLOAD_TOO_LARGE`,
 * `DOWNLOAD_FAILED` (all naming what each mirror did), `INTERRUPTED`, or an error of the store.
 */
export async function downloadFile(
  request: DownloadRequest,
  context: Context,
  policy: DownloadPolicy = defaultPolicy,
): Promise<DownloadedFile> {
  const cached = await fromStore(request, context);
  if (cached !== undefined) return cached;
  if (context.settings.offline) throw offlineError(describe(request));
  const key = expectedKey(request);
  const known = key === undefined ? undefined : new PartialFile(context.store, key);
  const long = (request.size ?? 0) > inMemoryBytes || ((await known?.size()) ?? 0) > 0;
  if (key === undefined || known === undefined || !long) {
    return await fetchFromMirrors(request, key, undefined, context, policy);
  }
  const options = { signal: context.signal };
  await using _lock: Lock = await context.store.lock(`download-${key}`, options);
  const meanwhile = await fromStore(request, context);
  return meanwhile ?? (await fetchFromMirrors(request, undefined, known, context, policy));
}

async function fromStore(
  request: DownloadRequest,
  context: Context,
): Promise<DownloadedFile | undefined> {
  const { sha256 } = request;
  if (sha256 === undefined || !(await context.store.hasFile(sha256))) return undefined;
  const path = context.store.filePath(sha256);
  const { size } = await stat(path);
  await checkStored(request, sha256, path, size);
  return { sha256, size, path, cached: true };
}

/** What is in the store under the right sha256 must fit the other expectations too. */
async function checkStored(
  request: DownloadRequest,
  sha256: string,
  path: string,
  size: number,
): Promise<void> {
  let wrong = request.size === undefined || request.size === size ? undefined : `${size} bytes`;
  if (request.sha512 !== undefined || request.integrity !== undefined) {
    const sink = new DigestSink(request);
    for await (const chunk of createReadStream(path)) sink.update(chunk as Uint8Array);
    wrong ??= digestProblem(request, sink.digests())?.got;
  }
  if (wrong === undefined) return;
  const message = `has ${wrong} under sha256:${sha256}`;
  throw downloadError(request, [{ url: 'the store', reason: 'wrong-digest', message, got: wrong }]);
}

/**
 * `lockKey`: no lock is held yet; if the file turns out to be long, the partial file of that key is used when
 * its lock is free, and a private one when another process has it.
 */
async function fetchFromMirrors(
  request: DownloadRequest,
  lockKey: string | undefined,
  partial: PartialFile | undefined,
  context: Context,
  policy: DownloadPolicy,
): Promise<DownloadedFile> {
  const { signal } = context;
  const progress = new Progress(context.emit, request.name, policy.now);
  const failures = new Map<string, MirrorFailure>();
  await using spilled = new Spill(lockKey, context);
  try {
    for (let round = 0; ; round++) {
      for (const url of request.urls) {
        const before = failures.get(url);
        if (before !== undefined && !mayPass(before)) continue;
        try {
          const stored = await attemptMirror(
            {
              request,
              url,
              partial: partial ?? spilled.current,
              spill: () => spilled.open(),
              progress,
              policy,
            },
            context,
          );
          progress.finished(stored.size, stored.sha256);
          return { ...stored, path: context.store.filePath(stored.sha256), cached: false };
        } catch (error) {
          if (!(error instanceof MirrorError)) throw error;
          failures.set(url, error.failure);
        }
      }
      const wait = policy.retryWaits[round];
      if (wait === undefined || ![...failures.values()].some(mayPass)) break;
      await policy.wait(wait, signal);
    }
  } catch (error) {
    const reported = signal.aborted ? interrupted(request.name) : error;
    progress.failed(reported instanceof Error ? reported.message : String(reported));
    throw reported;
  }
  const error = downloadError(request, [...failures.values()]);
  progress.failed(error.message);
  throw error;
}

/** The place for a file that turned out to be long, made when first needed. */
class Spill implements AsyncDisposable {
  readonly #key: string | undefined;
  readonly #context: Context;
  #lock: Lock | undefined;
  #private = false;
  current: PartialFile | undefined;

  constructor(key: string | undefined, context: Context) {
    this.#key = key;
    this.#context = context;
  }

  async open(): Promise<PartialFile> {
    if (this.current !== undefined) return this.current;
    const { store } = this.#context;
    if (this.#key !== undefined) this.#lock = await this.#tryLock(this.#key);
    this.#private = this.#lock === undefined;
    const name =
      this.#lock === undefined || this.#key === undefined
        ? `private-${randomBytes(16).toString('hex')}`
        : this.#key;
    this.current = new PartialFile(store, name);
    return this.current;
  }

  async #tryLock(key: string): Promise<Lock | undefined> {
    const giveUp = new AbortController();
    try {
      return await this.#context.store.lock(`download-${key}`, {
        signal: giveUp.signal,
        onWait: () => giveUp.abort(),
      });
    } catch (error) {
      if (giveUp.signal.aborted) return undefined;
      throw error;
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    if (this.#private) await this.current?.remove();
    await this.#lock?.[Symbol.asyncDispose]();
  }
}

function describe(request: DownloadRequest): string {
  const digest = request.sha256 ?? request.sha512 ?? request.integrity;
  return digest === undefined ? request.name : `${request.name} (${digest})`;
}
