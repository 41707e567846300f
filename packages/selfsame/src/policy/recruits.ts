import { attributeValues, strengthOf } from '@selfsame/verify';
import type { DomainRules, RosterSigner, Strength } from '@selfsame/verify';

/** A signer who could be recruited: attribute → value. `NEW_VALUE` stands for one that nobody has yet. */
export type CandidateAttributes = Readonly<Record<string, string>>;

export const NEW_VALUE = '(new)';

export interface Recruit {
  readonly attributes: CandidateAttributes;
  /** Strength of everybody's agreement with this signer among them: proven. */
  readonly strength: number;
  /** By how much that is more than without. */
  readonly gain: number;
  /** How many of its values nobody in the roster has. */
  readonly newValues: number;
}

/** Most candidates that are made up when none are given. */
const MAX_CANDIDATES = 4096;
/** The name of a signer that is not there; no roster can give it. */
const CANDIDATE = '(candidate)';

/**
 * Which addition to these signers raises their strength most: candidates sorted by gain, of equal ones
 * those first that need the fewest values nobody has yet, then in the order given.
 */
export function rankRecruits(
  signers: readonly RosterSigner[],
  rules: DomainRules,
  candidates: readonly CandidateAttributes[] = candidateAttributes(signers, rules),
): { readonly now: Strength; readonly recruits: readonly Recruit[] } {
  const now = strengthOf(signers, rules);
  // Cheapest coalitions seen so far: a candidate that one of them touches adds nothing to what they weigh.
  const cheapest = [coalitionOf(now)];
  const recruits = candidates.map((attributes): Recruit => {
    const newValues = Object.values(attributes).filter((value) => value === NEW_VALUE).length;
    const touched = cheapest.some((coalition) => isTouched(attributes, rules, coalition));
    if (touched) return { attributes, strength: now.atLeast, gain: 0, newValues };
    const withIt = strengthOf([...signers, candidateSigner(attributes)], rules);
    const gain = Math.max(0, withIt.atLeast - now.atLeast);
    if (gain === 0) cheapest.push(coalitionOf(withIt));
    return { attributes, strength: now.atLeast + gain, gain, newValues };
  });
  return {
    now,
    recruits: recruits.sort((a, b) => b.gain - a.gain || a.newValues - b.newValues),
  };
}

/**
 * Candidates made of the values that the signers have, and one new value for each attribute. Where that
 * would be too many, only the rarest values, which add most.
 */
function candidateAttributes(
  signers: readonly RosterSigner[],
  rules: DomainRules,
): readonly CandidateAttributes[] {
  const names = rules.domains.filter((name) => !rules.assumedSound.includes(`${name}:*`));
  const most = Math.floor(MAX_CANDIDATES ** (1 / names.length));
  const choices = names.map((name) => {
    const counts = new Map<string, number>();
    for (const { attributes } of signers) {
      for (const value of attributeValues(attributes, name)) {
        counts.set(value, (counts.get(value) ?? 0) + 1);
      }
    }
    const rarest = [...counts].sort(([a, n], [b, m]) => n - m || (a < b ? -1 : 1));
    return [...rarest.map(([value]) => value).slice(0, Math.max(1, most - 1)), NEW_VALUE];
  });
  return names.reduce<readonly CandidateAttributes[]>(
    (list, name, index) =>
      list.flatMap((made) => (choices[index] ?? []).map((value) => ({ ...made, [name]: value }))),
    [{}],
  );
}

function candidateSigner(attributes: CandidateAttributes): RosterSigner {
  const known = Object.entries(attributes).map(([name, value]) => [name, [value]]);
  return {
    name: CANDIDATE,
    keys: [],
    attributes: Object.fromEntries(known) as RosterSigner['attributes'] & object,
  };
}

function coalitionOf({ coalition }: Strength): ReadonlySet<string> {
  return new Set(coalition.map(({ domain }) => domain));
}

function isTouched(
  attributes: CandidateAttributes,
  rules: DomainRules,
  coalition: ReadonlySet<string>,
): boolean {
  return rules.domains.some((name) => {
    const value = Object.hasOwn(attributes, name) ? attributes[name] : '?';
    return coalition.has(`${name}:${value}`);
  });
}
