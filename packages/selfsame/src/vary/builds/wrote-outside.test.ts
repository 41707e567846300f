import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';

import { environmentTop, filesOfSandbox, wroteOutside } from './wrote-outside.js';

const room = mkdtempSync(join(tmpdir(), 'selfsame-wrote-outside-'));
afterAll(() => {
  rmSync(room, { recursive: true, force: true });
});

const homes = ['/home/me'];
const within = ['/build', ...filesOfSandbox];

describe('what a build wrote outside of its tree', () => {
  const log = join(room, 'log');
  const lines = [
    { type: 'start', version: 1, epoch: 0, sources: {} },
    { type: 'write', process: 1, path: '/opt/thing' },
    { type: 'write', process: 1, directory: '/build/work', path: '../../srv/other' },
    { type: 'write', process: 1, directory: '/build/work', path: 'inside' },
    { type: 'write', process: 1, path: '/tmp/x' },
    { type: 'write', process: 1, path: '/home/me/.cache/x' },
    { type: 'write', process: 1, path: '/home/me/kept' },
    { type: 'rename-from', process: 1, path: '/build/a' },
    { type: 'rename-to', process: 1, path: '/usr/share/b' },
  ];
  writeFileSync(log, lines.map((line) => `${JSON.stringify(line)}\n`).join(''));

  it('is what changed in its overlay', async () => {
    const scratch = join(room, 'scratch');
    for (const directory of ['etc', 'opt', 'build']) {
      mkdirSync(join(scratch, 'upper', directory), { recursive: true });
      writeFileSync(join(scratch, 'upper', directory, 'passwd'), '');
    }
    const tops = [environmentTop(scratch)];
    const found = await wroteOutside(tops, homes, within, { path: log, anywhere: true });
    expect(found).toEqual(['/opt/passwd']);
  });

  it('is what programs asked for where no overlay can be seen', async () => {
    const tops = [environmentTop(join(room, 'none'))];
    const asked = (anywhere: boolean, path = log): Promise<readonly string[]> =>
      wroteOutside(tops, homes, within, { path, anywhere });
    expect(await asked(true)).toEqual([
      '/home/me/kept',
      '/opt/thing',
      '/srv/other',
      '/usr/share/b',
    ]);
    // Who cannot write elsewhere only asked.
    expect(await asked(false)).toEqual(['/home/me/kept']);
    expect(await asked(true, join(room, 'no log'))).toEqual([]);
    expect(await wroteOutside(tops, homes, within)).toEqual([]);
  });
});
