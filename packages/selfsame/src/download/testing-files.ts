import { createHash } from 'node:crypto';
import { readdir } from 'node:fs/promises';
import type { ServerResponse } from 'node:http';
import { expect } from 'vitest';
import { SelfsameError } from '../errors/selfsame-error.js';
import { inMemoryBytes } from './attempt.js';
import { partialDirectory } from './partial.js';
import type { TestContext } from './testing.js';
import type { DownloadRequest } from './types.js';

export const small = Buffer.from('the bytes of a small file\n');
export const large = Buffer.alloc(inMemoryBytes + 1_000_000, 'selfsame ');
export const sha256 = (bytes: Uint8Array) => createHash('sha256').update(bytes).digest('hex');

export function requestFor(urls: string[], bytes: Uint8Array, more: Partial<DownloadRequest> = {}) {
  const request = { name: 'thing.tar', urls, sha256: sha256(bytes), maxBytes: 64 * 1024 ** 2 };
  return { ...request, ...more, sha256: request.sha256 };
}

export async function errorOf(promise: Promise<unknown>): Promise<SelfsameError> {
  const error: unknown = await promise.then(
    () => undefined,
    (reason: unknown) => reason,
  );
  if (!(error instanceof SelfsameError)) throw new TypeError(`not refused: ${String(error)}`);
  return error;
}

export async function nothingKept(context: TestContext, bytes: Uint8Array): Promise<void> {
  expect(await context.store.hasFile(sha256(bytes))).toBe(false);
  expect(await readdir(partialDirectory(context.store)).catch(() => [])).toEqual([]);
}

/** Sends `bytes` from the range's start if the request has one, as servers with ranges do. */
export function serveRanges(
  range: string | undefined,
  bytes: Buffer,
  response: ServerResponse,
): void {
  const start = Number(/^bytes=([0-9]+)-$/.exec(range ?? '')?.[1] ?? Number.NaN);
  if (Number.isNaN(start)) {
    response.writeHead(200, { 'content-length': bytes.length, etag: '"one"' }).end(bytes);
    return;
  }
  const range206 = `bytes ${start}-${bytes.length - 1}/${bytes.length}`;
  response
    .writeHead(206, { 'content-range': range206, 'content-length': bytes.length - start })
    .end(bytes.subarray(start));
}

/** Announces all of `bytes`, sends the first `count`, and drops the connection. */
export function breakOff(bytes: Buffer, count: number, response: ServerResponse): void {
  response.writeHead(200, { 'content-length': bytes.length, etag: '"one"' });
  response.write(bytes.subarray(0, count), () => response.destroy());
}
