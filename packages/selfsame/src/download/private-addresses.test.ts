import { describe, expect, it } from 'vitest';
import { downloadFile } from './download-file.js';
import { isPrivateAddress, type Addresses } from './private-addresses.js';
import { testContext, testPolicy, testServer } from './testing.js';
import { errorOf } from './testing-files.js';

describe('private addresses', () => {
  it.each([
    ['127.0.0.1', '127.255.0.1', '0.0.0.0', '10.1.2.3', '172.16.0.1', '172.31.255.255'],
    ['192.168.1.1', '169.254.169.254', '100.64.0.1', '192.0.0.8', '198.19.0.1', '224.0.0.1'],
    ['255.255.255.255', '240.0.0.1', '203.0.113.5', '::', '::1', '::127.0.0.1', 'fe80::1'],
    ['fe80::1%eth0', 'fc00::1', 'fd12:3456::1', 'fec0::1', 'ff02::1', '2001:db8::1', '2001::1'],
    ['::ffff:127.0.0.1', '::ffff:10.0.0.1', '::ffff:a9fe:a9fe', '64:ff9b::10.0.0.1'],
    ['64:ff9b::7f00:1', '64:ff9b:1::1', '2002:7f00:1::', '2002:c0a8:101::1', '100::1', ''],
    ['localhost', '1.2.3', '3fff::1', '5f00::1'],
  ])('are %s, %s, …', (...all) => {
    expect(all.filter((address) => !isPrivateAddress(address))).toEqual([]);
  });

  it('are no others', () => {
    const all = ['1.1.1.1', '172.15.0.1', '172.32.0.1', '100.63.0.1', '100.128.0.1', '192.0.1.1'];
    const wide = [
      '2606:4700::1111',
      '2a00::1',
      '::ffff:1.1.1.1',
      '64:ff9b::1.1.1.1',
      '2002:101:101::',
    ];
    expect([...all, ...wide].filter(isPrivateAddress)).toEqual([]);
  });
});

/** `127.0.0.1` stands for the public network, all else of this machine for private ones. */
const addressesOf = (names: Readonly<Record<string, readonly string[]>>): Addresses => ({
  isPrivate: (address) => address !== '127.0.0.1',
  lookup: (name, _options, callback) => {
    const found = (names[name] ?? []).map((address) => ({ address, family: 4 }));
    callback(null, found);
  },
});

describe('redirects from the public network', () => {
  /** What one gets who is led from one server of this machine to what `location` makes of its port. */
  const led = async (
    location: (port: string) => string,
    names: Readonly<Record<string, readonly string[]>> = {},
    first = '127.0.0.1',
  ) => {
    await using context = await testContext();
    await using server = await testServer((request, response) => {
      const { port } = new URL(server.url);
      if (request.url === '/first') response.writeHead(302, { location: location(port) }).end();
      else response.end('bytes');
    });
    const url = `${server.url.replace('127.0.0.1', first)}/first`;
    const policy = testPolicy({
      addresses: addressesOf({ first: [first], ...names }),
      retryWaits: [],
    });
    const request = { name: 'thing', urls: [url], maxBytes: 100 };
    const error = await downloadFile(request, context, policy).then(
      () => undefined,
      (cause: unknown) => cause,
    );
    return { error, requests: server.requests };
  };

  it.each([
    ['an address', (port: string) => `http://127.0.0.2:${port}/x`],
    ['another spelling of one', (port: string) => `http://0x7f000002:${port}/x`],
    ['an address of version 6', (port: string) => `http://[::1]:${port}/x`],
    [
      'one of version 4 in one of version 6',
      (port: string) => `http://[::ffff:127.0.0.2]:${port}/x`,
    ],
    ['a name', (port: string) => `http://inside.test:${port}/x`],
    ['this machine', (port: string) => `http://localhost:${port}/x`],
    ['a name below it', (port: string) => `http://x.localhost:${port}/x`],
  ])('lead to no private address: %s', async (_, location) => {
    const { error, requests } = await led(location, { 'inside.test': ['127.0.0.2', '127.0.0.3'] });
    expect(error).toMatchObject({
      code: 'DOWNLOAD_FAILED',
      message: expect.stringMatching(
        /redirects from a public address to the private \S+/,
      ) as string,
      hint: expect.stringContaining('give that address itself') as string,
    });
    expect(requests).toEqual(['GET /first']);
  });

  it('take of a name with addresses of both kinds a public one', async () => {
    const { error, requests } = await led((port) => `http://both.test:${port}/x`, {
      'both.test': ['127.0.0.9', '127.0.0.1'],
    });
    expect(error).toBeUndefined();
    expect(requests).toEqual(['GET /first', 'GET /x']);
  });

  it('lead on within it', async () => {
    const { error, requests } = await led((port) => `http://127.0.0.1:${port}/x`);
    expect(error).toBeUndefined();
    expect(requests).toEqual(['GET /first', 'GET /x']);
  });
});

describe('redirects from a private address', () => {
  it('lead to another, but not from there to the public network and back', async () => {
    await using context = await testContext();
    await using server = await testServer((request, response) => {
      const { port } = new URL(server.url);
      const to = {
        '/own': `http://127.0.0.1:${port}/x`,
        '/back': `http://127.0.0.1:${port}/away`,
        '/away': `http://own.test:${port}/x`,
      }[request.url ?? ''];
      if (to === undefined) response.end('bytes');
      else response.writeHead(302, { location: to }).end();
    });
    const { port } = new URL(server.url);
    const ask = (path: string, isPrivate: Addresses['isPrivate'], host: string) =>
      errorOf(
        downloadFile(
          { name: 'thing', urls: [`http://${host}:${port}${path}`], maxBytes: 100 },
          context,
          testPolicy({
            addresses: { ...addressesOf({ 'own.test': ['127.0.0.1'] }), isPrivate },
            retryWaits: [],
          }),
        ),
      ).catch(() => undefined);
    expect(await ask('/own', () => true, '127.0.0.1')).toBeUndefined();
    expect(await ask('/back', () => true, 'own.test')).toBeUndefined();
    let asked = 0;
    // The same name is public when it is asked first, and private when it is asked again.
    const changing = (): boolean => ++asked > 1;
    expect(await ask('/away', changing, 'own.test')).toMatchObject({ code: 'DOWNLOAD_FAILED' });
  });
});
