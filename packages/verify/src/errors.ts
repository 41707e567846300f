/**
 * Every way this package can refuse something, and what each means. The union is closed: whatever is
 * fed to a function of this package, it returns a value or throws a `VerifyError` with one of these.
 */
export const verifyErrorCodes = {
  JSON_SYNTAX: 'The text is not JSON (RFC 8259).',
  JSON_ENCODING: 'The bytes are not UTF-8, or a string holds a lone surrogate.',
  JSON_DUPLICATE_KEY: 'An object has the same key twice: two readers could see two documents.',
  JSON_FORBIDDEN_KEY: 'An object has the key __proto__.',
  JSON_NUMBER:
    'A number cannot be held exactly enough: an integer beyond 2^53-1, an overflow or an underflow.',
  JSON_TOO_DEEP: 'The document nests deeper than the limit.',
  JSON_TOO_LARGE: 'The document has more bytes than the limit.',
  CANONICAL_VALUE:
    'A value has no canonical JSON form: undefined, NaN, Infinity, a lone surrogate, a cycle, or not plain data.',
  HEX_INVALID: 'A text is not lower-case hexadecimal of the expected length.',
  BASE64_INVALID: 'A text is not base64 (standard or URL-safe) in its one canonical spelling.',
  DIGEST_INVALID: 'A text is not a full lower-case sha256.',
  KEY_INVALID:
    'A key file or key object is not an Ed25519, P-256 or RSA key in its one canonical form.',
  ENVELOPE_INVALID: 'A document is not a DSSE envelope as this package accepts it.',
  ENVELOPE_PAYLOAD_TYPE: 'An envelope carries another payload type than in-toto statements.',
  SIGNATURE_INVALID: 'A signature is not one made by the key over exactly these bytes.',
  SIGNATURE_FORMAT:
    'A signature file (SSHSIG, minisign, signify, OpenPGP) breaks its format or is of a kind that is not read.',
  NOTE_INVALID: 'A text is not a signed note (C2SP signed-note).',
  CHECKPOINT_INVALID: 'A note is not a checkpoint, or not one of the log that was asked about.',
  PROOF_INVALID:
    'A proof from a transparency log, or what one is made of, does not prove what it should.',
  METABLOCK_INVALID: 'A document is not an in-toto link or layout as this package accepts it.',
  STATEMENT_INVALID: 'A payload is not an in-toto Statement v1 as this package accepts it.',
  STATEMENT_TYPE: 'A statement is of another version or type than in-toto Statement v1.',
  PREDICATE_TYPE: 'A statement makes another kind of claim than a result claim.',
  CLAIM_INVALID: 'A result claim breaks its format.',
  CLAIM_NOT_CANONICAL:
    'A result claim says something valid in other bytes than the canonical ones.',
  POLICY_INVALID: 'A policy breaks its format or cannot be satisfied.',
  POLICY_THRESHOLD: 'A policy lacks a threshold, or has one that a single builder could meet.',
  ROSTER_INVALID: 'A roster breaks its format.',
  ROSTER_UNTRUSTED:
    'No version of a roster is signed by enough of its owners, or they signed two of one version.',
  ROSTER_ROLLBACK:
    'A roster is older than one that was used before, or another one of its version.',
  ROSTER_EXPIRED: 'A roster is past the day until which its owners vouched for it.',
  EVIDENCE_INVALID: 'A document is not an evidence file as this package accepts it.',
  LIMIT_EXCEEDED: 'There is more of something than the bound allows.',
} as const;

export type VerifyErrorCode = keyof typeof verifyErrorCodes;

/** A place in a text. Lines and columns count from 1, the offset from 0; columns and offsets in UTF-16 code units. */
export interface TextPosition {
  readonly offset: number;
  readonly line: number;
  readonly column: number;
}

/** Every refusal of this package. The message is one sentence without a full stop. */
export class VerifyError extends Error {
  override readonly name = 'VerifyError';
  readonly code: VerifyErrorCode;
  /** Where in the text, for errors of JSON documents. */
  readonly position: TextPosition | undefined;
  /** Which field of a document, as keys and indexes from its root. */
  readonly path: readonly (string | number)[] | undefined;

  constructor(
    code: VerifyErrorCode,
    message: string,
    options: {
      readonly position?: TextPosition;
      readonly path?: readonly (string | number)[];
    } = {},
  ) {
    super(message);
    this.code = code;
    this.position = options.position;
    this.path = options.path;
  }
}
