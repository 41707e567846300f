import { fromCanary } from './canaries/recognition.js';
import type { Cause, Recognition } from './cause.js';
import { clearedPath, clearedPathRemedy } from './cleared-path.js';
import { absolutePath, temporaryName } from './decoders/paths.js';
import { pairsOf, valuesOf, type MatchPair } from './matching.js';
import { pathAdvice, pathRemedies } from './path-remedies.js';
import { readingOf, type Reading } from './reading.js';

/** Where the sources lay. */
export const buildPath: Cause = {
  name: 'build-path',
  title: 'Directory of the build',
  summary:
    'A compiler, linker or generator wrote down the absolute path of a source or of its working directory.',
  looks:
    'absolute paths that end alike or begin where builds are made: debug data, `RPATH`, `__FILE__`, `.pc` files, source maps; zeros in `.dynstr`, as many as a cleared `RPATH` was long.',
  get remedies() {
    return [...pathRemedies, `cleared RPATH: ${clearedPathRemedy}`];
  },
  variations: ['build-path', 'temporary-directory'],
  endsAt: 'fixed',
  recognise(evidence) {
    const reading = readingOf(evidence);
    return (
      fromCanary(reading, 'build-path', ({ kind }) =>
        kind === 'temporary directory'
          ? {
              remedy:
                'Do not write names of temporary files into results; set `TMPDIR` to a fixed directory.',
            }
          : pathAdvice(reading),
      ) ??
      clearedPath(reading) ??
      ofPaths(reading)
    );
  },
};

/**
 * Two absolute paths. Likely: they end in the same two names or in the same long one, or begin where builds are
 * made; possible otherwise. Names that mktemp made belong to randomness.
 */
function ofPaths(reading: Reading): Recognition | undefined {
  let found: Recognition | undefined;
  for (const pair of pairsOf(reading, absolutePath, 256)) {
    if (hasOtherTemporary(pair)) continue;
    const installed = system.test(pair.a.text) && system.test(pair.b.text);
    const likely =
      (sameEnd(pair) && !installed) || (builds.test(pair.a.text) && builds.test(pair.b.text));
    if (!likely && found !== undefined) continue;
    found = {
      ...pathAdvice(reading),
      certainty: likely ? 'likely' : 'possible',
      ...valuesOf(reading, pair),
    };
    if (likely) break;
  }
  return found;
}

/** Whether names that mktemp made differ: the rest of both paths says nothing then. */
function hasOtherTemporary({ a, b }: MatchPair): boolean {
  const [inA, inB] = [a, b].map(({ text }) => temporaryName.exec(text)?.[0]);
  return inA !== undefined && inB !== undefined && inA !== inB;
}

/** Directories into which programs are installed. */
const system = /^\/(?:usr\/(?!src\/)|lib|bin\/|sbin\/|etc\/|dev\/|proc\/|sys\/)/;

/** Directories in which builds are made. */
const builds =
  /^\/(?:build|builds|home\/[^/]+|root|tmp|var\/tmp|usr\/src|workspace|Users\/[^/]+|github\/workspace|__w|srv|opt\/build|nix\/var|private\/var)\/./;

function sameEnd({ a, b }: MatchPair): boolean {
  const namesA = a.text.split('/').filter(Boolean);
  const namesB = b.text.split('/').filter(Boolean);
  // The same directories and another file name are two files, not two places.
  if (namesA.length === namesB.length && namesA.at(-1) !== namesB.at(-1)) return false;
  let same = 0;
  while (
    same < Math.min(namesA.length, namesB.length) &&
    namesA.at(-1 - same) === namesB.at(-1 - same)
  )
    same += 1;
  return same >= 2 || (same === 1 && (namesA.at(-1)?.length ?? 0) >= 6 && namesA.length >= 3);
}
