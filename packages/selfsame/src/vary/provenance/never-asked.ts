import type { SourceName } from '../../sandbox/determinizer/sources.js';
import type { Variation } from '../types.js';
import type { Provenance } from './provenance.js';

/**
 * Sources of which every use is counted, whichever way it is made (docs/determinizer.md, "Log"). Of processors, memory
 * and names of the machine only calls are, not files of /proc and /sys; of the rest nothing.
 */
const counted: ReadonlySet<SourceName> = new Set([
  'clock',
  'fileTimes',
  'directoryOrder',
  'randomness',
  'statfs',
  'inodes',
  'timeStampCounter',
]);

/** Each program of the GNU C library asks for a random number once, and its loader reads this counter 8 times. */
const byEveryProgram: Readonly<Partial<Record<SourceName, number>>> = {
  randomness: 1,
  timeStampCounter: 8,
};

type Sources = Pick<Variation, 'sources'>;

/** No process of any of these builds asked for what the variation changes. False where that is not known. */
export function neverAsked({ sources }: Sources, builds: readonly Provenance[]): boolean {
  return askedAtMost(() => 0, sources, builds);
}

/** As `neverAsked`, but for what decides only what is tried first: C libraries' own uses are set aside. */
export function hardlyAsked({ sources }: Sources, builds: readonly Provenance[]): boolean {
  return askedAtMost((name, programs) => (byEveryProgram[name] ?? 0) * programs, sources, builds);
}

/** Every build is known to have used each of the sources no more often than that. */
function askedAtMost(
  times: (name: SourceName, programs: number) => number,
  sources: readonly SourceName[],
  builds: readonly Provenance[],
): boolean {
  return (
    builds.length > 0 &&
    sources.length > 0 &&
    builds.every(
      ({ complete, consumed, programs }) =>
        complete &&
        sources.every(
          (name) => counted.has(name) && (consumed[name] ?? 0) <= times(name, programs),
        ),
    )
  );
}
