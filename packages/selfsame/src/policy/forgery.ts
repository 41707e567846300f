import { domainTable, signersByDomain } from '@selfsame/verify';
import type { DomainRules, RosterSigner } from '@selfsame/verify';

/** What a forged result needs: votes of so many signers, each of these groups represented among them. */
export interface ForgeryDemand {
  readonly signers: number;
  /** For each demand, the signers of whom at least one must have voted: one name, or all with a role. */
  readonly oneOf: readonly (readonly string[])[];
}

export interface Forgery {
  /** No coalition of less weight can speak for enough signers: proven. Infinity when nobody can. */
  readonly atLeast: number;
  readonly isExact: boolean;
  /** Domains of a coalition that can, the cheapest found. Sorted. */
  readonly coalition: readonly string[];
  readonly weight: number;
  /** For whom that coalition speaks. Sorted. */
  readonly signers: readonly string[];
}

const NODE_BUDGET = 50_000;

/**
 * The cheapest coalition of a whole roster that can speak for enough signers to forge *some* result under a
 * rule of so many signers (a minimum partial cover): what a plain "k of n" is worth. Each combination of
 * shared domains is completed with the cheapest single keys; combinations that can not get better are cut.
 *
 * @param nodeBudget combinations looked at before only a bound is given
 */
export function cheapestForgery(
  signers: readonly RosterSigner[],
  rules: DomainRules,
  demand: ForgeryDemand,
  nodeBudget: number = NODE_BUDGET,
): Forgery {
  const touches = signersByDomain(domainTable(signers, rules));
  const names = [...new Set(signers.map(({ name }) => name))].sort();
  const keyWeight = (name: string): number => touches.get(`key:${name}`)?.weight ?? 1;
  const byPrice = [...names].sort((a, b) => keyWeight(a) - keyWeight(b));
  const shared = [...touches]
    .map(([domain, touch]) => ({ domain, ...touch }))
    // What is no cheaper than the keys of those it touches is not needed; no key is cheaper than itself.
    .filter(({ signers: its, weight }) => sum([...its].map(keyWeight)) > weight)
    .sort((a, b) => b.signers.size - a.signers.size);
  // Keys that nobody can do without come first: they may be what a larger group asks for, too.
  const oneOf = [...demand.oneOf].sort((a, b) => a.length - b.length);

  /** The keys that complete what is touched; `least` is a lower bound on what any completion with keys costs. */
  const complete = (touched: ReadonlyMap<string, number>) => {
    const keys = new Set<string>();
    let single = 0;
    let dearest = 0;
    for (const group of oneOf) {
      if (group.some((name) => touched.has(name) || keys.has(name))) continue;
      const [cheapest] = byPrice.filter((name) => group.includes(name));
      if (cheapest === undefined) return { keys, least: Infinity };
      if (group.length === 1) single += keyWeight(cheapest);
      // One key may be in several groups, so that only the dearest of them is certain.
      else dearest = Math.max(dearest, keyWeight(cheapest));
      keys.add(cheapest);
    }
    const spare = byPrice.filter((name) => !touched.has(name));
    const missing = demand.signers - touched.size;
    if (missing > spare.length) return { keys, least: Infinity };
    const cheapest = sum(spare.slice(0, Math.max(0, missing)).map(keyWeight));
    const least = Math.max(single + dearest, cheapest);
    for (const name of spare) if (keys.size < missing) keys.add(name);
    return { keys, least };
  };

  let atLeast = Infinity;
  let best: { weight: number; coalition: readonly string[] } = { weight: Infinity, coalition: [] };
  let nodes = 0;
  const touched = new Map<string, number>();
  const chosen: string[] = [];
  const visit = (from: number, weight: number): void => {
    nodes += 1;
    const { keys, least } = complete(touched);
    atLeast = Math.min(atLeast, weight + least);
    const whole = weight + (least === Infinity ? Infinity : sum([...keys].map(keyWeight)));
    if (whole < best.weight) {
      best = { weight: whole, coalition: [...chosen, ...[...keys].map((name) => `key:${name}`)] };
    }
    for (let index = from; index < shared.length && nodes < nodeBudget; index += 1) {
      const { domain, signers: its, weight: price } = shared[index] as (typeof shared)[number];
      // Those that follow touch no more signers than this one, so that one cut ends the loop.
      if (weight + 1 + cheapestRest(touched.size + its.size) >= best.weight) break;
      if (weight + price >= best.weight) continue;
      chosen.push(domain);
      for (const name of its) touched.set(name, (touched.get(name) ?? 0) + 1);
      visit(index + 1, weight + price);
      for (const name of its) {
        const left = (touched.get(name) as number) - 1;
        if (left === 0) touched.delete(name);
        else touched.set(name, left);
      }
      chosen.pop();
    }
  };
  /** What is still missing when so many are touched, at the best rate there is. */
  const rate = Math.max(
    1 / keyWeight(byPrice[0] ?? ''),
    ...shared.map(({ signers: its, weight }) => its.size / weight),
  );
  const cheapestRest = (count: number): number =>
    Math.ceil(Math.max(0, demand.signers - count) / rate);
  visit(0, 0);
  const bound = nodes < nodeBudget ? atLeast : Math.min(atLeast, cheapestRest(0));
  const speaksFor = new Set(
    best.coalition.flatMap((domain) => [...(touches.get(domain)?.signers ?? [])]),
  );
  return {
    atLeast: bound,
    isExact: bound === best.weight,
    coalition: [...best.coalition].sort(),
    weight: best.weight,
    signers: [...speaksFor].sort(),
  };
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((total, number) => total + number, 0);
}
