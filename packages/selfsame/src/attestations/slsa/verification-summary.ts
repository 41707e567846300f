import {
  assertSha256Hex,
  canonicalJsonBytes,
  parseTime,
  statementDocument,
  type FieldPath,
  type JsonObject,
  type JsonValue,
  type PosixTime,
  type Sha256Hex,
  type Subject,
} from '@selfsame/verify';
import { MAX_ITEMS, parseOtherStatement, read, type OtherSubject } from './other-statement.js';

/** Predicate type of a verification summary, VSA (slsa.dev/spec/v1.0/verification_summary). */
export const VERIFICATION_SUMMARY_TYPE = 'https://slsa.dev/verification_summary/v1';

/** That a verifier judged artifacts under a policy, for those who rely on its word. */
export interface VerificationSummary {
  readonly verifierId: string;
  readonly time: PosixTime;
  /** What the artifacts were to be, such as a package URL. */
  readonly resource: string;
  readonly policy: Sha256Hex;
  /** sha256 of each envelope that was judged. */
  readonly inputs: readonly Sha256Hex[];
  readonly passed: boolean;
  /** What was verified; names of this project, never `SLSA_…`, which others define. */
  readonly levels: readonly string[];
}

/** What the person who relies on a summary expects of it. */
export interface SummaryTrust {
  /** Who its signer may speak for. */
  readonly verifierId: string;
  /** What the artifact in hand is to be. */
  readonly resource: string;
}

/** The payload of a summary, canonical JSON, to be signed as `STATEMENT_PAYLOAD_TYPE`. */
export function verificationSummaryPayload(
  subjects: readonly Subject[],
  summary: VerificationSummary,
): Uint8Array {
  const predicate = {
    verifier: { id: summary.verifierId },
    timeVerified: new Date(summary.time * 1000).toISOString().replace('.000Z', 'Z'),
    resourceUri: summary.resource,
    policy: { digest: { sha256: summary.policy } },
    inputAttestations: summary.inputs.map((sha256) => ({ digest: { sha256 } })),
    verificationResult: summary.passed ? 'PASSED' : 'FAILED',
    verifiedLevels: summary.levels,
    slsaVersion: '1.0',
  };
  return canonicalJsonBytes(
    statementDocument({ subjects, predicateType: VERIFICATION_SUMMARY_TYPE, predicate }),
  );
}

/**
 * Reads a summary after its signature was verified. One by another verifier or about another resource is
 * `STATEMENT_INVALID`; whether it passed is in the result. Unknown fields are ignored, as the specification
 * asks. Otherwise throws what `parseOtherStatement` throws.
 */
export function parseVerificationSummary(
  payloadType: string,
  payload: Uint8Array,
  trust: SummaryTrust,
): VerificationSummary & { readonly subjects: readonly OtherSubject[] } {
  const { subjects, predicate } = parseOtherStatement(
    payloadType,
    payload,
    VERIFICATION_SUMMARY_TYPE,
  );
  const verifier = read.record(predicate['verifier'], ['verifier']);
  if (verifier['id'] !== trust.verifierId) read.fail('another verifier', ['verifier', 'id']);
  if (predicate['resourceUri'] !== trust.resource)
    read.fail('about something else', ['resourceUri']);
  const time = parseTime(predicate['timeVerified']);
  if (time === undefined) read.fail('not a time in UTC', ['timeVerified']);
  const result = predicate['verificationResult'];
  if (result !== 'PASSED' && result !== 'FAILED') {
    read.fail('neither PASSED nor FAILED', ['verificationResult']);
  }
  const list = (field: string): readonly JsonValue[] =>
    read.array(predicate[field] ?? [], [field], MAX_ITEMS);
  return {
    subjects,
    verifierId: trust.verifierId,
    time,
    resource: trust.resource,
    policy: sha256Of(read.record(predicate['policy'], ['policy']), ['policy']),
    inputs: list('inputAttestations').map((value, at) =>
      sha256Of(read.record(value, ['inputAttestations', at]), ['inputAttestations', at]),
    ),
    passed: result === 'PASSED',
    levels: list('verifiedLevels').map((level, at) => read.string(level, ['verifiedLevels', at])),
  };
}

function sha256Of(resource: JsonObject, path: FieldPath): Sha256Hex {
  const digest = read.record(resource['digest'], [...path, 'digest']);
  return assertSha256Hex(digest['sha256'], path.join('.'));
}
