import { basename } from 'node:path';

/** Programs that run several at once when they are told to, or by themselves. */
const withJobs = /^(?:g?make|bmake|ninja|samu|cargo|scons|waf|bazel|xargs|parallel|tup|meson)$/;
const bySelf = /^(?:ninja|samu|cargo|bazel|parallel)$/;
const oneJob = /^(?:-j0*1|--jobs=0*1|-P0*1|--max-procs=0*1)$/;
const jobs = /^(?:-[a-zA-Z]*j\d*|--jobs(?:=.*)?|-P\d*|--max-procs(?:=.*)?)$/;

/**
 * Whether a program was told to run several others at once, by its arguments: `make -j4`. What the environment says
 * (MAKEFLAGS) is not in logs.
 */
export function runsAtOnce(executable: string, words: readonly string[]): boolean {
  const name = basename(words[0] ?? executable);
  const called = withJobs.test(name) ? name : basename(executable);
  if (!withJobs.test(called)) return false;
  const options = words.slice(1);
  const said = options.flatMap((word, at) =>
    jobs.test(word) ? [/\d|=/.test(word) ? word : `${word}${numberIn(options[at + 1])}`] : [],
  );
  return said.length === 0 ? bySelf.test(called) : !said.every((word) => oneJob.test(word));
}

/** A number that stands behind its option. */
function numberIn(word: string | undefined): string {
  return word !== undefined && /^\d+$/.test(word) ? word : '';
}
