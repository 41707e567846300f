import { readFile, readdir, writeFile } from 'node:fs/promises';
import { createHash } from 'node:crypto';
import {
  small,
  large,
  sha256,
  requestFor,
  errorOf,
  nothingKept,
  breakOff,
} from './testing-files.js';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { describe, expect, it } from 'vitest';
import { downloadFile } from './download-file.js';
import { partialDirectory } from './partial.js';
import { testContext, testPolicy, testServer } from './testing.js';

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
