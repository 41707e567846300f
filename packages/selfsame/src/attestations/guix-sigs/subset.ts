import type { VotedArtifact } from '@selfsame/verify';
import type { EvidenceNote, FiledVote } from '../format.js';

/**
 * Signers of guix.sigs sign twice: what they built (`noncodesigned`), and that together with what signatures of the
 * project were put into (`all`). All of the first must be in the second, with the same bits: otherwise one of the lists
 * is not about the same build. Only lists that one key validly signed, in one folder, are compared.
 *
 * @returns a warning for each pair of lists that contradict each other, in the order of the votes
 */
export function contradictingLists(votes: readonly FiledVote[]): readonly EvidenceNote[] {
  const listOf = new Map<string, readonly VotedArtifact[]>();
  const idOf = ({ vote, files: [path = ''] }: FiledVote, target: string): string =>
    JSON.stringify([path.slice(0, path.lastIndexOf('/')), vote.key, target]);
  const valid = votes.filter(({ vote }) => vote.signature === 'valid');
  for (const one of valid) listOf.set(idOf(one, one.vote.build.target), one.vote.artifacts);
  return valid.flatMap((one) => {
    const whole = listOf.get(idOf(one, 'all'));
    if (one.vote.build.target !== 'noncodesigned' || whole === undefined) return [];
    const known = new Set(whole.map(({ path, sha256 }) => `${sha256} ${path}`));
    const names = new Set(whole.map(({ path }) => path));
    const odd = one.vote.artifacts.filter(({ path, sha256 }) => !known.has(`${sha256} ${path}`));
    const [first, ...others] = odd;
    if (first === undefined) return [];
    const what = names.has(first.path) ? 'with other bits' : 'not at all';
    const more = others.length === 0 ? '' : ` (and ${others.length} more)`;
    const text = `the list "all" of the same signer has ${first.path} ${what}${more}: the two are not of one build`;
    return [{ path: one.files[0] ?? '', text, isWarning: true }];
  });
}
