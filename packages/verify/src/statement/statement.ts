import { assertSha256Hex, type Sha256Hex } from '../digest/sha256.js';
import { VerifyError } from '../errors.js';
import { FieldReader } from '../json/fields.js';
import { parseJson } from '../json/parse.js';
import type { JsonObject, JsonValue } from '../json/value.js';

/** `_type` of in-toto Statement v1 (in-toto attestation framework, spec/v1/statement.md). */
export const STATEMENT_TYPE = 'https://in-toto.io/Statement/v1';
/** Payload type of an envelope that carries a statement (spec/v1/envelope.md). */
export const STATEMENT_PAYLOAD_TYPE = 'application/vnd.in-toto+json';

/** Most subjects of one statement. */
const MAX_SUBJECTS = 100_000;

export interface Subject {
  readonly name: string;
  readonly sha256: Sha256Hex;
}

export interface Statement {
  readonly subjects: readonly Subject[];
  readonly predicateType: string;
  readonly predicate: JsonObject;
}

const read: FieldReader = new FieldReader('STATEMENT_INVALID');

/**
 * Reads the payload of an envelope as a Statement v1, after its signature was verified. Stricter than
 * the framework: every subject has a name and exactly one digest, sha256 (the framework's "any digest
 * matches" would let a weak one decide), and no field is unknown.
 *
 * Throws `ENVELOPE_PAYLOAD_TYPE` for another payload type, `STATEMENT_TYPE` for another `_type`,
 * `STATEMENT_INVALID`, `DIGEST_INVALID`, `LIMIT_EXCEEDED` or `JSON_*` for the rest.
 */
export function parseStatement(payloadType: string, payload: Uint8Array): Statement {
  if (payloadType !== STATEMENT_PAYLOAD_TYPE) {
    throw new VerifyError(
      'ENVELOPE_PAYLOAD_TYPE',
      `the payload is ${JSON.stringify(payloadType)}, not ${STATEMENT_PAYLOAD_TYPE}`,
    );
  }
  const document = read.record(parseJson(payload), []);
  if (document['_type'] !== STATEMENT_TYPE) {
    read.fail(`not ${STATEMENT_TYPE}`, ['_type'], 'STATEMENT_TYPE');
  }
  read.object(document, [], ['_type', 'subject', 'predicateType', 'predicate']);
  const subjects = read.array(document['subject'], ['subject'], MAX_SUBJECTS);
  return {
    subjects: subjects.map(parseSubject),
    predicateType: read.string(document['predicateType'], ['predicateType']),
    predicate: read.record(document['predicate'], ['predicate']),
  };
}

function parseSubject(value: JsonValue, index: number): Subject {
  const path = ['subject', index];
  const subject = read.object(value, path, ['name', 'digest']);
  const digest = read.object(subject['digest'], [...path, 'digest'], ['sha256']);
  return {
    name: read.string(subject['name'], [...path, 'name']),
    sha256: assertSha256Hex(digest['sha256'], `subject[${index}].digest.sha256`),
  };
}

/** The statement as a JSON document, subjects in the order given. */
export function statementDocument(statement: Statement): JsonObject {
  return {
    _type: STATEMENT_TYPE,
    subject: statement.subjects.map(({ name, sha256 }) => ({ name, digest: { sha256 } })),
    predicateType: statement.predicateType,
    predicate: statement.predicate,
  };
}
