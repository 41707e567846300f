import type { Difference } from '../compare/types.js';
import { testDifference, testFinding, testRange } from './testing-parts.js';

// For tests: a Debian package whose program, and whose control files because of it, differ.

export const deb = 'hello_2.12.1-3_amd64.deb';
const elf = [deb, 'data.tar.xz', './usr/bin/hello'];
export const pathA = '/build/hello-2.12.1';
export const pathB = '/tmp/selfsame-b1d/x/hello-2.12.1';

export function debDifference(): Difference {
  const range = {
    ...testRange(0x1f40, 'GNU C17 12.2.0 -g -O2\0src/hello.c\0', pathA, pathB),
    lengthB: pathB.length,
  };
  const strings = testDifference('.debug_str', {
    sizeA: 18_204,
    sizeB: 18_217,
    ranges: [range],
    moreRanges: 3,
    findings: [
      testFinding({
        cause: 'build-path',
        kind: 'DW_AT_comp_dir',
        place: [...elf, '.debug_str'],
        offsetA: 0x1f40,
        offsetB: 0x1f40,
        a: pathA,
        b: pathB,
        remedy: 'Compile with -ffile-prefix-map="$PWD"=. (GCC 8 and later, Clang 10 and later).',
        more: 3,
      }),
    ],
  });
  const id = testDifference('.note.gnu.build-id', {
    sizeA: 36,
    sizeB: 36,
    ranges: [
      testRange(0x10, '\u0004\0\0\0\u0014\0\0\0\u0003\0\0\0GNU\0', 'q8#Zk0P}w', 'xT!9~bLe2'),
    ],
    findings: [
      testFinding({
        cause: 'build-id',
        kind: 'GNU build-id',
        place: [...elf, '.note.gnu.build-id'],
        offsetA: 0x10,
        offsetB: 0x10,
        a: '8f3a61c0d7…',
        b: '11e09b7734…',
        consequence: true,
        remedy: 'Follows from the other differences of the program: nothing to do.',
      }),
    ],
  });
  const program = testDifference('./usr/bin/hello', {
    format: 'elf',
    sizeA: 68_640,
    sizeB: 68_656,
    sha256A: '8d0f'.repeat(16),
    sha256B: '77c1'.repeat(16),
    children: [strings, id],
  });
  const sums = testDifference('md5sums', {
    sizeA: 312,
    sizeB: 312,
    textDiff:
      '@@ -1,3 +1,3 @@\n-8d0f6a2c1e7b9a0055aa2b7c9d3e4f60  usr/bin/hello\n+77c1b2a90f4d3e8c6b5a70819d2e3f4c  usr/bin/hello\n 0c2ab1a0a4f3e8c6b5a70819d2e3f4c1  usr/share/doc/hello/copyright\n d41d8cd98f00b204e9800998ecf8427e  usr/share/doc/hello/NEWS.gz\n',
    findings: [
      testFinding({
        cause: 'consequence',
        kind: 'md5sums of a package',
        place: [deb, 'control.tar.xz', './md5sums'],
        a: '8d0f6a2c…',
        b: '77c1b2a9…',
        consequence: true,
        remedy: 'Follows from usr/bin/hello: nothing to do.',
      }),
    ],
  });
  return testDifference(deb, {
    format: 'ar',
    sizeA: 53_112,
    sizeB: 53_140,
    sha256A: 'aa01'.repeat(16),
    sha256B: 'bb02'.repeat(16),
    fields: [
      {
        name: 'mtime of debian-binary',
        kind: 'time',
        a: '2026-11-21T12:00:00Z',
        b: '2027-12-31T23:59:30Z',
        secondsA: 1_795_262_400,
        secondsB: 1_830_297_570,
        offsetA: 24,
        offsetB: 24,
      },
    ],
    findings: [
      testFinding({
        cause: 'timestamp',
        kind: 'ar member',
        place: [deb],
        offsetA: 24,
        offsetB: 24,
        a: '2026-11-21T12:00:00Z',
        b: '2027-12-31T23:59:30Z',
        remedy: 'Set SOURCE_DATE_EPOCH: dpkg-deb 1.18.8 and later use it for every member.',
      }),
    ],
    children: [
      testDifference('control.tar.xz', {
        format: 'xz',
        sizeA: 1_320,
        sizeB: 1_324,
        children: [sums],
      }),
      testDifference('data.tar.xz', {
        format: 'xz',
        sizeA: 51_600,
        sizeB: 51_624,
        children: [program],
      }),
    ],
  });
}
