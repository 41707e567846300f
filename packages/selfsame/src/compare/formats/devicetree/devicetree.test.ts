import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { compareContents } from '../../compare.js';
import { memoryContent } from '../../content/memory-content.js';
import {
  ArchiveWorkshop,
  expectTotal,
  hasTools,
  readAll,
  unseenChanges,
  values,
} from '../reading/testing.js';
import { devicetree } from './devicetree.js';

const source = `/dts-v1/;
/memreserve/ 0x1000 0x2000;
/ { model = "Board"; #address-cells = <1>;
    bus@0 { reg = <0 1>; leaf { empty; status = "okay"; }; };
    bus@1 { reg = <2 3>; }; };
`;
const fit = `/dts-v1/;
/ { description = "FIT"; #address-cells = <1>;
    images {
      kernel-1 { description = "k"; data = /incbin/("k"); type = "kernel"; arch = "arm64"; os = "linux";
        compression = "none"; load = <0x8000>; entry = <0x8000>; hash-1 { algo = "sha256"; }; };
      ramdisk-1 { description = "r"; data = /incbin/("r"); type = "ramdisk"; arch = "arm64"; os = "linux";
        compression = "none"; hash-1 { algo = "sha256"; }; };
    };
    configurations { default = "c"; c { kernel = "kernel-1"; ramdisk = "ramdisk-1"; }; }; };
`;

const fixture = (name: string): Buffer => readFileSync(join(import.meta.dirname, 'fixtures', name));

describe('device trees', () => {
  it('have their nodes, properties and what stands behind them', async () => {
    const { parts, fields, stopped } = await readAll(devicetree, fixture('fit.itb'));
    expect(stopped).toBeUndefined();
    expect(values(fields)['/timestamp']).toBe('2001-09-09T01:46:40Z');
    expect(values(fields)['/images/kernel-1/hash-1/value']).toMatch(/^[0-9a-f]{64}$/);
    const part = (name: string) => parts.find((one) => one.name === name);
    expect(part('/images/kernel-1/data (external)')?.bytes.toString()).toBe('kernel');
    expect(part('/images/kernel-1/os')?.bytes.toString()).toBe('linux\0');
  });

  it('show every change of a byte', async () => {
    expect(await unseenChanges(devicetree, fixture('board.dtb'))).toBe('');
    expect(await unseenChanges(devicetree, fixture('fit.itb'), 3)).toBe('');
  });

  it('are read totally when spoiled', async () => {
    await expectTotal(devicetree, [fixture('board.dtb'), fixture('fit.itb')], { runs: 300 });
  });

  it('whose nodes are too deep are refused', async () => {
    const node = Buffer.from('0000000161000000', 'hex');
    const start = fixture('board.dtb').subarray(0, 56);
    const deep = Buffer.concat([start, ...Array.from({ length: 100 }, () => node)]);
    const numbers = { 4: deep.length, 8: 56, 36: deep.length - 56, 12: 40, 32: 0 };
    for (const [at, number] of Object.entries(numbers)) deep.writeUInt32BE(number, Number(at));
    const { stopped } = await readAll(devicetree, deep);
    expect(stopped?.reason).toBe('too-large');
  });
});

describe.skipIf(!hasTools('dtc', 'mkimage'))('device trees of dtc and mkimage', () => {
  const shop = new ArchiveWorkshop();
  const makeFit = (name: string, time: number, more: readonly string[] = []): Buffer => {
    shop.run('env', [`SOURCE_DATE_EPOCH=${time}`, 'mkimage', ...more, '-f', 'fit.its', name]);
    return shop.read(name);
  };
  let tree: Buffer;
  beforeAll(() => {
    shop.file('x.dts', source).file('fit.its', fit).file('k', 'kernel').file('r', 'ramdisk');
    tree = shop.run('dtc', ['-q', '-I', 'dts', '-O', 'dtb', '-p', '32', 'x.dts']);
  });
  afterAll(() => shop.remove());

  it('have the nodes and properties that went in', async () => {
    const { parts, fields, stopped } = await readAll(devicetree, tree);
    expect(stopped).toBeUndefined();
    expect(parts.map(({ name, type }) => [name, type])).toEqual([
      ['/', 'directory'],
      ['/model', 'file'],
      ['/#address-cells', 'file'],
      ['/bus@0/', 'directory'],
      ['/bus@0/reg', 'file'],
      ['/bus@0/leaf/', 'directory'],
      ['/bus@0/leaf/empty', 'file'],
      ['/bus@0/leaf/status', 'file'],
      ['/bus@1/', 'directory'],
      ['/bus@1/reg', 'file'],
      ['memory reservations', 'section'],
      ['strings', 'section'],
      ['gap after strings', 'section'],
    ]);
    expect(parts[1]?.bytes.toString()).toBe('Board\0');
    expect(values(fields)).toMatchObject({ version: '17', totalsize: String(tree.length) });
  });

  it('that are FIT images differ in their time and in what they hold, of which hashes follow', async () => {
    const a = makeFit('a.itb', 1e9);
    shop.file('r', 'RAMDISK');
    const b = makeFit('b.itb', 1e9 + 60);
    shop.file('r', 'ramdisk');
    const found = await compareContents(memoryContent(a), memoryContent(b), 'x.itb');
    expect(found?.format).toBe('devicetree');
    expect(found?.children.map(({ name }) => name)).toEqual(['/images/ramdisk-1/data']);
    const [time, ...others] = found?.findings ?? [];
    expect(time).toMatchObject({ cause: 'timestamp', a: '2001-09-09T01:46:40Z' });
    expect(others.every(({ consequence }) => consequence)).toBe(true);
    expect(found?.fields.map(({ name }) => name)).toEqual([
      '/timestamp',
      '/images/ramdisk-1/hash-1/value',
    ]);
  });

  it('hold data behind them, too', async () => {
    const { parts, stopped } = await readAll(devicetree, makeFit('x.itb', 1e9, ['-E']));
    expect(stopped).toBeUndefined();
    const outside = parts.filter(({ name }) => /^\/.*\(external\)$/.test(name));
    expect(outside.map(({ name, bytes }) => [name, bytes.toString()])).toEqual([
      ['/images/kernel-1/data (external)', 'kernel'],
      ['/images/ramdisk-1/data (external)', 'ramdisk'],
    ]);
  });

  it('are read totally when spoiled', async () => {
    const samples = [tree, makeFit('t.itb', 1e9), makeFit('u.itb', 1e9, ['-E'])];
    await expectTotal(devicetree, samples, { runs: 100 });
  });
});
