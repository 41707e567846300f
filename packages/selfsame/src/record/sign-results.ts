import {
  sha256Hex,
  STATEMENT_PAYLOAD_TYPE,
  type BuildName,
  type Envelope,
  type ResultClaim,
} from '@selfsame/verify';
import { SelfsameError } from '../errors/selfsame-error.js';
import { signEnvelope } from '../signing/envelope.js';
import type { PrivateKey } from '../signing/private-key.js';
import type { Sha256 } from '../store/types.js';
import { writeAttestation, writeProvenance } from './attestation-folder.js';
import { verifyArtifacts, type BuiltResult } from './built-result.js';
import { writeDefinition } from './definition-file.js';
import type { Artifact } from './definition.js';
import type { WriteOutcome } from './folder-file.js';
import { provenanceProblem } from './provenance.js';
import { claimOf, signClaim } from './result-claim.js';

/** One signature that was written, or was there already, and the evidence beside it. */
export interface SignedResult {
  readonly key: string;
  readonly build: BuildName;
  /** Build id. */
  readonly definition: Sha256;
  /** sha256 of the bytes that were signed: equal for all who got the same. */
  readonly payload: Sha256;
  readonly artifacts: readonly Artifact[];
  /** Relative to the attestations folder, as all paths here. */
  readonly path: string;
  readonly outcome: WriteOutcome;
  readonly definitionPath: string;
  /** Undefined when there is no provenance to sign. */
  readonly provenancePath: string | undefined;
  /** In words, why there is none. */
  readonly provenanceProblem: string | undefined;
}

/**
 * Signs results into an attestations folder: for each a claim, its build definition, and its provenance
 * if it has one that is about this result. The bytes of all artifacts are hashed again first, and nothing
 * is signed unless all of them are as they were built.
 *
 * Throws `ARTIFACT_CHANGED`, `CLAIM_MISMATCH`, `CLAIM_NAME`, `ATTESTATION_WRITE`.
 */
export async function signResults(
  results: readonly BuiltResult[],
  key: PrivateKey,
  folder: string,
  signal?: AbortSignal,
): Promise<readonly SignedResult[]> {
  const ready: ReadyResult[] = [];
  for (const result of results) {
    await verifyArtifacts(result, signal);
    const claim = claimOf(result, 'built');
    ready.push({ result, claim, envelope: signClaim(claim, key) });
  }
  const signed: SignedResult[] = [];
  for (const one of ready) {
    signed.push(
      await write(one, key, folder).catch((cause: unknown) => {
        if (cause instanceof SelfsameError) throw cause;
        const code = (cause as NodeJS.ErrnoException).code ?? String(cause);
        throw new SelfsameError('ATTESTATION_WRITE', `cannot write below ${folder}: ${code}`, {
          hint: 'name a directory you can write to with --out DIR',
          cause,
        });
      }),
    );
  }
  return signed;
}

interface ReadyResult {
  readonly result: BuiltResult;
  readonly claim: ResultClaim;
  readonly envelope: Envelope;
}

/** The claim last: where it is, what belongs to it is. */
async function write(
  { result, claim, envelope }: ReadyResult,
  key: PrivateKey,
  folder: string,
): Promise<SignedResult> {
  const { build } = claim;
  const definition = await writeDefinition(folder, build, result.definition);
  const provenance = result.readProvenance();
  const problem =
    provenance === undefined ? 'none was stored' : provenanceProblem(provenance, result);
  const evidence =
    provenance === undefined || problem !== undefined
      ? undefined
      : await writeProvenance(folder, build, signEnvelope(STATEMENT_PAYLOAD_TYPE, provenance, key));
  const { path, outcome } = await writeAttestation(folder, build, envelope);
  return {
    key: result.key,
    build,
    definition: claim.definition,
    payload: sha256Hex(envelope.payload),
    artifacts: result.artifacts,
    path,
    outcome,
    definitionPath: definition.path,
    provenancePath: evidence?.path,
    provenanceProblem: problem,
  };
}
