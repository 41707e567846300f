import { createHash } from 'node:crypto';
import { mkdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { testContext } from '../../download/testing.js';
import type { TestContext } from '../../download/testing.js';
import { padding, tarEnd, tarHeader } from '../../environment/image/tar-writer.js';
import { sandboxesWork } from '../../sandbox/test-environment.js';
import { hasDpkg, makeDeb } from '../testing.js';
import type { LockedPackage } from '../types.js';
import { findLayer, makeLayer } from './layer.js';
import { scanTree } from './tree-program.js';

let context: TestContext;
beforeEach(async () => {
  context = await testContext();
});
afterEach(() => context[Symbol.asyncDispose]());

const md5 = (text: string) => createHash('md5').update(text).digest('hex');

async function stored(deb: LockedPackage & { file: string }): Promise<LockedPackage> {
  await context.store.putFile(deb.file, { expected: deb.sha256 });
  const { file: _, ...locked } = deb;
  return locked;
}

/** A .deb (deb(5): an ar archive of three members) whose data archive is ours. */
async function hostileDeb(data: Buffer): Promise<LockedPackage> {
  const control = Buffer.from('Package: evil\nVersion: 1\nArchitecture: amd64\n');
  const member = (name: string, bytes: Buffer): Buffer =>
    Buffer.concat([
      Buffer.from(
        `${name.padEnd(16)}${'0'.padEnd(12)}${'0'.padEnd(6)}${'0'.padEnd(6)}${'100644'.padEnd(8)}${String(bytes.length).padEnd(10)}\`\n`,
      ),
      bytes,
      Buffer.alloc(bytes.length % 2, '\n'),
    ]);
  const file = { type: 'file', mode: 0o644, uid: 0, gid: 0, time: 1, sha256: '' } as const;
  const bytes = Buffer.concat([
    Buffer.from('!<arch>\n'),
    member('debian-binary', Buffer.from('2.0\n')),
    member(
      'control.tar',
      Buffer.concat([
        tarHeader({ ...file, path: 'control', size: control.length }, 0),
        control,
        padding(control.length),
        tarEnd,
      ]),
    ),
    member('data.tar', data),
  ]);
  const { sha256, size } = await context.store.putFile(bytes);
  return { name: 'evil', version: '1', architecture: 'amd64', sha256, size, path: 'pool/evil.deb' };
}

describe.runIf(hasDpkg && sandboxesWork)('layers', () => {
  it('hold a package’s files with owners, modes and times, and say exactly what is in them', async () => {
    const deb = await stored(
      makeDeb(context.directory, {
        name: 'tool',
        files: {
          'usr/bin/tool': '#!/bin/sh\n',
          'usr/lib/tool/x': 'content',
          'etc/tool.conf': 'conf\n',
          'usr/bin/again': 'link:tool',
        },
        control: {
          conffiles: '/etc/tool.conf\nremove-on-upgrade /etc/old.conf\n',
          triggers: '# said\ninterest-noawait /usr/lib/tool\n\nactivate ldconfig\n',
          postinst: '#!/bin/sh\n',
        },
      }),
    );
    expect(await findLayer(deb, context)).toBeUndefined();
    const layer = await makeLayer(deb, context);
    expect(layer.conffiles).toEqual([
      ['/etc/tool.conf', md5('conf\n')],
      ['/etc/old.conf', 'newconffile remove-on-upgrade'],
    ]);
    expect(layer.triggers).toEqual(['interest-noawait /usr/lib/tool', 'activate ldconfig']);
    expect(
      Object.fromEntries(layer.controlFiles.map(({ name, mode }) => [name, mode])),
    ).toMatchObject({ conffiles: 0o644, postinst: 0o755, triggers: 0o644 });
    const scanned = await scanTree(join(layer.path, 'tree'), context.signal);
    const plain = (entry: object) =>
      Object.fromEntries(
        Object.entries(entry).filter(
          ([key, value]) =>
            key !== 'time' &&
            !(key === 'attributes' && value.length === 0) &&
            !(key === 'mode' && 'target' in entry),
        ),
      );
    expect(scanned.map(plain).sort(byPath)).toEqual(layer.entries.map(plain).sort(byPath));
    expect(layer.entries.find(({ path }) => path === 'usr/bin/tool')).toMatchObject({
      type: 'file',
      mode: 0o755,
      uid: 0,
      gid: 0,
      time: 1_700_000_000,
    });
    expect(await findLayer(deb, context)).toEqual(layer);
  });

  it('are made once, also by two at the same time', async () => {
    const deb = await stored(makeDeb(context.directory, { name: 'tool', files: { x: 'y' } }));
    const [one, two] = await Promise.all([makeLayer(deb, context), makeLayer(deb, context)]);
    expect(one).toEqual(two);
  });

  it('refuse a package that is another than the lock says', async () => {
    const deb = await stored(makeDeb(context.directory, { name: 'tool', files: { x: 'y' } }));
    for (const change of [{ name: 'other' }, { version: '2.0' }, { architecture: 'arm64' }]) {
      await expect(makeLayer({ ...deb, ...change }, context)).rejects.toMatchObject({
        code: 'PACKAGE_REFUSED',
      });
      expect(await findLayer(deb, context)).toBeUndefined();
    }
  });

  it('refuse what is no package, or a damaged one, and keep nothing', async () => {
    const whole = makeDeb(context.directory, { name: 'tool', files: { x: 'y'.repeat(5000) } });
    const bytes = readFileSync(whole.file);
    for (const damaged of [
      Buffer.from('no package'),
      bytes.subarray(0, bytes.length - 3000),
      bytes.subarray(0, 300),
    ]) {
      const { sha256, size } = await context.store.putFile(damaged);
      const locked = { ...whole, sha256, size };
      await expect(makeLayer(locked, context)).rejects.toMatchObject({ code: 'PACKAGE_REFUSED' });
      expect(await context.store.entry('layers', sha256)).toBeUndefined();
    }
  });

  it.each([
    ['a name that climbs', '../../outside', undefined],
    ['an absolute name', '/tmp/outside', undefined],
    ['a device', 'dev/sda', '4'],
  ])('refuse a package with %s, and write nothing outside', async (_what, path, flag) => {
    const header = tarHeader(
      { type: 'file', path, mode: 0o644, uid: 0, gid: 0, time: 1, size: 0, sha256: '' },
      0,
    );
    if (flag !== undefined) {
      header.write(flag, 156);
      header.fill(' ', 148, 156);
      header.write(
        `${header
          .reduce((a, b) => a + b, 0)
          .toString(8)
          .padStart(6, '0')}\0 `,
        148,
      );
    }
    const deb = await hostileDeb(Buffer.concat([header, tarEnd]));
    await expect(makeLayer(deb, context)).rejects.toMatchObject({ code: 'PACKAGE_REFUSED' });
    expect(() => statSync('/tmp/outside')).toThrow('ENOENT');
  });

  it('cannot be written through a link that is put in the way', async () => {
    const target = join(context.directory, 'victim');
    mkdirSync(target);
    writeFileSync(join(target, 'file'), 'mine');
    const link = tarHeader({ type: 'symlink', path: 'a', uid: 0, gid: 0, time: 1, target }, 0);
    const file = tarHeader(
      { type: 'file', path: 'a/file', mode: 0o644, uid: 0, gid: 0, time: 1, size: 0, sha256: '' },
      0,
    );
    await expect(
      makeLayer(await hostileDeb(Buffer.concat([link, file, tarEnd])), context),
    ).rejects.toMatchObject({ code: 'PACKAGE_REFUSED' });
    expect(readFileSync(join(target, 'file'), 'utf8')).toBe('mine');
  });

  it('stop when interrupted', async () => {
    const deb = await stored(makeDeb(context.directory, { name: 'tool', files: { x: 'y' } }));
    context.controller.abort();
    await expect(makeLayer(deb, context)).rejects.toMatchObject({ code: 'INTERRUPTED' });
  });
});

describe.runIf(sandboxesWork)('without dpkg-deb', () => {
  it('says what to install', async () => {
    const path = process.env['PATH'];
    const { sha256, size } = await context.store.putFile(Buffer.from('x'));
    process.env['PATH'] = '/nonexistent';
    try {
      const locked = {
        name: 'tool',
        version: '1',
        architecture: 'amd64',
        sha256,
        size,
        path: 'pool/t.deb',
      };
      await expect(makeLayer(locked, context)).rejects.toMatchObject({
        code: 'HOST_TOOL_MISSING',
        hint: 'sudo apt-get install dpkg',
      });
    } finally {
      process.env['PATH'] = path;
    }
  });
});

function byPath(a: Record<string, unknown>, b: Record<string, unknown>): number {
  return String(a['path']) < String(b['path']) ? -1 : 1;
}
