import { chmod, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { takeFlock } from './flock.js';

describe('takeFlock', () => {
  let place: string;
  beforeEach(async () => (place = await mkdtemp(join(tmpdir(), 'selfsame-flock-'))));
  afterEach(() => rm(place, { recursive: true, force: true }));

  it('says that the store is not usable when its lock cannot be opened', async () => {
    await expect(takeFlock(place, 'shared', { wait: false })).rejects.toMatchObject({
      code: 'STORE_UNUSABLE',
      details: { errno: 'EISDIR' },
    });
  });

  it.skipIf(process.getuid?.() === 0)(
    "refuses another user's store (root may write everywhere)",
    async () => {
      const path = join(place, 'store.lock');
      await writeFile(path, '');
      await chmod(path, 0o444);
      await expect(takeFlock(path, 'shared', { wait: false })).rejects.toMatchObject({
        code: 'STORE_UNUSABLE',
        hint: expect.stringContaining('SELFSAME_STORE') as string,
      });
    },
  );
});
