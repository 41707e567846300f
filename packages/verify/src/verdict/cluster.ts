// Specification: docs/claims-and-verdicts.md "What a verdict says", docs/policies.md "Ask for strength".

import type { Sha256Hex } from '../digest/sha256.js';
import { signersMeeting, type Policy } from '../policy/policy.js';
import { attributeValues } from '../strength/domains.js';
import { smallestHittingSet } from '../strength/hitting-set.js';
import { strengthOf, type Strength } from '../strength/strength.js';
import type { ArtifactReason, Cluster } from './verdict.js';

/** Who got which bits for one path: digest → signers. */
export type PathVotes = ReadonlyMap<
  Sha256Hex,
  { readonly agree: ReadonlySet<string>; readonly differs: ReadonlySet<string> }
>;

/** Holds a set of agreeing signers against the rules of a policy; the same set is only computed once. */
export class Rules {
  readonly #policy: Policy;
  readonly #strengths = new Map<string, Strength>();

  constructor(policy: Policy) {
    this.#policy = policy;
  }

  /** The clusters of one path, most agreeing signers first. */
  clusters(votes: PathVotes): readonly Cluster[] {
    return [...votes.keys()]
      .map((sha256) => this.#cluster(sha256, votes))
      .sort((a, b) => b.agree.length - a.agree.length || (a.sha256 < b.sha256 ? -1 : 1));
  }

  #cluster(sha256: Sha256Hex, votes: PathVotes): Cluster {
    const own = votes.get(sha256);
    const agree = [...(own?.agree ?? [])].sort();
    const differs = [...(own?.differs ?? [])].sort();
    const dissent = new Set<string>();
    for (const [other, vote] of votes) {
      if (other === sha256) continue;
      for (const signer of [...vote.agree, ...vote.differs]) dissent.add(signer);
    }
    const heard = new Set([...agree, ...differs, ...dissent]);
    const names = this.#policy.signers.map(({ name }) => name);
    const cluster = {
      sha256,
      agree,
      differs,
      dissent: [...dissent].sort(),
      absent: names.filter((name) => !heard.has(name)).sort(),
      requiredMissing: this.#requiredMissing(agree),
      strength: this.#strength(agree),
      notDistinct: this.#notDistinct(agree),
    };
    return { ...cluster, enough: unmetRule(cluster, this.#policy) === undefined };
  }

  #requiredMissing(agree: readonly string[]): readonly string[] {
    const { required, signers } = this.#policy;
    return required
      .filter((need) => !signersMeeting(need, signers).some((name) => agree.includes(name)))
      .sort();
  }

  #strength(agree: readonly string[]): Strength | undefined {
    const { strength, signers } = this.#policy;
    if (strength === undefined) return undefined;
    const id = agree.join(' ');
    let found = this.#strengths.get(id);
    if (found === undefined) {
      const agreeing = signers.filter(({ name }) => agree.includes(name));
      found = strengthOf(agreeing, strength, signers);
      this.#strengths.set(id, found);
    }
    return found;
  }

  #notDistinct(agree: readonly string[]): Cluster['notDistinct'] {
    return this.#policy.distinct
      .map((rule) => ({ ...rule, found: this.#distinctValues(agree, rule.attribute) }))
      .filter(({ found, atLeast }) => found < atLeast)
      .map(({ attribute, found, atLeast }) => ({ attribute, found, atLeast }));
  }

  /**
   * How many different values there are: of signers with several, as few as it takes to touch each of them.
   * Signers whose value is not known do not add any.
   */
  #distinctValues(agree: readonly string[], attribute: string): number {
    const lists = this.#policy.signers
      .filter(({ name }) => agree.includes(name))
      .map(({ attributes }) => attributeValues(attributes, attribute))
      .filter((values) => values.length > 0);
    const values = [...new Set(lists.flat())].sort();
    const rows = lists.map((list) => list.map((value) => values.indexOf(value)));
    return smallestHittingSet({ rows, costs: values.map(() => 1) }).lower;
  }
}

/** The first rule that those who agree do not meet; undefined when they meet all. */
export function unmetRule(
  cluster: Pick<Cluster, 'agree' | 'requiredMissing' | 'notDistinct' | 'strength'>,
  policy: Policy,
):
  | Extract<ArtifactReason, 'too-few' | 'required-missing' | 'not-distinct' | 'too-weak'>
  | undefined {
  if (cluster.agree.length < policy.threshold) return 'too-few';
  if (cluster.requiredMissing.length > 0) return 'required-missing';
  if (cluster.notDistinct.length > 0) return 'not-distinct';
  if (policy.strength === undefined) return undefined;
  const atLeast = cluster.strength?.atLeast ?? 0;
  return atLeast < policy.strength.atLeast ? 'too-weak' : undefined;
}

/** Whether enough of the signers who may block claim other bits. */
export function isBlocked(
  cluster: Cluster,
  { dissent, blockers, blockAt, signers }: Policy,
): boolean {
  if (dissent === 'note') return false;
  const may = blockers?.flatMap((who) => signersMeeting(who, signers));
  const blocking = cluster.dissent.filter((name) => may === undefined || may.includes(name));
  return blocking.length >= blockAt;
}
