// Specification: docs/claims-and-verdicts.md "What a verdict says".

import type { Sha256Hex } from '../digest/sha256.js';
import { compareBytewise } from '../encoding/order.js';
import { checkPolicy } from '../policy/check-policy.js';
import type { Policy, PolicyException } from '../policy/policy.js';
import type { KeyId } from '../roster/roster-key.js';
import { isBlocked, Rules, unmetRule, type PathVotes } from './cluster.js';
import { checkCompleteness } from './completeness.js';
import { countVotes, type CountedVote } from './count-votes.js';
import { findEquivocations } from './equivocation.js';
import { otherClaims, sameBuild } from './other-claims.js';
import {
  INPUTS_IGNORED,
  INPUTS_NOT_STATED,
  type ArtifactReason,
  type ArtifactVerdict,
  type Cluster,
  type DefinitionVerdict,
  type Question,
  type Verdict,
} from './verdict.js';
import type { Vote } from './vote.js';

/**
 * The verdict of a policy over votes, whatever formats they came in.
 *
 * Inputs are compared before outputs: votes on different inputs never disagree, they are about different
 * things. Votes count per artifact, so a signer who built only some of the artifacts counts for those. A
 * signer counts once per result, whatever the number of keys, votes, copies or key ids.
 *
 * The verdict depends on the set of votes alone (not on order or repetition), and a cluster that has `enough`
 * keeps it whatever else is added: leaving out a vote never makes bits meet the rules. It can remove
 * dissent; a policy with `log.complete` refuses when anything that the log lists was left out, and then
 * ignoring a vote never turns a refusal into an acceptance, for no reason at all.
 *
 * Throws `POLICY_*` for a policy that is not sound; never for anything in a vote.
 */
export function judgeVotes(
  votes: readonly Vote[],
  policy: Policy,
  question: Question = {},
): Omit<Verdict, 'setAside'> {
  checkPolicy(policy);
  const { at, complete: list } = question;
  const completeness =
    policy.log?.complete === true
      ? checkCompleteness(votes, list, policy.log, keysOf(policy), question)
      : undefined;
  // A list that can not be believed says nothing about single votes: they are shown, and refused together.
  const isListed = completeness?.state === 'complete' || completeness?.state === 'withheld';
  const { counted, notCounted } = countVotes(votes, policy, at, isListed ? list : undefined);
  const { groups, otherBuilds, otherDefinitions } = partByQuestion(counted, policy, question);
  const context: Context = {
    policy,
    rules: new Rules(policy),
    isIncomplete: completeness !== undefined && completeness.state !== 'complete',
    exceptions: currentExceptions(policy, at),
  };
  const sorted = [...groups.entries()].sort(([a], [b]) => compareBytewise(a, b));
  const definitions = sorted.map(([, group]) => judgeDefinition(group, context));
  return {
    accepted: accepts(definitions, policy),
    policy,
    at,
    definitions,
    otherDefinitions: otherClaims(otherDefinitions),
    otherBuilds: otherClaims(otherBuilds),
    equivocations: sorted.flatMap(([, group], index) =>
      findEquivocations(definitions[index] as DefinitionVerdict, group),
    ),
    notCounted,
    completeness,
  };
}

function keysOf({ signers }: Policy): ReadonlySet<KeyId> {
  return new Set(signers.flatMap(({ keys }) => keys.map(({ id }) => id)));
}

interface Context {
  readonly policy: Policy;
  readonly rules: Rules;
  readonly isIncomplete: boolean;
  readonly exceptions: ReadonlyMap<Sha256Hex, PolicyException>;
}

function partByQuestion(
  counted: readonly CountedVote[],
  policy: Policy,
  question: Question,
): {
  readonly groups: ReadonlyMap<string, readonly CountedVote[]>;
  readonly otherBuilds: readonly CountedVote[];
  readonly otherDefinitions: readonly CountedVote[];
} {
  const groups = new Map<string, CountedVote[]>();
  const otherBuilds: CountedVote[] = [];
  const otherDefinitions: CountedVote[] = [];
  for (const one of counted) {
    const { build, inputs } = one.vote;
    if (question.build !== undefined && !sameBuild(build, question.build)) {
      otherBuilds.push(one);
    } else if (question.definition !== undefined && inputs !== question.definition) {
      otherDefinitions.push(one);
    } else {
      // Names hold no control characters, so that the line feed separates them without doubt.
      const { project, version, target } = build;
      const key = [project, version, target, inputsOf(one, policy)].join('\n');
      const group = groups.get(key);
      if (group === undefined) groups.set(key, [one]);
      else group.push(one);
    }
  }
  return { groups, otherBuilds, otherDefinitions };
}

function inputsOf({ vote }: CountedVote, { inputs }: Policy): string {
  return inputs === 'ignore' ? INPUTS_IGNORED : (vote.inputs ?? INPUTS_NOT_STATED);
}

const DISAGREEMENT: readonly ArtifactReason[] = ['contested', 'dissent', 'mismatch'];

function accepts(definitions: readonly DefinitionVerdict[], policy: Policy): boolean {
  if (!definitions.some((definition) => definition.accepted)) return false;
  if (policy.dissent === 'note') return true;
  // Where only some may block, a mismatch among others on another definition is none of theirs.
  const blocking = policy.blockers === undefined ? DISAGREEMENT : DISAGREEMENT.slice(0, 2);
  const artifacts = definitions.flatMap((definition) => definition.artifacts);
  return !artifacts.some((artifact) => blocking.includes(artifact.reason));
}

function judgeDefinition(group: readonly CountedVote[], context: Context): DefinitionVerdict {
  const first = group[0] as CountedVote;
  const artifacts = [...votesByPath(group).entries()]
    .sort(([a], [b]) => compareBytewise(a, b))
    .map(([path, votes]) => judgeArtifact(path, votes, context));
  return {
    build: first.vote.build,
    definition: inputsOf(first, context.policy),
    // Whoever leaves votes out could leave out artifacts: then not even exceptions make a whole.
    accepted: !context.isIncomplete && artifacts.every((artifact) => artifact.accepted),
    artifacts,
  };
}

/** path → digest → who. */
function votesByPath(group: readonly CountedVote[]): ReadonlyMap<string, PathVotes> {
  const votes = new Map<string, Map<string, { agree: Set<string>; differs: Set<string> }>>();
  for (const { vote, signer } of group) {
    for (const { path, sha256 } of vote.artifacts) {
      const digests = getOrAdd(votes, path, () => new Map());
      const side = getOrAdd(digests, sha256, () => ({ agree: new Set(), differs: new Set() }));
      side[vote.outcome === 'differs' ? 'differs' : 'agree'].add(signer.name);
    }
  }
  return votes;
}

function judgeArtifact(path: string, votes: PathVotes, context: Context): ArtifactVerdict {
  const clusters = context.rules.clusters(votes);
  const excepted = clusters.flatMap(({ sha256 }) => context.exceptions.get(sha256) ?? []);
  const [exception] = excepted;
  // Two exceptions for one name would leave it open which bits are meant.
  if (exception !== undefined && excepted.length === 1) {
    return {
      path,
      accepted: true,
      reason: 'excepted',
      sha256: exception.sha256,
      clusters,
      exception,
    };
  }
  const reason = artifactReason(clusters, context);
  const accepted = reason === 'accepted';
  const sha256 = accepted ? clusters.find(({ enough }) => enough)?.sha256 : undefined;
  return { path, accepted, reason, sha256, clusters };
}

function artifactReason(
  clusters: readonly Cluster[],
  { policy, isIncomplete }: Context,
): ArtifactReason {
  if (isIncomplete) return 'incomplete';
  const enough = clusters.filter((candidate) => candidate.enough);
  if (enough.length > 1) return 'contested';
  const [winner] = enough;
  if (winner !== undefined) return isBlocked(winner, policy) ? 'dissent' : 'accepted';
  if (clusters.length > 1) return 'mismatch';
  return unmetRule(clusters[0] as Cluster, policy) ?? 'too-few';
}

/** Exceptions that hold at this time; without a time none does. */
export function currentExceptions(
  { exceptions }: Policy,
  at: number | undefined,
): ReadonlyMap<Sha256Hex, PolicyException> {
  const current = exceptions.filter(({ until }) => at !== undefined && at < until);
  return new Map(current.map((exception) => [exception.sha256, exception]));
}

function getOrAdd<K, V>(map: Map<K, V>, key: K, make: () => V): V {
  let value = map.get(key);
  if (value === undefined) {
    value = make();
    map.set(key, value);
  }
  return value;
}
