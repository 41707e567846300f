import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { compareContents } from '../../compare.js';
import { findRootCauses } from '../../containment/graph.js';
import { graphOfDifference } from '../../containment/of-difference.js';
import { memoryContent } from '../../content/memory-content.js';
import {
  ArchiveWorkshop,
  expectTotal,
  hasTools,
  readAll,
  unseenChanges,
  values,
} from '../reading/testing.js';
import { cbfs } from './cbfs.js';
import { cbfsPayload } from './payload.js';

/** A file of a ROM, padded as cbfstool does. */
function file(name: string, data: Buffer, type = 0x50): Buffer {
  const offset = Math.ceil((24 + name.length + 1) / 16) * 16;
  const header = Buffer.alloc(offset);
  header.write('LARCHIVE', 'latin1');
  for (const [index, number] of [data.length, type, 0, offset].entries())
    header.writeUInt32BE(number, 8 + 4 * index);
  header.write(name, 24, 'latin1');
  const whole = Buffer.concat([header, data]);
  return Buffer.concat([whole, Buffer.alloc((64 - (whole.length % 64)) % 64, 0xff)]);
}

/** A payload of segments with data, and where it starts. */
function payload(...contents: readonly Buffer[]): Buffer {
  const table = Buffer.alloc(28 * (contents.length + 1));
  let offset = table.length;
  for (const [index, data] of contents.entries()) {
    table.write(index === 0 ? 'CODE' : 'DATA', 28 * index, 'latin1');
    for (const [at, number] of [
      [8, offset],
      [20, data.length],
      [24, data.length],
    ] as const)
      table.writeUInt32BE(number, 28 * index + at);
    offset += data.length;
  }
  table.write('ENTR', 28 * contents.length, 'latin1');
  return Buffer.concat([table, ...contents]);
}

/** A member of an archive in newc. */
function member(name: string, data: Buffer): Buffer {
  const numbers = [1, 0o100644, 0, 0, 1, 0, data.length, 0, 0, 0, 0, name.length + 1, 0];
  const header = `070701${numbers.map((one) => one.toString(16).padStart(8, '0')).join('')}${name}\0`;
  const padded = (bytes: Buffer): Buffer =>
    Buffer.concat([bytes, Buffer.alloc((4 - (bytes.length % 4)) % 4)]);
  return Buffer.concat([padded(Buffer.from(header)), padded(data)]);
}

const end = member('TRAILER!!!', Buffer.alloc(0));

/** A ROM as Heads makes it: a kernel with an initrd, in which an archive has the tools. */
function rom(flashrom: string): Buffer {
  const tools = Buffer.concat([member('bin/flashrom', Buffer.from(flashrom)), end]);
  const initrd = Buffer.concat([
    member('init', Buffer.from('#!/bin/sh')),
    member('tools.cpio', tools),
    end,
  ]);
  const boot = payload(Buffer.from('kernel'), Buffer.from('cmdline'), initrd);
  return Buffer.concat([
    ...[file('fallback/payload', boot, 0x20), file('config', Buffer.from('CONFIG_X=y\n'))],
    ...[file('', Buffer.alloc(128, 0xff), 0xffffffff), Buffer.alloc(8192, 0xff)],
  ]);
}

describe('ROMs of coreboot', () => {
  it('have their files, and what stands between them', async () => {
    const bytes = Buffer.concat([Buffer.alloc(64, 1), rom('v1')]);
    const { parts, stopped } = await readAll(cbfs, bytes);
    expect(stopped).toBeUndefined();
    expect(parts.map(({ name, derived }) => [name, derived === true])).toEqual([
      ['bytes after the start', false],
      ['fallback/payload', false],
      ['free space after fallback/payload', true],
      ['config', false],
      ['free space after config', true],
      ['empty space', true],
      ['free space after empty space', true],
    ]);
    expect(await cbfs.detect(bytes.subarray(0, 4096), memoryContent(bytes), 'x.rom')).toBe(true);
    expect(await cbfs.detect(bytes.subarray(0, 4096), memoryContent(bytes), 'x')).toBe(false);
  });

  it('differ because of what is in an archive in an archive in their payload', async () => {
    const [a, b] = [memoryContent(rom('version 1')), memoryContent(rom('version two'))];
    const found = await compareContents(a, b, 'heads.rom');
    if (found === undefined) throw new Error('they differ');
    const graph = graphOfDifference(found);
    expect(findRootCauses(graph.nodes, graph.containments).map(({ place }) => place)).toEqual([
      ['heads.rom', 'fallback/payload', 'segment 2 DATA', 'tools.cpio', 'bin/flashrom'],
    ]);
    expect(found.unexamined).toEqual([]);
  });

  it('show every change of a byte', async () => {
    expect(await unseenChanges(cbfs, rom('v1').subarray(0, 1024))).toBe('');
    expect(await unseenChanges(cbfsPayload, payload(Buffer.from('a'), Buffer.from('b')))).toBe('');
  });

  it('with very many marks and files are read in reasonable time', async () => {
    const empty = file('a', Buffer.alloc(0));
    const marks = Buffer.alloc(2 ** 19, 'LARCHIVE'.padEnd(64, '.'));
    const files = Buffer.concat(Array.from({ length: 4096 }, () => empty));
    const content = { ...memoryContent(Buffer.concat([marks, files])) };
    let read = 0;
    const counted = {
      ...content,
      read: (offset: number, length: number) => {
        read += length;
        return content.read(offset, length);
      },
    };
    const names = new Set<string>();
    const access = {
      ...{ signal: new AbortController().signal, maximumParts: 10_000, spend: () => undefined },
      scratchDirectory: () => Promise.reject(new Error('none')),
    };
    for await (const { name } of cbfs.parts(counted, access)) names.add(name);
    // With the space behind each, and the marks.
    expect(names.size).toBe(2 * 4096 + 1);
    expect(read).toBeLessThan(4 * content.size);
  });

  it('are read totally when spoiled', async () => {
    await expectTotal(cbfs, [rom('v1').subarray(0, 2048)], { runs: 300 });
    const samples = [payload(Buffer.from('kernel'), Buffer.from('initrd')), payload()];
    await expectTotal(cbfsPayload, samples, { runs: 300 });
  });

  describe.skipIf(!hasTools('cbfstool'))('of cbfstool', () => {
    const shop = new ArchiveWorkshop();
    beforeAll(() => {
      shop.file('boot', Buffer.alloc(512, 1)).file('config', 'CONFIG_X=y\n'.repeat(50));
      const run = (...args: readonly string[]): Buffer => shop.run('cbfstool', ['x', ...args]);
      run('create', '-m', 'x86', '-s', '0x40000');
      run('add', '-f', 'config', '-n', 'config', '-t', 'raw');
      run('add', '-f', 'config', '-n', 'small', '-t', 'raw', '-c', 'lzma');
      run('add', '-f', 'boot', '-n', 'cmos_layout.bin', '-t', 'raw', '-b', '0x8000');
    });
    afterAll(() => shop.remove());

    it('have the files that `cbfstool print` lists', async () => {
      const { parts, stopped } = await readAll(cbfs, shop.read('x'));
      expect(stopped).toBeUndefined();
      const listed = shop.run('cbfstool', ['x', 'print', '-k']).toString().trim().split('\n');
      const names = listed.slice(1).map((line) => line.split('\t')[0] ?? '');
      const found = parts.filter(({ name }) => !/^(?:free space|bytes) after /.test(name));
      expect(found.map(({ name }) => name.replace(/^empty space.*/, '(empty)'))).toEqual(names);
      const part = (name: string) => parts.find((one) => one.name === name);
      expect(part('config')?.bytes.equals(shop.read('config'))).toBe(true);
      expect(values(part('small')?.fields ?? [])['compression']).toMatch(/^00000001/);
      const bytes = shop.read('x');
      expect(await cbfs.detect(bytes.subarray(0, 4096), memoryContent(bytes), 'x')).toBe(true);
    });
  });
});
