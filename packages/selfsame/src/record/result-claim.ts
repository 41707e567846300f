import {
  resultClaimPayload,
  STATEMENT_PAYLOAD_TYPE,
  VerifyError,
  type ClaimOutcome,
  type Envelope,
  type ResultClaim,
} from '@selfsame/verify';
import { SelfsameError } from '../errors/selfsame-error.js';
import { signEnvelope } from '../signing/envelope.js';
import type { PrivateKey } from '../signing/private-key.js';
import { buildId } from './build-id.js';
import type { BuiltResult } from './built-result.js';

/**
 * The claim a result supports. The names come from the definition and the build id is computed from it,
 * so that a claim cannot speak of another build than its digest does: a result that says otherwise
 * throws `CLAIM_MISMATCH`.
 */
export function claimOf(result: BuiltResult, outcome: ClaimOutcome): ResultClaim {
  const { definition } = result;
  const computed = buildId(definition);
  if (computed !== result.buildId) {
    throw new SelfsameError(
      'CLAIM_MISMATCH',
      `the stored definition of ${result.key} has the build id ${computed}, not ${result.buildId}`,
      { hint: `build it again: selfsame build ${result.key}` },
    );
  }
  const { project, version, target } = definition;
  return {
    build: { project, version, target },
    definition: computed,
    outcome,
    artifacts: result.artifacts.map(({ path, sha256 }) => ({ path, sha256 })),
  };
}

/** The claim in an envelope signed by one key. Throws `CLAIM_NAME` for names or paths no claim can hold. */
export function signClaim(claim: ResultClaim, key: PrivateKey): Envelope {
  try {
    return signEnvelope(STATEMENT_PAYLOAD_TYPE, resultClaimPayload(claim), key);
  } catch (error) {
    if (!(error instanceof VerifyError)) throw error;
    const { project, target } = claim.build;
    throw new SelfsameError(
      'CLAIM_NAME',
      `the result of ${project}@${target} cannot be signed: ${error.message}`,
      {
        hint: 'give the outputs plain relative names, without backslashes and control characters',
      },
    );
  }
}
