import type { BuildName } from '../claim/result-claim.js';
import { canonicalJson } from '../json/canonical.js';
import { compareBytewise } from '../encoding/order.js';
import type { Envelope } from '../dsse/envelope.js';
import type { SignatureBudget } from '../dsse/verify.js';
import { checkPolicy, type Policy } from '../policy/policy.js';
import { collectClaims, type SignedClaim } from './collect-claims.js';
import type {
  ArtifactReason,
  ArtifactVerdict,
  Cluster,
  DefinitionVerdict,
  OtherClaim,
  Question,
  Verdict,
} from './verdict.js';

/**
 * The verdict of a policy over a pile of envelopes.
 *
 * Inputs are compared before outputs: claims on different build definitions never disagree, they are
 * about different things. Votes count per artifact, so a signer who built only some of the artifacts
 * counts for those. A signer counts once per result, whatever the number of keys, claims, envelopes or
 * key ids.
 *
 * The verdict depends on the set of claims and signatures alone (not on order or repetition), and a
 * cluster that has enough signers keeps them whatever else is added. So leaving out an attestation
 * never makes a cluster `enough`; it can remove dissent, which is why blocking on dissent is a help
 * against accidents and not a protection against someone who hides evidence.
 *
 * Throws `POLICY_*` for a policy that is not sound; never for anything in an envelope.
 */
export function judge(
  envelopes: readonly Envelope[],
  policy: Policy,
  question: Question = {},
  budget?: SignatureBudget,
): Verdict {
  checkPolicy(policy);
  const { claims, setAside } = collectClaims(envelopes, policy, budget);
  const groups = new Map<string, SignedClaim[]>();
  const otherBuilds: OtherClaim[] = [];
  const otherDefinitions: OtherClaim[] = [];
  for (const signed of claims) {
    const { build, definition } = signed.claim;
    if (question.build !== undefined && !sameBuild(build, question.build)) {
      otherBuilds.push(otherClaim(signed));
    } else if (question.definition !== undefined && definition !== question.definition) {
      otherDefinitions.push(otherClaim(signed));
    } else {
      const key = groupKey(build, definition);
      groups.set(key, [...(groups.get(key) ?? []), signed]);
    }
  }
  const definitions = [...groups.entries()]
    .sort(([a], [b]) => compareBytewise(a, b))
    .map(([, group]) => judgeDefinition(group, policy));
  return {
    accepted: accepts(definitions, policy),
    policy,
    definitions,
    otherDefinitions: otherDefinitions.sort(compareOther),
    otherBuilds: otherBuilds.sort(compareOther),
    setAside,
  };
}

const DISAGREEMENT: readonly ArtifactReason[] = ['contested', 'dissent', 'mismatch'];

function accepts(definitions: readonly DefinitionVerdict[], policy: Policy): boolean {
  if (!definitions.some((definition) => definition.accepted)) return false;
  if (policy.dissent === 'note') return true;
  const artifacts = definitions.flatMap((definition) => definition.artifacts);
  return !artifacts.some((artifact) => DISAGREEMENT.includes(artifact.reason));
}

function judgeDefinition(group: readonly SignedClaim[], policy: Policy): DefinitionVerdict {
  const first = group[0] as SignedClaim;
  // path → digest → who
  const votes = new Map<string, Map<string, { agree: Set<string>; differs: Set<string> }>>();
  for (const { claim, signers } of group) {
    for (const { path, sha256 } of claim.artifacts) {
      const digests = getOrAdd(votes, path, () => new Map());
      const vote = getOrAdd(digests, sha256, () => ({ agree: new Set(), differs: new Set() }));
      const side = claim.outcome === 'differs' ? vote.differs : vote.agree;
      for (const signer of signers) side.add(signer);
    }
  }
  const artifacts = [...votes.entries()]
    .sort(([a], [b]) => compareBytewise(a, b))
    .map(([path, digests]) => judgeArtifact(path, digests, policy));
  return {
    build: first.claim.build,
    definition: first.claim.definition,
    accepted: artifacts.every((artifact) => artifact.accepted),
    artifacts,
  };
}

type Votes = ReadonlyMap<
  string,
  { readonly agree: ReadonlySet<string>; readonly differs: ReadonlySet<string> }
>;

function judgeArtifact(path: string, votes: Votes, policy: Policy): ArtifactVerdict {
  const clusters = [...votes.keys()]
    .map((sha256) => cluster(sha256, votes, policy))
    .sort((a, b) => b.agree.length - a.agree.length || (a.sha256 < b.sha256 ? -1 : 1));
  const reason = artifactReason(clusters, policy);
  const accepted = reason === 'accepted';
  const sha256 = accepted ? clusters.find(({ enough }) => enough)?.sha256 : undefined;
  return { path, accepted, reason, sha256, clusters };
}

function artifactReason(clusters: readonly Cluster[], policy: Policy): ArtifactReason {
  const enough = clusters.filter((candidate) => candidate.enough);
  if (enough.length > 1) return 'contested';
  const [winner] = enough;
  if (winner !== undefined) {
    return winner.dissent.length > 0 && policy.dissent === 'block' ? 'dissent' : 'accepted';
  }
  if (clusters.length > 1) return 'mismatch';
  const agree = clusters[0]?.agree.length ?? 0;
  return agree >= policy.threshold ? 'required-missing' : 'too-few';
}

function cluster(sha256: string, votes: Votes, policy: Policy): Cluster {
  const own = votes.get(sha256);
  const agree = [...(own?.agree ?? [])].sort();
  const differs = [...(own?.differs ?? [])].sort();
  const dissent = new Set<string>();
  for (const [other, vote] of votes) {
    if (other === sha256) continue;
    for (const signer of [...vote.agree, ...vote.differs]) dissent.add(signer);
  }
  const heard = new Set([...agree, ...differs, ...dissent]);
  const requiredMissing = policy.required.filter((name) => !agree.includes(name)).sort();
  return {
    sha256,
    agree,
    differs,
    dissent: [...dissent].sort(),
    absent: policy.signers
      .map(({ name }) => name)
      .filter((name) => !heard.has(name))
      .sort(),
    requiredMissing,
    enough: agree.length >= policy.threshold && requiredMissing.length === 0,
  };
}

function otherClaim({ claim, signers }: SignedClaim): OtherClaim {
  return {
    build: claim.build,
    definition: claim.definition,
    outcome: claim.outcome,
    signers,
  };
}

function sameBuild(a: BuildName, b: BuildName): boolean {
  return a.project === b.project && a.version === b.version && a.target === b.target;
}

function groupKey({ project, version, target }: BuildName, definition: string): string {
  // Names hold no control characters, so that the line feed separates them without doubt.
  return [project, version, target, definition].join('\n');
}

function compareOther(a: OtherClaim, b: OtherClaim): number {
  return compareBytewise(canonicalJson(a), canonicalJson(b));
}

function getOrAdd<K, V>(map: Map<K, V>, key: K, make: () => V): V {
  let value = map.get(key);
  if (value === undefined) {
    value = make();
    map.set(key, value);
  }
  return value;
}
