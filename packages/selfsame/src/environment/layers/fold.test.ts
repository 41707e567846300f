import { describe, expect, it } from 'vitest';
import { rules } from '../debian/normalise.js';
import { foldChanges } from './fold.js';
import type { OwnedEntry } from './tree-entry.js';
import type { ScannedEntry } from './tree-program.js';
import { TreeRequests } from './tree-program.js';

const owner = { mode: 0o644, uid: 0, gid: 0 };
const directory = (path: string): OwnedEntry => ({
  ...owner,
  type: 'directory',
  path,
  mode: 0o755,
});
const file = (path: string, sha256 = 'a'): OwnedEntry => ({
  ...owner,
  type: 'file',
  path,
  time: 5,
  size: 1,
  sha256,
});
const changedFile = (path: string, time = 50): ScannedEntry => ({
  ...owner,
  type: 'file',
  path,
  time,
  size: 2,
  sha256: 'new',
  attributes: [],
});
const changedDirectory = (
  path: string,
  type: 'directory' | 'opaque' = 'directory',
): ScannedEntry => ({ ...owner, type, path, mode: 0o700, time: 9, attributes: [] });

function fold(
  below: readonly OwnedEntry[],
  changes: readonly ScannedEntry[],
  contents = new Map<string, Buffer>(),
) {
  const tree = new Map(below.map((entry) => [entry.path, entry]));
  const requests = new TreeRequests();
  foldChanges({ tree, changes, upper: '/upper', requests, prefix: 'tree', epoch: 100, contents });
  const said = Buffer.concat(requests.take()).toString('utf8').split('\0');
  return { tree, said };
}

describe('folding in what scripts changed', () => {
  it('adds, replaces, and lets nothing be newer than the epoch', () => {
    const { tree, said } = fold(
      [directory('etc'), file('etc/a')],
      [changedDirectory('etc'), changedFile('etc/a', 500), changedFile('etc/b')],
    );
    expect(tree.get('etc')).toMatchObject({ mode: 0o700 });
    expect(tree.get('etc/a')).toMatchObject({ sha256: 'new', time: 100 });
    expect(tree.get('etc/b')).toMatchObject({ time: 50 });
    expect(said.join(' ')).toContain('move etc/a tree/etc/a time tree/etc/a 100');
  });

  it('removes what was removed, with all below it', () => {
    const below = [directory('a'), file('a/x'), directory('ab'), file('ab/y')];
    const { tree } = fold(below, [{ ...owner, type: 'whiteout', path: 'a', time: 0 }]);
    expect([...tree.keys()]).toEqual(['ab', 'ab/y']);
  });

  it('empties a directory that was made anew', () => {
    const { tree } = fold(
      [directory('a'), file('a/old')],
      [changedDirectory('a', 'opaque'), changedFile('a/new')],
    );
    expect([...tree.keys()].sort()).toEqual(['a', 'a/new']);
  });

  it('lets a file take the place of a directory, and the other way round', () => {
    expect(fold([directory('a'), file('a/x')], [changedFile('a')]).tree.get('a')?.type).toBe(
      'file',
    );
    const other = fold([file('a')], [changedDirectory('a'), changedFile('a/x')]);
    expect([...other.tree.keys()].sort()).toEqual(['a', 'a/x']);
  });

  it('keeps extended attributes such as capabilities', () => {
    const attributes = [['security.capability', '0100']] as const;
    const { tree } = fold([], [{ ...changedFile('ping'), attributes } as ScannedEntry]);
    expect(tree.get('ping')).toMatchObject({ attributes });
  });

  it.each([
    ['var/cache/ldconfig/aux-cache', ['var', 'var/cache', 'var/cache/ldconfig']],
    ['var/log/dpkg.log', ['var', 'var/log']],
    ['etc/passwd-', ['etc']],
    ['etc/ssh/ssh_host_ed25519_key', ['etc', 'etc/ssh']],
    ['dev/null', ['dev']],
    ['tmp/left', ['tmp']],
    ['run/service.pid', ['run']],
    ['var/lib/dpkg/status-old', ['var', 'var/lib', 'var/lib/dpkg']],
  ])('leaves out %s', (path, directories) => {
    const { tree } = fold(directories.map(directory), [
      ...directories.map((name) => changedDirectory(name)),
      changedFile(path),
    ]);
    expect([...tree.keys()].sort()).toEqual([...directories].sort());
  });

  it('takes a file of a package away when a script replaced it by something that differs every time', () => {
    const { tree, said } = fold(
      [directory('etc'), file('etc/passwd-')],
      [changedFile('etc/passwd-')],
    );
    expect(tree.has('etc/passwd-')).toBe(false);
    expect(said.join(' ')).toContain('remove tree/etc/passwd-');
  });

  it('empties files that only may be there, and leaves sockets out', () => {
    const { tree } = fold(
      [directory('etc'), directory('srv')],
      [changedFile('etc/machine-id'), { ...owner, type: 'other', path: 'srv/socket', time: 1 }],
    );
    expect(tree.get('etc/machine-id')).toMatchObject({ size: 0, time: 100 });
    expect(tree.has('srv/socket')).toBe(false);
  });

  it('takes new contents where there are any', () => {
    const { tree, said } = fold(
      [directory('etc')],
      [changedFile('etc/store')],
      new Map([['etc/store', Buffer.from('hello')]]),
    );
    expect(tree.get('etc/store')).toMatchObject({
      size: 5,
      sha256: '2cf24dba5fb0a30e26e83b2ac5b9e29e1b161e5c1fa7425e73043362938b9824',
    });
    expect(said).toContain('hello'.length.toString());
  });

  it('has a reason for every rule', () => {
    for (const { reason } of rules) expect(reason.length).toBeGreaterThan(5);
  });
});
