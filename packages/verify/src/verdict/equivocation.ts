// Specification: docs/claims-and-verdicts.md "What a verdict says".

import type { Sha256Hex } from '../digest/sha256.js';
import type { KeyId } from '../roster/roster-key.js';
import type { CountedVote } from './count-votes.js';
import {
  INPUTS_IGNORED,
  INPUTS_NOT_STATED,
  type DefinitionVerdict,
  type Equivocation,
} from './verdict.js';

/**
 * Signers who claim two results for one path of a definition, from the votes on it. For signers whose votes
 * say what was built, one key with two results is a proof; anything less is only shown.
 */
export function findEquivocations(
  { build, definition, artifacts }: DefinitionVerdict,
  votes: readonly CountedVote[],
): readonly Equivocation[] {
  return artifacts.flatMap(({ path, clusters }) =>
    signersOfTwo(clusters).map((signer): Equivocation => {
      const results = resultsOf(signer, path, votes);
      const [first, ...others] = results;
      const isStated = definition !== INPUTS_NOT_STATED && definition !== INPUTS_IGNORED;
      const isOneKey = first?.keys.some((key) => others.some(({ keys }) => keys.includes(key)));
      const kind = isStated && isOneKey === true ? 'equivocation' : 'two-results';
      return { kind, signer, build, definition, path, results };
    }),
  );
}

function signersOfTwo(clusters: DefinitionVerdict['artifacts'][number]['clusters']): string[] {
  const seen = new Map<string, number>();
  for (const { agree, differs } of clusters) {
    for (const name of new Set([...agree, ...differs])) seen.set(name, (seen.get(name) ?? 0) + 1);
  }
  return [...seen].flatMap(([name, times]) => (times > 1 ? [name] : [])).sort();
}

function resultsOf(
  signer: string,
  path: string,
  votes: readonly CountedVote[],
): Equivocation['results'] {
  const results = new Map<Sha256Hex, { keys: Set<KeyId>; evidence: Set<Sha256Hex> }>();
  for (const { vote, signer: by } of votes) {
    if (by.name !== signer) continue;
    for (const artifact of vote.artifacts) {
      if (artifact.path !== path) continue;
      const found = results.get(artifact.sha256) ?? { keys: new Set(), evidence: new Set() };
      results.set(artifact.sha256, found);
      if (vote.key !== undefined) found.keys.add(vote.key);
      found.evidence.add(vote.evidence);
    }
  }
  return [...results]
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([sha256, { keys, evidence }]) => ({
      sha256,
      keys: [...keys].sort(),
      evidence: [...evidence].sort(),
    }));
}
