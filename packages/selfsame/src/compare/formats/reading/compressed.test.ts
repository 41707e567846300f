import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { memoryContent } from '../../content/memory-content.js';
import { openFile } from '../../content/file-content.js';
import { bzip2 } from '../bzip2/bzip2.js';
import type { Format, FormatAccess } from '../format.js';
import { lz4, lz4Legacy } from '../lz4/lz4.js';
import { lzip } from '../lzip/lzip.js';
import { lzma } from '../lzma/lzma.js';
import { xz } from '../xz/xz.js';
import { zstd } from '../zstd/zstd.js';
import { compressedFormat } from './compressed.js';
import { ArchiveWorkshop, expectTotal, hasTools, readAll, values } from './testing.js';

/** Format, its program, how it compresses from standard input, and values that follow from that. */
const cases: readonly (readonly [Format, string, string[], Record<string, string>])[] = [
  [
    xz,
    'xz',
    ['-zc', '-6', '-T1'],
    { check: 'CRC64', filters: 'LZMA2 dictionary 8388608', blocks: '1' },
  ],
  [
    xz,
    'xz',
    ['-zc', '-0', '--check=sha256', '--x86', '--lzma2=preset=0', '--block-size=100000'],
    { check: 'SHA-256', filters: 'x86, LZMA2 dictionary 262144' },
  ],
  [zstd, 'zstd', ['-qc', '-3'], { 'content checksum': 'yes' }],
  [zstd, 'zstd', ['-qc', '--no-check', '-19'], { 'content checksum': 'no', window: '8388608' }],
  [bzip2, 'bzip2', ['-zc', '-3'], { 'block size': '300 kB' }],
  [
    lzma,
    'xz',
    ['-zc', '--format=lzma', '-2'],
    { dictionary: '2097152', 'content size': 'not stored' },
  ],
  [lz4, 'lz4', ['-zcq'], { 'frame descriptor': '6460' }],
  [lz4Legacy, 'lz4', ['-zcql'], {}],
  [lzip, 'lzip', ['-c', '-1'], { dictionary: '458752' }],
];

const shop = new ArchiveWorkshop();
afterAll(() => shop.remove());
const text = Buffer.from(
  Array.from({ length: 20_000 }, (_, index) => `line ${index * 7919} of text\n`).join(''),
);

describe.each(cases.map((row) => [row[0].name, ...row] as const))(
  '%s (%#)',
  (_, format, program, args, expected) => {
    const there = hasTools(program);

    it.skipIf(!there)('comes back, from memory and from a file', async () => {
      const bytes = shop.run(program, args, text);
      expect(await format.detect(bytes.subarray(0, 4096), memoryContent(bytes), 'x')).toBe(true);
      shop.file('packed', bytes);
      const file = await openFile(join(shop.directory, 'packed'));
      for (const content of [bytes, file]) {
        const { fields, parts, stopped, spent } = await readAll(format, content);
        expect(stopped).toBeUndefined();
        expect(parts.map(({ name, bodyError }) => [name, bodyError])).toEqual([
          ['content', undefined],
        ]);
        expect(parts[0]?.bytes.equals(text)).toBe(true);
        expect(spent).toBe(text.length);
        expect(values(fields)).toMatchObject(expected);
      }
      await file.close();
    });

    it.skipIf(!there)('ends early where it expands too much', async () => {
      const bomb = shop.run(program, args, Buffer.alloc(30_000_000));
      const { parts, spent } = await readAll(format, bomb, { expandedBytes: 1_000_000 });
      expect(parts[0]?.bodyError?.reason).toBe('too-large');
      expect(spent).toBeLessThan(2_100_000);
    });

    it.skipIf(!there)('is read totally when spoiled', async () => {
      const bytes = shop.run(program, args, text.subarray(0, 3000));
      await expectTotal(format, [bytes], { runs: 12 });
    });

    it.skipIf(!there)('is damaged when something else stands behind it', async () => {
      const bytes = shop.run(program, args, text);
      const { parts } = await readAll(format, Buffer.concat([bytes, Buffer.from('more')]));
      expect(parts[0]?.bodyError?.reason).toBe('damaged');
    });

    it.skipIf(!there)('is damaged when it is cut', async () => {
      const bytes = shop.run(program, args, text);
      const { parts } = await readAll(format, bytes.subarray(0, bytes.length >> 1));
      expect(parts[0]?.bodyError?.reason).toBe('damaged');
    });
  },
);

describe('programs of the machine', () => {
  const directory = mkdtempSync(join(tmpdir(), 'selfsame-tool-'));
  const slow = join(directory, 'slow');
  const made = (program: string): Format =>
    compressedFormat({
      name: 'test',
      magic: [],
      tool: { program, package: 'a-package' },
      args: [],
      fields: () => Promise.resolve([]),
    });
  beforeAll(() => writeFileSync(slow, '#!/bin/sh\necho $$\nexec sleep 1000\n', { mode: 0o755 }));
  afterAll(() => rmSync(directory, { recursive: true }));

  it('that are missing are named with their package', async () => {
    const { parts } = await readAll(made('selfsame-no-such-program'), Buffer.from('x'));
    expect(parts[0]?.bodyError).toMatchObject({
      reason: 'tool-missing',
      message: 'selfsame-no-such-program is not installed (Debian package a-package)',
    });
  });

  /** Reads the first piece, which is the process number, and waits until that process is gone. */
  async function pidAfter(signal: AbortSignal, end: () => void): Promise<number> {
    const access: FormatAccess = {
      signal,
      maximumParts: 10,
      spend: () => undefined,
      scratchDirectory: () => Promise.resolve(directory),
    };
    let pid = 0;
    for await (const part of made(slow).parts(memoryContent(Buffer.from('x')), access)) {
      try {
        for await (const piece of part.body ?? []) {
          pid = Number(Buffer.from(piece).toString());
          end();
          if (!signal.aborted) break;
        }
      } catch (error) {
        expect(error).toMatchObject({ reason: 'out-of-time' });
      }
    }
    return pid;
  }
  const isGone = (pid: number): boolean => {
    try {
      process.kill(pid, 0);
      return false;
    } catch {
      return true;
    }
  };

  it.each(['abort', 'stop'])('end with the reading: %s', async (how) => {
    const controller = new AbortController();
    const pid = await pidAfter(controller.signal, () => {
      if (how === 'abort') controller.abort();
    });
    expect(pid).toBeGreaterThan(1);
    await expect.poll(() => isGone(pid)).toBe(true);
  });
});
