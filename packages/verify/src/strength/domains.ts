// Specification: docs/strength.md "What it rests on".

import { compareBytewise } from '../encoding/order.js';
import type { RosterSigner } from '../roster/roster.js';

/**
 * What counts as one thing that can be compromised. A fault domain is written `attribute:value`
 * (`os:debian`); whoever controls it can speak for every signer that has it. Besides the attributes below,
 * every signer has its own domain `key:<name>`: its keys can always be stolen.
 */
export interface DomainRules {
  /** Attributes of the roster whose values are fault domains. Sorted, each once. */
  readonly domains: readonly string[];
  /**
   * Domains taken to be beyond compromise: `attribute:value`, or `attribute:*` for a whole attribute. They
   * are printed with every verdict. Keys are never among them.
   */
  readonly assumedSound: readonly string[];
  /**
   * What compromising a domain costs, as whole numbers from 1; 1 where nothing is said. Written like
   * `assumedSound`, and `key:*` or `key:<name>`; the exact name wins.
   */
  readonly weights: Readonly<Record<string, number>>;
  /**
   * What a value that the roster does not know stands for. `shared`: all unknown values of an attribute are
   * one domain, and none of the known ones (which is an assumption, and printed as one). `any`: it may also
   * be any of the known values, whichever is worst; leaving a value out of a roster then never adds strength.
   */
  readonly unknown: 'shared' | 'any';
}

/** Signers with exactly the same fault domains, apart from their keys. */
interface SignerGroup {
  /** Sorted. */
  readonly signers: readonly string[];
  /** Indexes into `domains` of the table, sorted. */
  readonly domains: readonly number[];
}

export interface DomainTable {
  /** `attribute:value`, sorted. Keys are not in it. */
  readonly domains: readonly string[];
  /** By domain. */
  readonly weights: readonly number[];
  /** Every signer is in one. Sorted by their first signer. */
  readonly groups: readonly SignerGroup[];
  /** By signer: what stealing its key costs. */
  readonly keyWeights: ReadonlyMap<string, number>;
}

/** The value that stands for all unknown ones of an attribute; no roster can give it. */
export const UNKNOWN_VALUE = '?';

/**
 * The fault domains of signers. Signers that differ in nothing but name and keys are put together, which
 * is what makes large rosters cheap. The table does not depend on the order of anything.
 *
 * @param all every signer of the roster, for `unknown: any`: what an unknown value could be
 */
export function domainTable(
  signers: readonly RosterSigner[],
  rules: DomainRules,
  all: readonly RosterSigner[] = signers,
): DomainTable {
  const known = new Map(rules.domains.map((name) => [name, knownValues(name, all)]));
  const groups = new Map<string, { names: string[]; domains: readonly string[] }>();
  const found = new Set<string>();
  const keyWeights = new Map<string, number>();
  for (const signer of signers) {
    if (keyWeights.has(signer.name)) continue;
    keyWeights.set(signer.name, weightOf(`key:${signer.name}`, rules.weights));
    const domains = rules.domains
      .flatMap((name) => valuesOf(signer, name, rules, known).map((value) => `${name}:${value}`))
      .filter((domain) => !isAssumedSound(domain, rules.assumedSound));
    const id = domains.sort(compareBytewise).join('\n');
    for (const domain of domains) found.add(domain);
    const group = groups.get(id);
    if (group === undefined) groups.set(id, { names: [signer.name], domains });
    else group.names.push(signer.name);
  }
  const sorted = [...found].sort(compareBytewise);
  const index = new Map(sorted.map((domain, place) => [domain, place]));
  return {
    domains: sorted,
    weights: sorted.map((domain) => weightOf(domain, rules.weights)),
    groups: [...groups.values()]
      .map(({ names, domains }) => ({
        signers: names.sort(compareBytewise),
        domains: domains.map((domain) => index.get(domain) as number),
      }))
      .sort((a, b) => compareBytewise(a.signers[0] ?? '', b.signers[0] ?? '')),
    keyWeights,
  };
}

function valuesOf(
  { attributes }: RosterSigner,
  attribute: string,
  { unknown }: DomainRules,
  known: ReadonlyMap<string, readonly string[]>,
): readonly string[] {
  const values = attributeValues(attributes, attribute);
  if (values.length > 0) return values;
  return unknown === 'shared' ? [UNKNOWN_VALUE] : [UNKNOWN_VALUE, ...(known.get(attribute) ?? [])];
}

/** The values of an attribute; none where the roster does not know it. */
export function attributeValues(
  attributes: RosterSigner['attributes'],
  name: string,
): readonly string[] {
  return attributes !== undefined && Object.hasOwn(attributes, name)
    ? (attributes[name] as readonly string[])
    : [];
}

function knownValues(name: string, signers: readonly RosterSigner[]): readonly string[] {
  return [...new Set(signers.flatMap(({ attributes }) => attributeValues(attributes, name)))];
}

function isAssumedSound(domain: string, assumed: readonly string[]): boolean {
  return assumed.includes(domain) || assumed.includes(wholeAttribute(domain));
}

function weightOf(domain: string, weights: DomainRules['weights']): number {
  for (const name of [domain, wholeAttribute(domain)]) {
    if (Object.hasOwn(weights, name)) return weights[name] as number;
  }
  return 1;
}

function wholeAttribute(domain: string): string {
  return `${domain.slice(0, domain.indexOf(':'))}:*`;
}
