import { notAlways } from './evidence.js';
import type { Answers } from './evidence.js';
import { bySize, contains, members, none, single, without } from './subset.js';
import type { Subset } from './subset.js';

/**
 * The minimal sets that builds have proved: one with the set said yes, and one without each of its members said no.
 * For a set of one that last build is any which said no. Smallest first; none contains another.
 */
export function provedMinimalSets(answers: Answers): Subset[] {
  const { exact } = answers;
  const emptySaysNo = notAlways(answers);
  const proved = [...exact]
    .filter(([set, yes]) => yes && set !== none)
    .map(([set]) => set)
    .filter((set) =>
      members(set).every((index) => {
        const rest = without(set, single(index));
        return rest === none ? emptySaysNo : exact.get(rest) === false;
      }),
    )
    .sort(bySize);
  return proved.filter(
    (set, index) => !proved.slice(0, index).some((smaller) => contains(set, smaller)),
  );
}

/** More sets than these are not followed up: the search would outlast any budget. */
const mostHittingSets = 512;

/** The minimal sets that have a member in common with each of `sets`, smallest first; of no sets: the empty one. */
export function minimalHittingSets(sets: readonly Subset[]): Subset[] {
  let hitting: Subset[] = [none];
  for (const set of sets) {
    const next = new Set<Subset>();
    for (const each of hitting) {
      if ((each & set) !== none) next.add(each);
      else for (const index of members(set)) next.add(each | single(index));
    }
    const sorted = [...next].sort(bySize);
    hitting = sorted
      .filter((each, at) => !sorted.slice(0, at).some((smaller) => contains(each, smaller)))
      .slice(0, mostHittingSets);
  }
  return hitting;
}
