import { createHash } from 'node:crypto';
import { mkdir, readFile, readdir, writeFile } from 'node:fs/promises';
import type { ServerResponse } from 'node:http';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { describe, expect, it } from 'vitest';
import { SelfsameError, SelfsameErrors } from '../errors/selfsame-error.js';
import { inMemoryBytes } from './attempt.js';
import { downloadAll, downloadEach } from './download-all.js';
import { downloadFile } from './download-file.js';
import { PartialFile, partialDirectory } from './partial.js';
import { testContext, testPolicy, testServer } from './testing.js';
import type { TestContext } from './testing.js';
import type { DownloadRequest } from './types.js';

const small = Buffer.from('the bytes of a small file\n');
const large = Buffer.alloc(inMemoryBytes + 1_000_000, 'selfsame ');
const sha256 = (bytes: Uint8Array) => createHash('sha256').update(bytes).digest('hex');

function requestFor(urls: string[], bytes: Uint8Array, more: Partial<DownloadRequest> = {}) {
  const request = { name: 'thing.tar', urls, sha256: sha256(bytes), maxBytes: 64 * 1024 ** 2 };
  return { ...request, ...more, sha256: request.sha256 };
}

async function errorOf(promise: Promise<unknown>): Promise<SelfsameError> {
  const error: unknown = await promise.then(
    () => undefined,
    (reason: unknown) => reason,
  );
  if (!(error instanceof SelfsameError)) throw new TypeError(`not refused: ${String(error)}`);
  return error;
}

async function nothingKept(context: TestContext, bytes: Uint8Array): Promise<void> {
  expect(await context.store.hasFile(sha256(bytes))).toBe(false);
  expect(await readdir(partialDirectory(context.store)).catch(() => [])).toEqual([]);
}

/** Sends `bytes` from the range's start if the request has one, as servers with ranges do. */
function serveRanges(range: string | undefined, bytes: Buffer, response: ServerResponse): void {
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
function breakOff(bytes: Buffer, count: number, response: ServerResponse): void {
  response.writeHead(200, { 'content-length': bytes.length, etag: '"one"' });
  response.write(bytes.subarray(0, count), () => response.destroy());
}

describe('downloadFile', () => {
  it('brings a file into the store, and takes it from there the second time', async () => {
    await using context = await testContext();
    await using server = await testServer((_, response) => response.end(small));
    const request = requestFor([`${server.url}/thing`], small);
    const first = await downloadFile(request, context);
    expect(first).toMatchObject({ sha256: sha256(small), size: small.length, cached: false });
    expect(await readFile(first.path)).toEqual(small);
    expect(await downloadFile(request, context)).toMatchObject({ cached: true });
    expect(server.requests).toHaveLength(1);
    expect(context.events.map((event) => event.type)).toEqual([
      'download-started',
      'download-finished',
    ]);
  });

  it('takes the bytes as they are when a server labels them as compressed', async () => {
    await using context = await testContext();
    await using server = await testServer((_, response) =>
      response.writeHead(200, { 'content-encoding': 'gzip' }).end(small),
    );
    await downloadFile(requestFor([`${server.url}/a.gz`], small), context);
    expect(await context.store.hasFile(sha256(small))).toBe(true);
  });

  it('asks the next mirror when one does not have the file', async () => {
    await using context = await testContext();
    await using server = await testServer((request, response) =>
      request.url === '/b' ? response.end(small) : response.writeHead(404).end(),
    );
    await downloadFile(requestFor([`${server.url}/a`, `${server.url}/b`], small), context);
    expect(server.requests).toEqual(['GET /a', 'GET /b']);
  });

  it('says which mirror gave which hash, tries all of them, and keeps nothing', async () => {
    await using context = await testContext();
    const [wrong, other] = [Buffer.from('wrong'), Buffer.alloc(large.length, 'other')];
    await using server = await testServer((request, response) =>
      response.end(request.url === '/a' ? wrong : other),
    );
    const urls = [`${server.url}/a`, `${server.url}/b`];
    const error = await errorOf(downloadFile(requestFor(urls, small), context, testPolicy()));
    expect(error.code).toBe('DOWNLOAD_DIGEST_MISMATCH');
    expect(error.message).toContain(`${server.url}/a gave sha256:${sha256(wrong)}`);
    expect(error.message).toContain(`${server.url}/b gave sha256:${sha256(other)}`);
    expect(error.message).toContain(`sha256:${sha256(small)}`);
    await nothingKept(context, small);
    await nothingKept(context, wrong);
    expect(context.events.at(-1)?.type).toBe('download-failed');
  });

  it('uses a good mirror after a wrong one', async () => {
    await using context = await testContext();
    await using server = await testServer((request, response) =>
      response.end(request.url === '/a' ? 'wrong' : small),
    );
    const urls = [`${server.url}/a`, `${server.url}/b`];
    await downloadFile(requestFor(urls, small), context, testPolicy());
    expect(await context.store.hasFile(sha256(small))).toBe(true);
  });

  it('checks sha512, integrity and size too', async () => {
    await using context = await testContext();
    await using server = await testServer((_, response) => response.end(small));
    const urls = [`${server.url}/a`];
    const sha512 = createHash('sha512').update(small);
    const integrity = `sha512-${sha512.copy().digest('base64')}`;
    const bare = { name: 'a', urls, maxBytes: 1000 };
    const good = { ...bare, integrity, sha512: sha512.digest('hex'), size: small.length };
    await downloadFile(good, context);
    for (const wrong of [
      { ...bare, sha512: '0'.repeat(128) },
      { ...bare, integrity: `sha512-${'A'.repeat(86)}==` },
      { ...bare, integrity: `sha256-${'A'.repeat(43)}=` },
      { ...bare, size: small.length + 1 },
    ]) {
      const error = await errorOf(downloadFile(wrong, context, testPolicy()));
      expect(error.code).toBe('DOWNLOAD_DIGEST_MISMATCH');
    }
  });

  it('reports a file that every mirror has lost by its own code', async () => {
    await using context = await testContext();
    await using server = await testServer((_, response) => response.writeHead(404).end('gone'));
    const policy = testPolicy();
    const request = requestFor([`${server.url}/a`, `${server.url}/b`], small);
    const error = await errorOf(downloadFile(request, context, policy));
    expect(error.code).toBe('DOWNLOAD_NOT_FOUND');
    expect(policy.waits).toEqual([]);
  });

  it('tries again, a bounded number of times, when a server fails', async () => {
    await using context = await testContext();
    await using server = await testServer((_, response) => response.writeHead(503).end());
    const policy = testPolicy({ retryWaits: [1, 2, 3] });
    const request = requestFor([`${server.url}/a`], small);
    const error = await errorOf(downloadFile(request, context, policy));
    expect(error.code).toBe('DOWNLOAD_FAILED');
    expect(server.requests).toHaveLength(4);
    expect(policy.waits).toEqual([1, 2, 3]);
  });

  it('never takes a file that broke off for a whole one', async () => {
    await using context = await testContext();
    await using server = await testServer((_, response) => breakOff(small, 5, response));
    const request = { name: 'a', urls: [`${server.url}/a`], maxBytes: 1000 };
    const error = await errorOf(downloadFile(request, context, testPolicy()));
    expect(error.code).toBe('DOWNLOAD_FAILED');
    expect(error.message).toContain('broke off');
    await nothingKept(context, small.subarray(0, 5));
  });

  it('reports an unreachable server', async () => {
    await using context = await testContext();
    const gone = await testServer(() => undefined);
    await gone[Symbol.asyncDispose]();
    const error = await errorOf(
      downloadFile(requestFor([`${gone.url}/a`], small), context, testPolicy()),
    );
    expect(error.code).toBe('DOWNLOAD_FAILED');
    expect(error.message).toContain('ECONNREFUSED');
    expect(error.hint).toBeDefined();
  });

  it('gives up on a server that does not answer', async () => {
    await using context = await testContext();
    await using server = await testServer(() => undefined);
    const policy = testPolicy({ headersTimeout: 20, retryWaits: [] });
    const request = requestFor([`${server.url}/a`], small);
    const error = await errorOf(downloadFile(request, context, policy));
    expect(error.message).toContain('did not answer');
  });

  it('gives up on a server that sends too slowly', async () => {
    await using context = await testContext();
    await using server = await testServer((_, response) => {
      response.writeHead(200, { 'content-length': 1000 });
      response.write('x');
    });
    const policy = testPolicy({ idleTimeout: 20, retryWaits: [] });
    const request = requestFor([`${server.url}/a`], small);
    const error = await errorOf(downloadFile(request, context, policy));
    expect(error.message).toContain('sent fewer than');
    await nothingKept(context, small);
  });

  it('stops an endless body at the limit', async () => {
    await using context = await testContext();
    await using server = await testServer((_, response) => {
      const more = (): void => {
        while (!response.destroyed && response.write(Buffer.alloc(65_536)));
        if (!response.destroyed) response.once('drain', more);
      };
      more();
    });
    const request = { name: 'endless', urls: [`${server.url}/a`], maxBytes: 1_000_000 };
    const error = await errorOf(downloadFile(request, context, testPolicy()));
    expect(error.code).toBe('DOWNLOAD_TOO_LARGE');
    expect(await readdir(partialDirectory(context.store))).toEqual([]);
  });

  it('refuses a file announced as too large without reading it', async () => {
    await using context = await testContext();
    await using server = await testServer((_, response) => response.end(small));
    const request = { name: 'a', urls: [`${server.url}/a`], maxBytes: small.length - 1 };
    const error = await errorOf(downloadFile(request, context, testPolicy()));
    expect(error.code).toBe('DOWNLOAD_TOO_LARGE');
  });

  it('follows redirects, but not for ever, and never to another scheme', async () => {
    await using context = await testContext();
    await using server = await testServer((request, response) => {
      const to = { '/a': '/b', '/b': '/thing', '/loop': '/loop', '/out': 'file:///etc/passwd' }[
        request.url ?? ''
      ];
      if (to === undefined) response.end(small);
      else response.writeHead(302, { location: to }).end();
    });
    await downloadFile(requestFor([`${server.url}/a`], small), context);
    for (const [path, words] of [
      ['/loop', 'redirects more than 10 times'],
      ['/out', 'redirects to the scheme file'],
    ] as const) {
      const request = { name: 'a', urls: [`${server.url}${path}`], maxBytes: 1000 };
      const error = await errorOf(downloadFile(request, context, testPolicy()));
      expect(error.code).toBe('DOWNLOAD_FAILED');
      expect(error.message).toContain(words);
    }
  });

  it('reads local mirrors', async () => {
    await using context = await testContext();
    const path = join(context.directory, 'a file');
    await writeFile(path, small);
    const missing = pathToFileURL(join(context.directory, 'missing')).href;
    const urls = [missing, pathToFileURL(context.directory).href, pathToFileURL(path).href];
    await downloadFile(requestFor(urls, small), context);
    expect(await context.store.hasFile(sha256(small))).toBe(true);
    const request = { name: 'a', urls: urls.slice(0, 2), maxBytes: 1000 };
    expect((await errorOf(downloadFile(request, context))).code).toBe('DOWNLOAD_NOT_FOUND');
  });

  it('uses only the store when offline, and names what is missing', async () => {
    await using context = await testContext({ offline: true });
    await using server = await testServer((_, response) => response.end(small));
    const request = requestFor([`${server.url}/a`], small);
    const error = await errorOf(downloadFile(request, context));
    expect(error.code).toBe('OFFLINE_MISSING');
    expect(error.message).toContain('thing.tar');
    expect(error.message).toContain(sha256(small));
    await context.store.putFile(small);
    expect(await downloadFile(request, context)).toMatchObject({ cached: true });
    expect(server.requests).toEqual([]);
  });

  it('keeps secrets in addresses out of messages', async () => {
    await using context = await testContext();
    await using server = await testServer((_, response) => response.writeHead(403).end());
    const url = `${server.url.replace('//', '//me:secret@')}/a?token=hidden`;
    const error = await errorOf(downloadFile(requestFor([url], small), context, testPolicy()));
    expect(JSON.stringify([error.message, error.details, context.events])).not.toMatch(
      /secret|hidden/,
    );
  });

  it('stops when interrupted, and says so', async () => {
    await using context = await testContext();
    await using server = await testServer((_, response) => {
      response.writeHead(200, { 'content-length': 1000 });
      response.write('x', () => context.controller.abort());
    });
    const error = await errorOf(downloadFile(requestFor([`${server.url}/a`], small), context));
    expect(error.code).toBe('INTERRUPTED');
  });
});

describe('a long file that breaks off', () => {
  it('is continued where it stopped', async () => {
    await using context = await testContext();
    let count = 0;
    await using server = await testServer((request, response) => {
      if (count++ === 0) breakOff(large, 5_000_000, response);
      else serveRanges(request.headers.range, large, response);
    });
    const policy = testPolicy();
    await downloadFile(requestFor([`${server.url}/a`], large), context, policy);
    expect(server.requests[1]).toMatch(/^GET \/a bytes=[1-9][0-9]*-$/);
    expect(policy.waits).toEqual([500]);
    expect(await readdir(partialDirectory(context.store))).toEqual([]);
  });

  it('is continued by a later run', async () => {
    await using context = await testContext();
    let good = false;
    await using server = await testServer((request, response) => {
      if (good) serveRanges(request.headers.range, large, response);
      else breakOff(large, 5_000_000, response);
    });
    const request = requestFor([`${server.url}/a`], large);
    const error = await errorOf(downloadFile(request, context, testPolicy({ retryWaits: [] })));
    expect(error.message).toContain('broke off after');
    expect(await context.store.hasFile(request.sha256)).toBe(false);
    good = true;
    await downloadFile(request, context, testPolicy());
    expect(server.requests).toHaveLength(2);
    expect(server.requests[1]).toContain('bytes=');
    expect(context.events.some((event) => 'resumedAt' in event)).toBe(true);
  });

  it('starts again when the server ignores the range', async () => {
    await using context = await testContext();
    let count = 0;
    await using server = await testServer((_, response) => {
      if (count++ === 0) breakOff(large, 5_000_000, response);
      else response.end(large);
    });
    await downloadFile(requestFor([`${server.url}/a`], large), context, testPolicy());
    expect(await context.store.hasFile(sha256(large))).toBe(true);
  });

  it('starts again when the server answers with another part', async () => {
    await using context = await testContext();
    let count = 0;
    await using server = await testServer((request, response) => {
      if (count++ === 0) breakOff(large, 5_000_000, response);
      else if (request.headers.range === undefined) response.end(large);
      else {
        const contentRange = `bytes 0-${large.length - 1}/${large.length}`;
        response.writeHead(206, { 'content-range': contentRange }).end(large);
      }
    });
    await downloadFile(requestFor([`${server.url}/a`], large), context, testPolicy());
    expect(server.requests).toHaveLength(3);
  });

  it.each([
    ['shorter than the file', 1000],
    ['longer than the file', large.length + 1000],
  ])('does not trust a kept part that is damaged and %s', async (_, length) => {
    await using context = await testContext();
    await using server = await testServer((request, response) => {
      const start = Number(/=([0-9]+)-/.exec(request.headers.range ?? '')?.[1] ?? 0);
      if (start >= large.length) response.writeHead(416).end();
      else serveRanges(request.headers.range, large, response);
    });
    const request = requestFor([`${server.url}/a`], large);
    const partial = new PartialFile(context.store, `sha256-${request.sha256}`);
    await mkdir(partialDirectory(context.store), { recursive: true });
    await writeFile(partial.path, Buffer.alloc(length));
    await downloadFile(request, context, testPolicy());
    expect(server.requests[0]).toContain('bytes=');
    expect(server.requests[1]).toBe('GET /a');
    expect(await context.store.hasFile(request.sha256)).toBe(true);
  });

  it('is fetched once by two at the same time', async () => {
    await using context = await testContext();
    await using server = await testServer((request, response) =>
      serveRanges(request.headers.range, large, response),
    );
    const request = requestFor([`${server.url}/a`], large, { size: large.length });
    const both = await Promise.all([
      downloadFile(request, context),
      downloadFile(request, context),
    ]);
    expect(both.map((file) => file.cached).sort()).toEqual([false, true]);
    expect(server.requests).toHaveLength(1);
  });
});

describe('downloadAll', () => {
  it('fetches in parallel up to the limit, in the order of the requests', async () => {
    await using context = await testContext({ parallelDownloads: 3 });
    let running = 0;
    let most = 0;
    await using server = await testServer((request, response) => {
      most = Math.max(most, ++running);
      setImmediate(() => {
        running--;
        response.end(request.url);
      });
    });
    const requests = Array.from({ length: 50 }, (_, index) => ({
      name: `file ${index}`,
      urls: [`${server.url}/${index}`],
      sha256: sha256(Buffer.from(`/${index}`)),
      maxBytes: 100,
    }));
    const files = await downloadAll([...requests, ...requests.slice(0, 5)], context);
    expect(files.map((file) => file.sha256)).toEqual(
      [...requests, ...requests.slice(0, 5)].map((request) => request.sha256),
    );
    expect(most).toBeLessThanOrEqual(3);
    expect(most).toBeGreaterThan(1);
    expect(server.requests).toHaveLength(50);
  });

  it('names every file that is missing', async () => {
    await using context = await testContext();
    await using server = await testServer((request, response) =>
      request.url === '/good' ? response.end(small) : response.writeHead(404).end(),
    );
    const request = (path: string, bytes: Uint8Array) => ({
      ...requestFor([`${server.url}/${path}`], bytes),
      name: path,
    });
    const requests = [
      request('one', Buffer.from('1')),
      request('good', small),
      request('two', Buffer.from('2')),
    ];
    const outcomes = await downloadEach(requests, context, testPolicy());
    expect(outcomes.map((outcome) => outcome.ok)).toEqual([false, true, false]);
    const error: unknown = await downloadAll(requests, context, testPolicy()).catch(
      (reason: unknown) => reason,
    );
    expect(error).toBeInstanceOf(SelfsameErrors);
    expect((error as SelfsameErrors).errors.map((each) => each.message)).toEqual([
      expect.stringContaining('no mirror has one'),
      expect.stringContaining('no mirror has two'),
    ]);
    const single = await errorOf(downloadAll(requests.slice(0, 2), context, testPolicy()));
    expect(single.code).toBe('DOWNLOAD_NOT_FOUND');
  });

  it('stops waiting between rounds when nobody answers', async () => {
    await using context = await testContext({ parallelDownloads: 1 });
    const gone = await testServer(() => undefined);
    await gone[Symbol.asyncDispose]();
    const policy = testPolicy({ retryWaits: [1] });
    const requests = Array.from({ length: 20 }, (_, index) =>
      requestFor([`${gone.url}/${index}`], Buffer.from([index])),
    );
    const outcomes = await downloadEach(requests, context, policy);
    expect(outcomes.every((outcome) => !outcome.ok)).toBe(true);
    expect(policy.waits).toHaveLength(3);
  });
});
