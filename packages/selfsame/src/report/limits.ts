import type { ArtifactReport, CheckReport } from '../vary/types.js';
import { visible } from './visible.js';
import { count, listed } from './words.js';

/** What is to be known of builds, once for all of which it is true: `build-2 and build-5: …`. */
export function buildNotes({ builds }: CheckReport): string[] {
  const notes = new Map<string, string[]>();
  for (const build of builds) {
    for (const note of build.notes) notes.set(note, [...(notes.get(note) ?? []), build.id]);
  }
  return [...notes].map(([note, ids]) => {
    const which =
      ids.length === builds.length ? 'all' : listed(ids.slice(0, 5).map((id) => visible(id, 60)));
    const more = ids.length < builds.length && ids.length > 5 ? ` and ${ids.length - 5} more` : '';
    return `${which}${more}: ${visible(note, 300)}`;
  });
}

/** At which level an artifact comes out the same; of a recipe, whether its own does it already. */
export function levelWords(
  vanishesAt: NonNullable<ArtifactReport['vanishesAt']>,
  level: CheckReport['level'],
): string {
  // What the recipe's own level holds constant was varied all the same.
  return level === vanishesAt || level === 'virtual'
    ? `the same in selfsame build: the recipe's level is ${level}`
    : `the same at determinism level ${vanishesAt}`;
}

/** A race is told of that would be missed in at least as many of all checks. */
const oftenMissed = 0.01;

/**
 * How much it says of chance that all builds were the same; undefined where something differs. What comes out another way
 * in one of k builds is missed by n of them in (1 - 1/k)^n of all checks, or in a few more: told is the smallest k, of 10, 100 and 1000, of
 * which that is still likely.
 */
function chanceWords({ verdict, builds }: CheckReport): string | undefined {
  const number = builds.filter(({ outcome }) => outcome.type === 'built').length;
  if (verdict !== 'reproducible' || number < 2) return undefined;
  const rarity = [10, 100].find((k) => (1 - 1 / k) ** number >= oftenMissed) ?? 1000;
  const missed = Math.round((1 - 1 / rarity) ** number * 100);
  return (
    `chance: what comes out another way in one of ${rarity} builds, as a race may, is missed by ${count(number, 'build')} ` +
    `in ${Math.min(99, missed)} of 100 checks; --vary none --runs 50 looks for longer`
  );
}

/** What is not covered, and what chance leaves open: things that nobody can vary. */
export function limitsOfCheck(report: CheckReport): readonly string[] {
  const chance = chanceWords(report);
  return chance === undefined ? report.notCovered : [...report.notCovered, chance];
}
