import type { CheckReport } from '../vary/types.js';
import { testArtifacts, testTitles } from './testing-artifacts.js';
import { pathA, pathB } from './testing-package.js';

function variation(
  name: keyof typeof testTitles,
  a: string,
  b: string,
): CheckReport['variations'][number] {
  return {
    name,
    title: testTitles[name],
    status: 'used',
    why: undefined,
    a,
    b,
    neverAsked: false,
    needs: 'nothing',
  };
}

/** A package build in which every kind of dependence occurs. */
export function testCheckReport(rest: Partial<CheckReport> = {}): CheckReport {
  const everything = Object.keys(testTitles);
  return {
    version: 1,
    subject: 'dpkg-buildpackage -us -uc -b',
    directory: '/home/ada/src/hello',
    verdict: 'differs',
    variations: [
      variation('build-path', pathA, pathB),
      variation('time', '2026-11-21T12:00:00Z', '2027-12-31T23:59:30Z'),
      variation('time-zone', 'UTC', 'Pacific/Kiritimati (+14:00)'),
      variation('locale', 'C.UTF-8', 'tr_TR.UTF-8'),
      variation('file-order', 'sorted', 'shuffled'),
      variation('cpu-count', '4', '3'),
      variation('user', 'builder:builder (1000:1000)', 'qzuser:qzgroup (4242:4243)'),
      variation('home', '/home/builder', '/nonexistent/qzhome'),
      { ...variation('umask', '0022', '0002'), neverAsked: true },
      variation('host', 'build.example', 'qzhost.qzdomain.example'),
      {
        ...variation('kernel', '', ''),
        status: 'left-out',
        why: 'left out with --without kernel',
        a: undefined,
        b: undefined,
      },
      variation('randomness', 'seed 1', 'seed 2'),
      variation('environment', 'as it is', 'QZ_VARIABLE=qzvalue'),
      {
        ...variation('file-system', '', ''),
        status: 'skipped',
        why: 'loop devices cannot be used here; run as root, or in a machine with /dev/loop-control',
        a: undefined,
        b: undefined,
        needs: 'root and a loop device',
      },
    ],
    builds: [
      { id: 'build-1', varied: [], outcome: { type: 'built' }, milliseconds: 8_120, notes: [] },
      { id: 'build-2', varied: [], outcome: { type: 'built' }, milliseconds: 8_040, notes: [] },
      {
        id: 'build-3',
        varied: everything.filter((name) => !['file-system', 'kernel'].includes(name)),
        outcome: { type: 'built' },
        milliseconds: 9_310,
        notes: ['the CPU model could not be hidden from the instruction cpuid'],
      },
      {
        id: 'build-4',
        varied: ['build-path', 'home', 'user'],
        outcome: { type: 'built' },
        milliseconds: 8_200,
        notes: [],
      },
      {
        id: 'build-5',
        varied: ['time'],
        outcome: { type: 'built' },
        milliseconds: 8_150,
        notes: [],
      },
      {
        id: 'build-6',
        varied: ['cpu-count', 'locale'],
        outcome: {
          type: 'failed',
          why: 'exit status 2',
          lastLines: [
            'msgfmt: hello.po:12: invalid multibyte sequence',
            'make[2]: *** [Makefile:31: tr.gmo] Error 1',
          ],
        },
        milliseconds: 3_900,
        notes: [],
      },
    ],
    artifacts: testArtifacts(),
    identical: 34,
    failures: [
      {
        dependence: { type: 'with', sets: [['cpu-count', 'locale']] },
        why: 'exit status 2',
        lastLines: [
          'msgfmt: hello.po:12: invalid multibyte sequence',
          'make[2]: *** [Makefile:31: tr.gmo] Error 1',
        ],
      },
    ],
    budgetSpent: true,
    notCovered: [
      'the real processor: its model is hidden from files, not from the instruction cpuid',
      'file systems other than overlay',
    ],
    wroteOutside: ['/var/tmp/hello.lock'],
    milliseconds: 47_300,
    ...rest,
  };
}

/** Nothing was built, not even with nothing varied. */
export function testUnbuiltReport(): CheckReport {
  return testCheckReport({
    ...{ verdict: 'does-not-build', artifacts: [], identical: 0, budgetSpent: false },
    builds: testCheckReport().builds.slice(0, 1),
    failures: [
      {
        dependence: { type: 'always', why: 'it failed with nothing varied' },
        why: 'the command ended with status 2',
        lastLines: ['curl: (6) Could not resolve host: example.org'],
      },
    ],
  });
}

/** All the same under everything. */
export function testReproducibleReport(): CheckReport {
  const { variations } = testCheckReport();
  return testCheckReport({
    verdict: 'reproducible',
    artifacts: [],
    identical: 12,
    failures: [],
    budgetSpent: false,
    variations: variations.filter(({ status }) => status === 'used'),
    wroteOutside: [],
  });
}
