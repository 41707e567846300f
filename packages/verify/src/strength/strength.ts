// Specification: docs/strength.md "How is strength computed, and what does it mean?".

import type { RosterSigner } from '../roster/roster.js';
import { domainTable, UNKNOWN_VALUE, type DomainRules, type DomainTable } from './domains.js';
import { DEFAULT_NODE_BUDGET, smallestHittingSet } from './hitting-set.js';

/** One thing in a coalition that could forge a result. */
export interface CoalitionMember {
  /** `os:debian`, or `key:alice`. */
  readonly domain: string;
  readonly weight: number;
  /**
   * Other domains that would do instead of this one, for no more, whatever is chosen instead of the others.
   * Sorted.
   */
  readonly insteadOf: readonly string[];
  /** Signers of the result for whom whoever controls it can speak. Sorted. */
  readonly signers: readonly string[];
}

/** How much must be compromised to forge a result that these signers agree on. */
export interface Strength {
  /** No coalition below this weight can speak for all of them: proven. With weights of 1, a number of domains. */
  readonly atLeast: number;
  /** Whether `atLeast` is the exact number; false only when the budget was used up. */
  readonly isExact: boolean;
  /** A cheapest coalition (the cheapest found, when not exact), sorted by domain. Empty for no signers. */
  readonly coalition: readonly CoalitionMember[];
  /** What `coalition` weighs; equal to `atLeast` when exact. */
  readonly weight: number;
  /**
   * Attributes of which some of these signers have no known value, where the rules take those to be none
   * of the known ones. Sorted. An assumption, to be printed.
   */
  readonly assumedApart: readonly string[];
}

/**
 * The exact least weight of fault domains that touch every one of these signers (a minimum hitting set).
 *
 * Whoever controls fault domains of less weight than m can only speak for signers they touch, so that no
 * result forged this way has strength m: requiring strength m is a guarantee about the cost of forging.
 * Adding signers never lowers it, leaving some out never raises it.
 *
 * @param all the whole roster, which says what values there are
 */
export function strengthOf(
  signers: readonly RosterSigner[],
  rules: DomainRules,
  all: readonly RosterSigner[] = signers,
  nodeBudget: number = DEFAULT_NODE_BUDGET,
): Strength {
  const table = domainTable(signers, rules, all);
  const { rows, costs, columns } = hittingProblem(table);
  const found = smallestHittingSet({ rows, costs }, nodeBudget);
  const chosen = found.columns.flatMap((column) => columns[column] as readonly string[]);
  return {
    atLeast: found.lower,
    isExact: found.lower === found.cost,
    coalition: describeCoalition(chosen, table),
    weight: found.cost,
    assumedApart:
      rules.unknown === 'any'
        ? []
        : rules.domains.filter((name) => table.domains.includes(`${name}:${UNKNOWN_VALUE}`)),
  };
}

/**
 * Each group is a row. Its signers' keys together are a column of their own, left out when one domain of the
 * group costs no more and so always does as well.
 */
function hittingProblem({ domains, weights, groups, keyWeights }: DomainTable) {
  const columns: (readonly string[])[] = domains.map((domain) => [domain]);
  const costs = [...weights];
  const rows = groups.map((group) => {
    const keys = group.signers.reduce((sum, name) => sum + (keyWeights.get(name) ?? 1), 0);
    if (group.domains.some((domain) => (weights[domain] as number) <= keys)) return group.domains;
    columns.push(group.signers.map((name) => `key:${name}`));
    costs.push(keys);
    return [...group.domains, columns.length - 1];
  });
  return { rows, costs, columns };
}

/**
 * What each member is for, and what could take its place. Every signer is given to one member, so that
 * members can be replaced independently of each other: whatever is chosen for each, all signers are touched.
 */
function describeCoalition(
  chosen: readonly string[],
  table: DomainTable,
): readonly CoalitionMember[] {
  const touches = signersByDomain(table);
  const given = new Set<string>();
  return [...chosen].sort().map((domain) => {
    const { signers, weight } = touches.get(domain) as Touch;
    const own = [...signers].filter((name) => !given.has(name));
    for (const name of own) given.add(name);
    const insteadOf = [...touches]
      .filter(([other, touch]) => !chosen.includes(other) && touch.weight <= weight)
      .filter(([, touch]) => own.every((name) => touch.signers.has(name)))
      .map(([other]) => other);
    return { domain, weight, insteadOf: insteadOf.sort(), signers: [...signers].sort() };
  });
}

interface Touch {
  readonly signers: Set<string>;
  readonly weight: number;
}

/** Every domain, keys included, with the signers it touches. */
export function signersByDomain(table: DomainTable): ReadonlyMap<string, Touch> {
  const touches = new Map<string, Touch>(
    table.domains.map((domain, index) => [
      domain,
      { signers: new Set<string>(), weight: table.weights[index] as number },
    ]),
  );
  for (const { signers, domains } of table.groups) {
    for (const name of signers) {
      const weight = table.keyWeights.get(name) ?? 1;
      touches.set(`key:${name}`, { signers: new Set([name]), weight });
      for (const domain of domains) {
        touches.get(table.domains[domain] as string)?.signers.add(name);
      }
    }
  }
  return touches;
}
