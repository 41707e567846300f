import {
  assertSha256Hex,
  FieldReader,
  parseJson,
  STATEMENT_PAYLOAD_TYPE,
  STATEMENT_TYPE,
  VerifyError,
  type JsonObject,
  type Sha256Hex,
} from '@selfsame/verify';

/** Most subjects, dependencies and the like of one statement. */
export const MAX_ITEMS = 100_000;

/** Refuses what breaks the format of a statement or its predicate. */
export const read: FieldReader = new FieldReader('STATEMENT_INVALID');

/** A subject as other programs write it: maybe without name, with several digests. */
export interface OtherSubject {
  readonly name: string | undefined;
  readonly sha256: Sha256Hex;
  readonly sha512: string | undefined;
}

/**
 * Reads a statement that another program made, after its signature was verified, if it is of exactly this
 * predicate type. Every subject must have a sha256; sha512 is kept, so that who compares can ask for both to
 * agree (in-toto attestation framework, spec/v1/statement.md).
 *
 * Throws `ENVELOPE_PAYLOAD_TYPE`, `STATEMENT_TYPE`, `PREDICATE_TYPE` for another type of each, `STATEMENT_INVALID`,
 * `DIGEST_INVALID`, `LIMIT_EXCEEDED` or `JSON_*` for the rest.
 */
export function parseOtherStatement(
  payloadType: string,
  payload: Uint8Array,
  predicateType: string,
): { readonly subjects: readonly OtherSubject[]; readonly predicate: JsonObject } {
  if (payloadType !== STATEMENT_PAYLOAD_TYPE) {
    throw new VerifyError('ENVELOPE_PAYLOAD_TYPE', `not a ${STATEMENT_PAYLOAD_TYPE}`);
  }
  const document = read.record(parseJson(payload), []);
  if (document['_type'] !== STATEMENT_TYPE) {
    read.fail(`not ${STATEMENT_TYPE}`, ['_type'], 'STATEMENT_TYPE');
  }
  read.object(document, [], ['_type', 'subject', 'predicateType', 'predicate']);
  if (document['predicateType'] !== predicateType) {
    read.fail(`not ${predicateType}`, ['predicateType'], 'PREDICATE_TYPE');
  }
  const subjects = read.array(document['subject'], ['subject'], MAX_ITEMS).map((value, index) => {
    const path = ['subject', index];
    const subject = read.record(value, path);
    const digest = read.record(subject['digest'], [...path, 'digest']);
    const { name, sha512 } = { name: subject['name'], sha512: digest['sha512'] };
    if (sha512 !== undefined && !/^[0-9a-f]{128}$/.test(String(sha512))) {
      read.fail('not a sha512', [...path, 'digest', 'sha512'], 'DIGEST_INVALID');
    }
    return {
      name: name === undefined ? undefined : read.string(name, [...path, 'name']),
      sha256: assertSha256Hex(digest['sha256'], `subject[${index}].digest.sha256`),
      sha512: sha512 === undefined ? undefined : String(sha512),
    };
  });
  return { subjects, predicate: read.record(document['predicate'], ['predicate']) };
}
