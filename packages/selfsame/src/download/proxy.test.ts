import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { downloadFile } from './download-file.js';
import { proxyFor } from './proxy.js';
import { testContext, testPolicy, testServer } from './testing.js';

describe('proxyFor', () => {
  const proxy = (url: string, environment: Record<string, string>) =>
    proxyFor(new URL(url), environment)?.href;

  it('goes by the scheme', () => {
    const environment = { http_proxy: 'http://a:1', https_proxy: 'b:2' };
    expect(proxy('http://x.example/', environment)).toBe('http://a:1/');
    expect(proxy('https://x.example/', environment)).toBe('http://b:2/');
    expect(proxy('http://x.example/', { all_proxy: 'http://c:3' })).toBe('http://c:3/');
    expect(proxy('https://x.example/', { ALL_PROXY: 'http://c:3' })).toBe('http://c:3/');
  });

  it('does not listen to HTTP_PROXY, which is a header in CGI', () => {
    expect(proxy('http://x.example/', { HTTP_PROXY: 'http://evil:1' })).toBeUndefined();
  });

  it('makes the exceptions of no_proxy', () => {
    const environment = {
      http_proxy: 'http://a:1',
      no_proxy: 'example.org, .example.net other:81',
    };
    for (const host of ['example.org', 'sub.example.org', 'sub.example.net', 'other:81']) {
      expect(proxy(`http://${host}/`, environment)).toBeUndefined();
    }
    for (const host of ['notexample.org', 'other', 'example.com']) {
      expect(proxy(`http://${host}/`, environment)).toBe('http://a:1/');
    }
    expect(proxy('http://x/', { http_proxy: 'http://a:1', NO_PROXY: '*' })).toBeUndefined();
  });

  it('uses only http proxies', () => {
    expect(proxy('http://x/', { http_proxy: 'socks5://a:1' })).toBeUndefined();
    expect(proxy('http://x/', { http_proxy: '' })).toBeUndefined();
  });
});

describe('a download through a proxy', () => {
  afterEach(() => {
    vi.unstubAllEnvs();
  });

  it('asks an http proxy for the whole address, with its credentials', async () => {
    await using context = await testContext();
    const seen: unknown[] = [];
    await using proxy = await testServer((request, response) => {
      seen.push([request.url, request.headers.host, request.headers['proxy-authorization']]);
      response.end('through');
    });
    vi.stubEnv('http_proxy', proxy.url.replace('//', '//me:pass@'));
    vi.stubEnv('no_proxy', '');
    const request = { name: 'a', urls: ['http://somewhere.invalid/a'], maxBytes: 100 };
    expect(await downloadFile(request, context)).toMatchObject({ size: 7 });
    const basic = `Basic ${Buffer.from('me:pass').toString('base64')}`;
    expect(seen).toEqual([['http://somewhere.invalid/a', 'somewhere.invalid', basic]]);
  });

  it('asks it for a tunnel for https, and says when it is refused', async () => {
    await using context = await testContext();
    const asked: string[] = [];
    const proxy = createServer().on('connect', (request, socket) => {
      asked.push(request.url ?? '');
      socket.end('HTTP/1.1 403 Forbidden\r\n\r\n');
    });
    await new Promise<void>((resolve) => proxy.listen(0, '127.0.0.1', resolve));
    try {
      const { port } = proxy.address() as AddressInfo;
      vi.stubEnv('https_proxy', `http://127.0.0.1:${port}`);
      vi.stubEnv('no_proxy', '');
      const request = { name: 'a', urls: ['https://somewhere.invalid/a'], maxBytes: 100 };
      await expect(
        downloadFile(request, context, testPolicy({ retryWaits: [] })),
      ).rejects.toMatchObject({
        message: expect.stringContaining('the proxy answered 403') as string,
      });
      expect(asked).toEqual(['somewhere.invalid:443']);
    } finally {
      await new Promise((resolve) => proxy.close(resolve));
    }
  });
});
