// Specification: docs/claims-and-verdicts.md "What is signed".

import { assertSha256Hex, type Sha256Hex } from '../digest/sha256.js';
import { equalBytes } from '../encoding/bytes.js';
import { compareBytewise } from '../encoding/order.js';
import { hasLoneSurrogate } from '../encoding/unicode.js';
import { VerifyError } from '../errors.js';
import { canonicalJsonBytes } from '../json/canonical.js';
import { FieldReader } from '../json/fields.js';
import type { JsonValue } from '../json/value.js';
import { parseStatement, statementDocument } from '../statement/statement.js';
import { artifactPathProblem } from './artifact-path.js';

/** Predicate type of a result claim, version 1. */
export const RESULT_CLAIM_TYPE = 'urn:selfsame:result-claim:v1';

export const claimOutcomes = ['built', 'reproduced', 'differs'] as const;

/**
 * `built`: I built this definition and got these artifacts. `reproduced`: besides, I compared them with
 * what somebody else published, and all were equal. `differs`: besides, at least one was not equal;
 * the artifacts are those I got.
 */
export type ClaimOutcome = (typeof claimOutcomes)[number];

/** Which build a claim is about, in words; without it, claims on an old version could be shown for a new one. */
export interface BuildName {
  readonly project: string;
  readonly version: string;
  readonly target: string;
}

export interface ClaimedArtifact {
  /** Relative path below the build's output directory (claim/artifact-path.ts). */
  readonly path: string;
  readonly sha256: Sha256Hex;
}

/**
 * What a builder signs. It has no times, hosts or builder facts, so that all who got the same bits from
 * the same build definition sign the same bytes.
 */
export interface ResultClaim {
  readonly build: BuildName;
  /** Build id: sha256 of the canonical JSON of the build definition. */
  readonly definition: Sha256Hex;
  readonly outcome: ClaimOutcome;
  /** At least one, sorted by path as bytes, no path twice. */
  readonly artifacts: readonly ClaimedArtifact[];
}

/** Longest project, version or target, in UTF-16 units. */
const MAX_NAME = 256;

const OUTCOME = ['predicate', 'outcome'];
const read: FieldReader = new FieldReader('CLAIM_INVALID');

/**
 * The one payload of a claim: canonical JSON of the statement, artifacts sorted, whatever the order
 * given. Throws `CLAIM_INVALID` or `DIGEST_INVALID` for what `parseResultClaim` would refuse.
 */
export function resultClaimPayload(claim: ResultClaim): Uint8Array {
  checkName(claim.build.project, 'project');
  checkName(claim.build.version, 'version');
  checkName(claim.build.target, 'target');
  assertSha256Hex(claim.definition, 'definition');
  read.choice(claim.outcome, OUTCOME, claimOutcomes);
  const sorted = [...claim.artifacts].sort((a, b) => compareBytewise(a.path, b.path));
  checkArtifacts(sorted);
  const subjects = sorted.map(({ path, sha256 }) => ({
    name: path,
    sha256: assertSha256Hex(sha256, path),
  }));
  const { project, version, target } = claim.build;
  const predicate = {
    definition: claim.definition,
    outcome: claim.outcome,
    project,
    target,
    version,
  };
  return canonicalJsonBytes(
    statementDocument({ subjects, predicateType: RESULT_CLAIM_TYPE, predicate }),
  );
}

/**
 * Reads a payload, after its signature was verified, as a result claim. Only the exact bytes of
 * `resultClaimPayload` are accepted: a second spelling of the same claim would split its signatures.
 *
 * Throws `PREDICATE_TYPE` for other predicates, `CLAIM_INVALID`, `CLAIM_NOT_CANONICAL`, and what
 * `parseStatement` throws.
 */
export function parseResultClaim(payloadType: string, payload: Uint8Array): ResultClaim {
  const statement = parseStatement(payloadType, payload);
  if (statement.predicateType !== RESULT_CLAIM_TYPE) {
    const found = JSON.stringify(statement.predicateType.slice(0, 200));
    read.fail(`${found} is not ${RESULT_CLAIM_TYPE}`, ['predicateType'], 'PREDICATE_TYPE');
  }
  const fields = ['definition', 'outcome', 'project', 'target', 'version'];
  const predicate = read.object(statement.predicate, ['predicate'], fields);
  const claim: ResultClaim = {
    build: {
      project: claimName(predicate['project'], 'project'),
      version: claimName(predicate['version'], 'version'),
      target: claimName(predicate['target'], 'target'),
    },
    definition: assertSha256Hex(predicate['definition'], 'predicate.definition'),
    outcome: read.choice(predicate['outcome'], OUTCOME, claimOutcomes),
    artifacts: statement.subjects.map(({ name, sha256 }) => ({ path: name, sha256 })),
  };
  checkArtifacts(claim.artifacts);
  if (!equalBytes(resultClaimPayload(claim), payload)) {
    throw new VerifyError('CLAIM_NOT_CANONICAL', 'the claim is not in its canonical form');
  }
  return claim;
}

function checkArtifacts(artifacts: readonly ClaimedArtifact[]): void {
  if (artifacts.length === 0) read.fail('a claim names at least one artifact', ['subject']);
  artifacts.forEach(({ path }, index) => {
    const problem = artifactPathProblem(path);
    if (problem !== undefined) read.fail(`the path ${problem}`, ['subject', index, 'name']);
    const previous = artifacts[index - 1];
    if (previous === undefined) return;
    const order = compareBytewise(previous.path, path);
    if (order === 0) read.fail('the path is given twice', ['subject', index, 'name']);
    if (order > 0) read.fail('the subjects are not sorted', ['subject', index, 'name']);
  });
}

/** A part of a build's name. Throws `CLAIM_INVALID` for what no claim could say. */
export function claimName(value: JsonValue | undefined, field: keyof BuildName): string {
  const name = read.string(value, ['predicate', field]);
  checkName(name, field);
  return name;
}

function checkName(name: string, field: keyof BuildName): void {
  const path = ['predicate', field];
  if (name === '' || name.length > MAX_NAME) {
    read.fail(`not a text of 1 to ${MAX_NAME} characters`, path);
  }
  if (/\p{Cc}/u.test(name) || hasLoneSurrogate(name)) {
    read.fail('a control character or a lone surrogate', path);
  }
}
