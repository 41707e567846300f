import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';

import { runEnvironment } from './environment.js';
import { findEpoch } from './epoch.js';
import { runPlace } from './place.js';

/** 2026-01-01, milliseconds. */
const now = 1_767_225_600_000;

let directory: string;
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'selfsame-conditions-'));
});
afterEach(() => rmSync(directory, { recursive: true, force: true }));

function file(name: string, seconds: number): void {
  const path = join(directory, name);
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, name);
  utimesSync(path, seconds, seconds);
}

const unsaid = { option: undefined, variable: undefined };

describe('the time of a run', () => {
  it('is the option, then the variable', async () => {
    file('a', 1_600_000_000);
    const both = { option: '1', variable: '2' };
    expect(await findEpoch(directory, both, now)).toEqual({ seconds: 1, from: 'option' });
    expect(await findEpoch(directory, { ...both, option: undefined }, now)).toEqual({
      seconds: 2,
      from: 'SOURCE_DATE_EPOCH',
    });
  });

  it('is that of the newest file otherwise, without .git, the future and times nobody wrote', async () => {
    file('old', 1_500_000_000);
    file('sub/deep/newest', 1_600_000_000);
    file('future', now / 1000 + 1);
    file('.git/index', 1_700_000_000);
    file('without-time', 0);
    expect(await findEpoch(directory, unsaid, now)).toEqual({
      seconds: 1_600_000_000,
      from: 'files',
      file: 'sub/deep/newest',
    });
  });

  it('is a constant where there is none, never 1970', async () => {
    file('without-time', 1);
    const { seconds, from } = await findEpoch(directory, { ...unsaid, variable: '' }, now);
    expect(from).toBe('constant');
    expect(new Date(seconds * 1000).getFullYear()).toBe(2020);
  });

  it('is that of the commit in a work tree', async () => {
    const date = '1650000000 +0000';
    const git = (...args: string[]) =>
      execFileSync('git', ['-c', 'user.name=a', '-c', 'user.email=a@b', ...args], {
        cwd: directory,
        env: { ...process.env, GIT_COMMITTER_DATE: date, GIT_AUTHOR_DATE: '1640000000 +0000' },
      });
    git('init', '-q');
    file('newer', 1_700_000_000);
    git('add', '.');
    git('commit', '-q', '-m', 'x');
    expect(await findEpoch(directory, unsaid, now)).toEqual({
      seconds: 1_650_000_000,
      from: 'git',
    });
    // A commit of a clock that was ahead says nothing.
    expect(await findEpoch(directory, unsaid, 1_649_999_999_000)).toMatchObject({
      from: 'constant',
    });
  });

  it.each(['-1', '1.5', '0x10', '99999999999', ' 1'])('refuses %s', async (option) => {
    await expect(findEpoch(directory, { ...unsaid, option }, now)).rejects.toMatchObject({
      code: 'WRONG_USE',
    });
  });
});

describe('the variables of a run', () => {
  const base = { named: [], home: '/home/builder', user: 'builder', terminal: false } as const;
  const caller = {
    PATH: '/bin',
    HOME: '/home/a',
    CFLAGS: '-O3',
    A: '1',
    TERM: 'xterm',
    LANG: 'de',
  };

  it('are the caller’s at level none', () => {
    const { variables, dropped } = runEnvironment({ ...base, level: 'none', caller });
    expect(variables).toEqual(caller);
    expect(dropped).toEqual([]);
  });

  it('are constants and the PATH otherwise, and what was meant for a build is missed', () => {
    const found = runEnvironment({ ...base, level: 'fixed', caller });
    expect(found.variables).toEqual({
      PATH: '/bin',
      HOME: '/home/builder',
      USER: 'builder',
      LOGNAME: 'builder',
    });
    expect(found.dropped).toEqual(['A', 'CFLAGS', 'TERM']);
    expect(found.missed).toEqual(['CFLAGS']);
  });

  it('are those that are named, and TERM at a terminal', () => {
    const named = ['CFLAGS', 'B=x=y', 'C='];
    const found = runEnvironment({ ...base, level: 'fixed', caller, named, terminal: true });
    expect(found.variables).toMatchObject({ CFLAGS: '-O3', B: 'x=y', C: '', TERM: 'xterm' });
    expect(found.missed).toEqual([]);
  });
});

describe('the place of a run', () => {
  it('is the directory without links, and seen where it is asked to be', () => {
    expect(runPlace(directory, undefined, '/store').at).toBe(directory);
    expect(runPlace(directory, '/build/', '/store')).toEqual({ directory, at: '/build' });
  });

  it.each(['build', '/', '/sys/x', '/tmp', '/usr', '', '/a/../proc'])(
    'cannot be shown at %s',
    (at) => {
      expect(() => runPlace(directory, at, '/store')).toThrow(/--at/);
    },
  );

  it('of a check may be one that only others write, as it is copied', () => {
    // A file nobody may execute stands for it: root may write every directory.
    const closed = join(directory, 'closed');
    writeFileSync(closed, '', { mode: 0o444 });
    expect(() => runPlace(closed, undefined, '/store')).toThrow(
      /selfsame run cannot work in .*not writable/,
    );
    expect(runPlace(closed, undefined, '/store', 'check').directory).toBe(closed);
    expect(() => runPlace('/', undefined, '/store', 'check')).toThrow(/selfsame check cannot work/);
  });

  it('is not the store', () => {
    expect(() => runPlace(directory, undefined, dirname(directory))).toThrow(/store/);
  });
});
