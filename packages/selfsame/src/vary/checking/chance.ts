import type { Doubt } from '../search/unconfirmed.js';
import type { LogsOfBuilds } from './provenance-of-builds.js';

/** Variations that change nothing but who runs when, and with how many others. */
const timing: ReadonlySet<string> = new Set([
  'delays',
  'jobs',
  'niceness',
  'cpu-count',
  'cpu-affinity',
]);

/**
 * How often it is to be seen what builds said, where something says that chance can have had a part: builds have shown
 * it, what is blamed is a matter of timing, or programs had threads or ran several at once. There are `confirm` more
 * builds with nothing varied; twice as many where something is blamed that the bytes do not show, and as many more of
 * that: what differs in every other build looks like the work of some variation in one search of twenty if there are but two more.
 * Undefined: nothing says so.
 */
export function doubtOf(
  confirm: number,
  seen: {
    /** Without those that the bytes show. */
    readonly blamed: readonly (readonly string[])[];
    /** Builds under the same conditions were not the same. */
    readonly chance: boolean;
    readonly logs: LogsOfBuilds;
  },
): Doubt | undefined {
  if (confirm === 0) return undefined;
  const { blamed, chance, logs } = seen;
  const isTiming = blamed.some((set) => set.some((name) => timing.has(name)));
  const atOnce = [...logs.logs.values()].some((log) => log.atOnce);
  if (!chance && !isTiming && !atOnce) return undefined;
  return { unvaried: 1 + confirm * (blamed.length > 0 ? 2 : 1), blamed: 1 + confirm };
}
