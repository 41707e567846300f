/** A folder whose checks are switched off, and whose tests are to notice. */
interface Folder {
  /** Where it is in the repository. */
  readonly path: string;
  /** What its files are called in a run: this in front of their path below it. */
  readonly name: string;
}

/** The trust core; and what was taken out of it for others to read beside it, which only computes, too. */
export const folders: readonly Folder[] = [
  { path: 'packages/verify/src', name: '' },
  ...[
    'attestations/in-toto-layout',
    'attestations/sigstore',
    'attestations/slsa',
    'policy',
    'signing',
  ].map((path) => ({
    path: `packages/selfsame/src/${path}`,
    name: `selfsame/${path}/`,
  })),
];

/** Tests that run other people's programs, for minutes: no help in finding out which checks are tested. */
const slowTests = /(?:^|\/)(?:in-toto-oracle|in-toto-program|published-vectors)\.test\.ts$/;

/** Whether a file, by its name in a run, holds tests that are run. */
export function isTest(file: string): boolean {
  return file.endsWith('.test.ts') && !slowTests.test(file);
}

/** Whether a file, by its name in a run, holds checks: no test, nothing that only tests import, no list of exports. */
export function isMutated(file: string): boolean {
  return !/\.test\.ts$|(?:^|\/)testing(?:-[^/]*)?(?:\/|\.ts$)|^index\.ts$/.test(file);
}
