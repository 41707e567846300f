import { sha256Hex, type BuildName, type PrivateKey } from '@selfsame/verify';
import { SelfsameError } from '../errors/selfsame-error.js';
import type { Sha256 } from '../store/types.js';
import { writeAttestation, type WriteOutcome } from './attestation-folder.js';
import { verifyArtifacts, type BuiltResult } from './built-result.js';
import type { Artifact } from './definition.js';
import { claimOf, signClaim } from './result-claim.js';

/** One signature that was written, or was there already. */
export interface SignedResult {
  readonly key: string;
  readonly build: BuildName;
  /** Build id. */
  readonly definition: Sha256;
  /** sha256 of the bytes that were signed: equal for all who got the same. */
  readonly payload: Sha256;
  readonly artifacts: readonly Artifact[];
  /** Relative to the attestations folder. */
  readonly path: string;
  readonly outcome: WriteOutcome;
}

/**
 * Signs results into an attestations folder. The bytes of all artifacts are hashed again first, and
 * nothing is signed unless all of them are as they were built.
 *
 * Throws `ARTIFACT_CHANGED`, `CLAIM_MISMATCH`, `CLAIM_NAME`, `ATTESTATION_WRITE`.
 */
export async function signResults(
  results: readonly BuiltResult[],
  key: PrivateKey,
  folder: string,
  signal?: AbortSignal,
): Promise<readonly SignedResult[]> {
  const envelopes = [];
  for (const result of results) {
    await verifyArtifacts(result, signal);
    const claim = claimOf(result, 'built');
    envelopes.push({ result, claim, envelope: signClaim(claim, key) });
  }
  const signed: SignedResult[] = [];
  for (const { result, claim, envelope } of envelopes) {
    const { path, outcome } = await writeAttestation(folder, claim.build, envelope).catch(
      (cause: unknown) => {
        if (cause instanceof SelfsameError) throw cause;
        const code = (cause as NodeJS.ErrnoException).code ?? String(cause);
        throw new SelfsameError('ATTESTATION_WRITE', `cannot write below ${folder}: ${code}`, {
          hint: 'name a directory you can write to with --out DIR',
          cause,
        });
      },
    );
    signed.push({
      key: result.key,
      build: claim.build,
      definition: claim.definition,
      payload: sha256Hex(envelope.payload),
      artifacts: result.artifacts,
      path,
      outcome,
    });
  }
  return signed;
}
