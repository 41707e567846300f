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
 * How often it is to be seen what builds said: `confirm` more builds with nothing varied, and one more of each set that is
 * blamed, where something says that chance can have had a part: builds have shown it, what is blamed is a matter of
 * timing, or programs had threads or ran several at once. Undefined: nothing does.
 */
export function doubtOf(
  confirm: number,
  seen: {
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
  return chance || isTiming || atOnce ? { unvaried: 1 + confirm, blamed: 2 } : undefined;
}
