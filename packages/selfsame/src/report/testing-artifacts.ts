import type { Difference } from '../compare/types.js';
import type { ArtifactReport, Writer } from '../vary/types.js';
import { deb, debDifference } from './testing-package.js';
import { testArtifact, testDifference, testFinding, testRange } from './testing-parts.js';

const compiler: Writer = {
  executable: '/usr/bin/ld',
  arguments: ['ld', '-o', 'src/hello', 'src/hello.o', '-lc'],
  directory: '/build/hello-2.12.1',
  sources: { clock: 12, randomness: 1, directoryOrder: 4 },
};

export const testTitles = {
  'build-path': 'build path',
  time: 'date and time',
  'time-zone': 'time zone',
  locale: 'locale',
  'file-order': 'directory order',
  'cpu-count': 'CPU count',
  user: 'user and group',
  home: 'home directory',
  umask: 'umask',
  host: 'host and domain name',
  kernel: 'kernel version',
  randomness: 'randomness',
  environment: 'environment variables',
  'file-system': 'file-system block size',
} as const;

const everything = Object.keys(testTitles);

/** Matrix of an artifact: false for all that were varied, true for those named, undefined for `unknown`. */
function matrix(differs: readonly string[], unknown: readonly string[] = []) {
  const skipped = ['file-system', 'kernel'];
  return Object.fromEntries(
    Object.keys(testTitles).map((name) => [
      name,
      skipped.includes(name) || unknown.includes(name) ? undefined : differs.includes(name),
    ]),
  );
}

/** Files of a package build: every kind of dependence occurs. */
export function testArtifacts(): ArtifactReport[] {
  const simple = (
    path: string,
    difference: Partial<Difference>,
    more: Partial<ArtifactReport>,
  ): ArtifactReport =>
    testArtifact(path, { difference: testDifference(path, difference), ...more });
  return [
    testArtifact(deb, {
      dependence: { type: 'with', sets: [['build-path'], ['time']] },
      matrix: matrix(['build-path', 'time']),
      difference: debDifference(),
      causes: ['build-path', 'timestamp'],
      vanishesAt: 'fixed',
      writers: [
        compiler,
        {
          ...compiler,
          executable: '/usr/bin/dpkg-deb',
          arguments: ['dpkg-deb', '--root-owner-group', '--build', 'debian/hello', '..'],
        },
      ],
    }),
    simple(
      'hello_2.12.1-3_amd64.buildinfo',
      {
        textDiff: `@@ -4,5 +4,5 @@\n Architecture: amd64\n Version: 2.12.1-3\n Checksums-Sha256:\n- ${'aa01'.repeat(16)} 53112 ${deb}\n+ ${'bb02'.repeat(16)} 53140 ${deb}\n Build-Origin: Debian\n`,
        findings: [
          testFinding({
            cause: 'consequence',
            kind: 'checksum of another artifact',
            place: ['hello_2.12.1-3_amd64.buildinfo'],
            a: 'aa01aa01…',
            b: 'bb02bb02…',
            consequence: true,
            remedy: `Follows from ${deb}: nothing to do.`,
          }),
        ],
      },
      {
        dependence: { type: 'with', sets: [['build-path'], ['time']] },
        matrix: matrix(['build-path', 'time']),
        consequenceOf: [deb],
        vanishesAt: 'fixed',
      },
    ),
    simple(
      'share/man/man1/hello.1.gz',
      {
        format: 'gzip',
        fields: [
          {
            name: 'MTIME',
            kind: 'time',
            a: '2026-11-21T12:00:07Z',
            b: '2027-12-31T23:59:37Z',
            offsetA: 4,
            offsetB: 4,
          },
        ],
        findings: [
          testFinding({
            cause: 'timestamp',
            kind: 'gzip header',
            place: ['share/man/man1/hello.1.gz'],
            offsetA: 4,
            offsetB: 4,
            a: '2026-11-21T12:00:07Z',
            b: '2027-12-31T23:59:37Z',
            remedy: 'Call gzip with -n: it then writes neither name nor time.',
          }),
        ],
      },
      {
        dependence: { type: 'with', sets: [['time']] },
        matrix: matrix(['time']),
        causes: ['timestamp'],
        vanishesAt: 'virtual',
      },
    ),
    simple(
      'lib/libgreet.a',
      {
        format: 'ar',
        order: { first: 'wave.o', firstInB: 'bow.o', moved: 5 },
        fields: [
          {
            name: 'uid of wave.o',
            kind: 'owner',
            a: '1000',
            b: '4242',
            offsetA: 96,
            offsetB: 96,
          },
        ],
        findings: [
          testFinding({
            cause: 'order',
            kind: 'order of ar members',
            place: ['lib/libgreet.a'],
            a: 'wave.o, bow.o, nod.o, …',
            b: 'bow.o, nod.o, wave.o, …',
            remedy: 'Sort the list of objects in the Makefile: $(sort $(wildcard *.o)).',
          }),
          testFinding({
            cause: 'ownership',
            kind: 'ar member',
            place: ['lib/libgreet.a', 'wave.o'],
            certainty: 'likely',
            a: 'uid 1000',
            b: 'uid 4242',
            remedy: 'Create archives with ar D (ARFLAGS=rcD).',
            more: 4,
          }),
        ],
      },
      {
        dependence: { type: 'with', sets: [['file-order'], ['user']] },
        matrix: matrix(['file-order', 'user']),
        causes: ['order', 'ownership'],
        vanishesAt: 'virtual',
      },
    ),
    simple(
      'share/doc/features.txt',
      {
        textDiff:
          '@@ -1,4 +1,4 @@\n Built for Linux\n-Worker threads: 4 (ısıtma kapalı)\n+Worker threads: 3 (ISITMA KAPALI)\n Compiler: gcc 12.2.0\n',
        findings: [
          testFinding({
            cause: 'processor-count',
            kind: 'number in a text',
            certainty: 'possible',
            place: ['share/doc/features.txt'],
            a: 'Worker threads: 4',
            b: 'Worker threads: 3',
            remedy:
              'Let the program ask for the number of processors when it runs, not when it is built.',
          }),
        ],
      },
      {
        dependence: { type: 'with', sets: [['cpu-count', 'locale']] },
        matrix: matrix([], ['cpu-count', 'locale']),
        causes: ['processor-count'],
        vanishesAt: 'fixed',
      },
    ),
    simple(
      'share/hello/instance-id',
      {
        textDiff:
          '@@ -1 +1 @@\n-6b1f2c34-88aa-4a51-9a3e-0d4f4f0c7b11\n+d2b8e7c0-13f5-4f70-bb1c-5c9f8f1a2e90\n',
        findings: [
          testFinding({
            cause: 'randomness',
            kind: 'UUID version 4',
            certainty: 'likely',
            place: ['share/hello/instance-id'],
            offsetA: 0,
            offsetB: 0,
            a: '6b1f2c34-88aa-4a51-9a3e-0d4f4f0c7b11',
            b: 'd2b8e7c0-13f5-4f70-bb1c-5c9f8f1a2e90',
            remedy: 'Derive the identifier from the content or the version: uuid5() of a name.',
          }),
        ],
      },
      {
        dependence: { type: 'always', why: 'build-1 and build-2, with nothing varied, differ' },
        matrix: matrix([], everything),
        causes: ['randomness'],
        vanishesAt: 'virtual',
        builds: ['build-1', 'build-2'],
        writers: [
          {
            executable: '/usr/bin/python3.11',
            arguments: ['python3', 'tools/make-id.py'],
            directory: '/build/hello-2.12.1',
            sources: { randomness: 2 },
          },
        ],
      },
    ),
    simple(
      'test-results/日本語/並行.log',
      {
        ranges: [testRange(512, 'worker finished: ', 'job 3', 'job 1')],
        findings: [
          testFinding({
            cause: 'unknown',
            kind: 'lines in another order',
            certainty: 'possible',
            place: ['test-results/日本語/並行.log'],
            a: 'job 3',
            b: 'job 1',
            remedy: 'Not known: look at what writes it.',
          }),
        ],
      },
      {
        dependence: { type: 'sometimes', differed: 2, builds: 6 },
        matrix: matrix([], everything),
        causes: ['unknown'],
      },
    ),
    testArtifact('share/hello/messages.mo', {
      dependence: { type: 'unsearched', candidates: ['locale', 'time-zone', 'environment'] },
      matrix: matrix([], ['locale', 'time-zone', 'environment']),
      difference: testDifference('share/hello/messages.mo', {
        presence: 'only-a',
        unexamined: [
          {
            place: ['share/hello/messages.mo'],
            reason: 'tool-missing',
            detail: 'msgunfmt (Debian package gettext) is not installed',
          },
        ],
      }),
    }),
  ];
}
