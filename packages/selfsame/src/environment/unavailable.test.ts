import { describe, expect, it } from 'vitest';
import { testContext, testServer } from '../download/testing.js';
import { materialise } from './materialise.js';
import type { LockedEnvironment, LockedPackage } from './types.js';

describe('an environment that cannot be had', () => {
  const gone: LockedPackage = {
    name: 'gone',
    version: '1:2.0-1',
    architecture: 'amd64',
    sha256: '9'.repeat(64),
    size: 10,
    path: 'pool/main/g/gone/gone_2.0-1_amd64.deb',
  };
  const without = (packages: readonly LockedPackage[]): LockedEnvironment => ({
    ...{
      name: 'small',
      intent: '0'.repeat(64),
      distribution: 'debian',
      suite: 'bookworm',
      architecture: 'amd64',
      epoch: 1,
    },
    releases: [
      { suite: 'bookworm', sha256: '0'.repeat(64), date: '2025-01-02T03:04:05Z', signedBy: [] },
    ],
    stages: [{ name: 'base', packages }],
  });

  it('names each package that left the archives, exactly, after asking the snapshot service', async () => {
    await using server = await testServer(
      (_request, response) => void response.writeHead(404).end(),
    );
    const debian = {
      mirrors: [`${server.url}/debian`],
      keyrings: ['/dev/null'],
      snapshot: `${server.url}/snapshot/{timestamp}/{path}`,
    };
    await using own = await testContext({ debian });
    await expect(materialise(without([gone]), own)).rejects.toMatchObject({
      code: 'PACKAGE_UNAVAILABLE',
      message: `package gone 1:2.0-1 amd64 (sha256 ${gone.sha256}) of environment "small" is in no archive`,
      hint: expect.stringContaining('debian.snapshot') as string,
    });
    expect(server.requests).toContain('GET /debian/pool/main/g/gone/gone_2.0-1_amd64.deb');
    expect(server.requests).toContain(
      'GET /snapshot/20250102T030405Z/pool/main/g/gone/gone_2.0-1_amd64.deb',
    );
    const other = { ...gone, name: 'other', sha256: '8'.repeat(64) };
    await expect(materialise(without([gone, other]), own)).rejects.toMatchObject({
      errors: [{ code: 'PACKAGE_UNAVAILABLE' }, { code: 'PACKAGE_UNAVAILABLE' }],
    });
  });

  it('keeps nothing of a file that is not the locked one', async () => {
    await using server = await testServer((_request, response) => void response.end('0123456789'));
    await using own = await testContext({
      debian: { mirrors: [server.url], keyrings: ['/dev/null'], snapshot: undefined },
    });
    await expect(materialise(without([gone]), own)).rejects.toMatchObject({
      code: 'DOWNLOAD_DIGEST_MISMATCH',
    });
    expect(await own.store.hasFile(gone.sha256)).toBe(false);
  });

  it('says so when the store lacks it and the network is off', async () => {
    await using own = await testContext({ offline: true });
    await expect(materialise(without([gone]), own)).rejects.toMatchObject({
      code: 'PACKAGE_UNAVAILABLE',
      hint: 'run once without --offline',
    });
  });

  it('is refused when the lock holds no packages', async () => {
    await using own = await testContext();
    await expect(materialise({ ...without([]), stages: [] }, own)).rejects.toMatchObject({
      code: 'LOCK_INVALID',
    });
  });
});
