import { small, sha256, requestFor, errorOf } from './testing-files.js';
import { getEventListeners } from 'node:events';
import { describe, expect, it, vi } from 'vitest';
import { SelfsameErrors } from '../errors/selfsame-error.js';
import { downloadAll, downloadEach } from './download-all.js';
import { testContext, testPolicy, testServer } from './testing.js';

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

  it('listens for the interruption only while something runs', async () => {
    await using context = await testContext({ parallelDownloads: 4 });
    await using server = await testServer((request, response) =>
      request.url === '/0' ? response.writeHead(404).end() : response.end(request.url),
    );
    const requests = Array.from({ length: 20 }, (_, index) =>
      requestFor([`${server.url}/${index}`], Buffer.from(`/${index}`)),
    );
    await downloadEach(requests, context, testPolicy());
    await vi.waitFor(() => expect(getEventListeners(context.signal, 'abort')).toEqual([]));
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
