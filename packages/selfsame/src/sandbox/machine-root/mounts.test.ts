import { describe, expect, it } from 'vitest';

import { withAccount, withGroup } from './accounts.js';
import { isWithin, mountedPlaces, rootSource } from './mounts.js';

const mountinfo = `22 27 0:21 / /proc rw,relatime - proc proc rw
24 27 0:6 / /dev rw,relatime - devtmpfs devtmpfs rw
25 24 0:23 / /dev/shm rw - tmpfs tmpfs rw
27 1 254:0 / / rw,relatime - ext4 /dev/vda rw
30 27 8:1 / /srv/my\\040data rw,relatime shared:5 - xfs /dev/sda1 rw
31 27 8:2 / /home rw - ext4 /dev/sdb1 rw
32 31 8:3 / /home/a/work/sub rw - ext4 /dev/sdc1 rw
33 27 0:40 / /run/user/1000 rw - tmpfs tmpfs rw
34 27 7:0 / /snap/core ro,nodev - squashfs /dev/loop0 ro
35 27 0:50 / /mnt/auto rw - autofs auto rw
a line of another format
`;

describe('mountedPlaces', () => {
  it('keeps the file systems that hold files, outer ones first', () => {
    expect(mountedPlaces(mountinfo, ['/home/a/work'])).toEqual([
      { path: '/home', type: 'ext4', readOnly: false },
      { path: '/snap/core', type: 'squashfs', readOnly: true },
      { path: '/srv/my data', type: 'xfs', readOnly: false },
    ]);
  });

  it('takes no more than the outermost 256', () => {
    const many = Array.from(
      { length: 400 },
      (_, index) => `1 1 0:1 / /${index < 200 ? 'deep/' : ''}m${index} rw - ext4 x rw`,
    ).join('\n');
    const places = mountedPlaces(many, []);
    expect(places).toHaveLength(256);
    expect(places.filter(({ path }) => !path.startsWith('/deep'))).toHaveLength(200);
  });
});

describe('rootSource', () => {
  it('is what was mounted last', () => {
    expect(rootSource(mountinfo)).toBe('/dev/vda');
    expect(rootSource(`${mountinfo}40 1 0:9 / / rw - overlay selfsame rw`)).toBe('selfsame');
    expect(rootSource('')).toBeUndefined();
  });
});

describe('isWithin', () => {
  it.each([
    ['/a/b', '/a', true],
    ['/a', '/a', true],
    ['/ab', '/a', false],
    ['/a', '/', true],
    ['/a', '/a/b', false],
  ])('%s in %s: %s', (path, directory, within) => {
    expect(isWithin(path, directory)).toBe(within);
  });
});

describe('accounts', () => {
  it('replaces those with the same name or number, and keeps the others', () => {
    const passwd =
      'root:x:0:0:root:/root:/bin/sh\nalice:x:1000:1000::/home/alice:/bin/sh\nbuilder:x:7:7::/:/bin/false\n';
    const account = { name: 'builder', uid: 1000, gid: 1000, home: '/home/builder' };
    expect(withAccount(passwd, account)).toBe(
      'root:x:0:0:root:/root:/bin/sh\nbuilder:x:1000:1000::/home/builder:/bin/sh\n',
    );
    expect(withGroup('root:x:0:\nusers:x:100:alice', 'builder', 1000)).toBe(
      'root:x:0:\nusers:x:100:alice\nbuilder:x:1000:\n',
    );
    expect(withGroup('', 'builder', 1000)).toBe('builder:x:1000:\n');
  });
});
