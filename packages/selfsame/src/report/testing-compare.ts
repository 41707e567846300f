import type { CompareReport } from '../compare/types.js';
import { testDifference, testFinding, testRange } from './testing-parts.js';

/** Two firmware images, one of whose tools was built with another compiler. */
export function testCompareReport(rest: Partial<CompareReport> = {}): CompareReport {
  const rom = 'heads-x230-v0.2.1.rom';
  const tool = [rom, 'initrd.cpio.xz', 'bin/flashrom'];
  const flashrom = testDifference('bin/flashrom', {
    format: 'elf',
    sizeA: 311_296,
    sizeB: 311_304,
    children: [
      testDifference('.comment', {
        sizeA: 40,
        sizeB: 40,
        ranges: [
          testRange(0, '', 'GCC: (Debian 12.2.0-14) 12.2.0', 'GCC: (Debian 13.2.0-13) 13.2.0'),
        ],
        findings: [
          testFinding({
            cause: 'toolchain-version',
            kind: 'compiler in .comment',
            place: [...tool, '.comment'],
            offsetA: 0,
            offsetB: 0,
            a: 'GCC: (Debian 12.2.0-14) 12.2.0',
            b: 'GCC: (Debian 13.2.0-13) 13.2.0',
            remedy: 'Lock the build environment: selfsame lock.',
          }),
        ],
      }),
      testDifference('.text', {
        sizeA: 180_224,
        sizeB: 180_240,
        ranges: [
          testRange(0x4010, '\u0001\u0002\u0003\u0004', 'H\u0089\u00e5H\u0083', 'UH\u0089\u00e5A'),
        ],
        moreRanges: 812,
        findings: [
          testFinding({
            cause: 'code',
            kind: 'machine code',
            certainty: 'likely',
            place: [...tool, '.text'],
            offsetA: 0x4010,
            offsetB: 0x4010,
            a: '48 89 e5 48 83',
            b: '55 48 89 e5 41',
            remedy: 'Build with the same compiler.',
            more: 812,
          }),
        ],
      }),
    ],
  });
  return {
    version: 1,
    a: `alice/${rom}`,
    b: `https://builds.example/${rom}`,
    verdict: 'differs',
    difference: testDifference(rom, {
      format: 'cbfs',
      sizeA: 12_582_912,
      sizeB: 12_582_912,
      sha256A: '1234'.repeat(16),
      sha256B: '9876'.repeat(16),
      children: [
        testDifference('initrd.cpio.xz', {
          format: 'xz',
          sizeA: 4_194_000,
          sizeB: 4_194_120,
          children: [flashrom],
        }),
        testDifference('notes.txt', { presence: 'only-b', sizeB: 120 }),
        testDifference('me.bin', {
          unexamined: [
            { place: [rom, 'me.bin'], reason: 'encrypted', detail: 'its content cannot be read' },
          ],
          sizeA: 1_048_576,
          sizeB: 1_048_576,
        }),
      ],
    }),
    rootCauses: [
      {
        place: tool,
        causes: ['toolchain-version', 'code'],
        explains: [[rom, 'initrd.cpio.xz'], [rom]],
        alone: [[rom, 'initrd.cpio.xz']],
        also: [[rom, 'recovery.cpio.xz', 'bin/flashrom']],
        assumed: [],
      },
      {
        place: [rom, 'notes.txt'],
        causes: ['missing-file'],
        explains: [[rom]],
        alone: [],
        also: [],
        assumed: [],
      },
    ],
    ignored: [
      { normaliser: 'mtime', hid: 31 },
      { normaliser: 'signature', hid: 0 },
    ],
    hidden: [
      {
        normaliser: 'mtime',
        place: [rom, 'initrd.cpio.xz', 'init'],
        detail: 'mtime 2026-11-21T12:00:00Z / 2026-11-22T08:15:31Z',
      },
      {
        normaliser: 'mtime',
        place: [rom, 'initrd.cpio.xz', 'etc/hosts'],
        detail: 'mtime 2026-11-21T12:00:00Z / 2026-11-22T08:15:31Z',
      },
    ],
    unexamined: [
      { place: [rom, 'me.bin'], reason: 'encrypted', detail: 'its content cannot be read' },
    ],
    totals: {
      files: 214,
      bytes: 25_165_824,
      differing: 3,
      differingDirectories: 0,
      milliseconds: 1_840,
    },
    deep: [{ place: tool, file: 'deep/flashrom 1.html' }],
    ...rest,
  };
}
