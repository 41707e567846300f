// Specification: docs/claims-and-verdicts.md "Files you have".

import type { BuildName } from '../claim/result-claim.js';
import type { Sha256Hex } from '../digest/sha256.js';
import type { PolicyException } from '../policy/policy.js';
import { currentExceptions } from './judge-votes.js';
import type { ArtifactVerdict, Verdict } from './verdict.js';

/** Where a verdict speaks of a file. */
export interface FileMatch {
  readonly build: BuildName;
  readonly definition: Sha256Hex;
  readonly artifact: ArtifactVerdict;
}

export type FileVerdict =
  /** The policy accepts exactly these bytes, as this artifact. */
  | { readonly result: 'accepted'; readonly match: FileMatch }
  /** The policy makes an exception for exactly these bits, whatever signers say. */
  | { readonly result: 'excepted'; readonly exception: PolicyException }
  /** Trusted signers name exactly these bytes, but the policy does not accept them. */
  | { readonly result: 'refused'; readonly match: FileMatch }
  /** Trusted signers name an artifact of this file name with other bytes only. */
  | { readonly result: 'other-bytes'; readonly match: FileMatch }
  /** No trusted signer names these bytes or this file name. */
  | { readonly result: 'unknown' };

/**
 * Whether a verdict accepts exactly the bytes with this digest. Bytes decide, names never do: the name
 * only finds what the bytes should have been.
 *
 * @param name last part of the file's path.
 */
export function judgeFile(verdict: Verdict, sha256: Sha256Hex, name: string): FileVerdict {
  const matches: FileMatch[] = verdict.definitions.flatMap(({ build, definition, artifacts }) =>
    artifacts.map((artifact) => ({ build, definition, artifact })),
  );
  const accepted = matches.find(
    ({ artifact }) => artifact.reason === 'accepted' && artifact.sha256 === sha256,
  );
  if (accepted !== undefined) return { result: 'accepted', match: accepted };
  const exception = currentExceptions(verdict.policy, verdict.at).get(sha256);
  if (exception !== undefined) return { result: 'excepted', exception };
  const refused = matches.find(({ artifact }) =>
    artifact.clusters.some((candidate) => candidate.sha256 === sha256),
  );
  if (refused !== undefined) return { result: 'refused', match: refused };
  const named = matches.filter(({ artifact }) => artifact.path.split('/').at(-1) === name);
  const other = named.find(({ artifact }) => artifact.accepted) ?? named[0];
  return other === undefined ? { result: 'unknown' } : { result: 'other-bytes', match: other };
}
