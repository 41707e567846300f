import { mkdir, readdir, writeFile } from 'node:fs/promises';
import { large, sha256, requestFor, errorOf, serveRanges, breakOff } from './testing-files.js';
import { describe, expect, it } from 'vitest';
import { downloadFile } from './download-file.js';
import { PartialFile, partialDirectory } from './partial.js';
import { testContext, testPolicy, testServer } from './testing.js';

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
    expect(both.map((file) => file.cached).filter(Boolean)).toHaveLength(1);
    expect(server.requests).toHaveLength(1);
  });
});
