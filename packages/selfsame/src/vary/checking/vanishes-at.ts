import { causes as allCauses } from '../../compare/causes/causes.js';
import type { CauseName } from '../../compare/types.js';
import type { Dependence, Variation } from '../types.js';

export type Level = 'fixed' | 'virtual';

/** Kinds of bytes rather than of surroundings: that no level ends them says nothing. */
const kindsOfBytes: ReadonlySet<CauseName> = new Set([
  'unknown',
  'code',
  'text',
  'missing-file',
  'symbolic-link',
  'compression',
  'build-log',
  'consequence',
  'checksum',
  'order',
  'build-id',
  'permissions',
  'signature',
]);

export interface LevelQuestion {
  readonly dependence: Dependence;
  /** Causes found in the difference that are no consequences. */
  readonly causes: readonly CauseName[];
  /** Variations of the check that were used, by name. */
  readonly used: ReadonlyMap<string, Variation>;
  /** All there are, used or not. */
  readonly all: readonly Variation[];
  /** The builds with nothing varied were made as level `virtual` has it. */
  readonly virtual: boolean;
}

/**
 * The first level of determinism at which an artifact comes out the same, as far as builds have shown: each minimal set
 * needs a variation that the level holds constant, no further set may be open, and no cause may be one that the level
 * leaves. Builds with nothing varied are those of level `virtual`; that it is enough without the rest of `virtual` was
 * only shown if all that `fixed` leaves open was varied, and did not matter. Undefined: nothing is known.
 */
export function vanishesAt(question: LevelQuestion): Level | undefined {
  const { dependence, causes, used, all, virtual } = question;
  if (dependence.type !== 'with' || dependence.incomplete === true) return undefined;
  let level: Level = 'fixed';
  for (const set of dependence.sets) {
    const levels = set.map((name) => used.get(name)?.fixedAt);
    if (levels.includes('fixed')) continue;
    if (!levels.includes('virtual')) return undefined;
    level = 'virtual';
  }
  const broughtOut = new Set(
    dependence.sets
      .flatMap((set) => set.map((name) => used.get(name)))
      .flatMap((each) => (each?.fixedAt === undefined ? [] : each.causes)),
  );
  for (const name of causes) {
    const cause = allCauses.find((each) => each.name === name);
    if (cause === undefined || kindsOfBytes.has(name)) continue;
    // Without a variation that the level holds constant it does not show: that is more than what it is in general.
    if (broughtOut.has(name)) continue;
    if (cause.endsAt === undefined) return undefined;
    if (cause.endsAt === 'virtual') level = 'virtual';
  }
  const varied = all.every(
    ({ name, fixedAt, onRequest }) => fixedAt !== 'virtual' || onRequest === true || used.has(name),
  );
  if (level === 'fixed' && !varied) level = 'virtual';
  return level === 'virtual' && !virtual ? undefined : level;
}
