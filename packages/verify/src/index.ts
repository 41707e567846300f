export { VerifyError, verifyErrorCodes } from './errors.js';
export type { TextPosition, VerifyErrorCode } from './errors.js';

export { isJsonObject } from './json/value.js';
export type { JsonObject, JsonValue } from './json/value.js';
export { decodeUtf8, parseJson } from './json/parse.js';
export type { JsonLimits } from './json/parse.js';
export { canonicalJson, canonicalJsonBytes } from './json/canonical.js';

export { decodeBase64, encodeBase64 } from './encoding/base64.js';
export { decodeHex, encodeHex } from './encoding/hex.js';
export { compareBytewise } from './encoding/order.js';
export { assertSha256Hex, canonicalDigest, isSha256Hex, sha256Hex } from './digest/sha256.js';
export type { Sha256Hex } from './digest/sha256.js';

export { PrivateKey } from './keys/private-key.js';
export { publicKeyFromBytes, verifySignature } from './keys/public-key.js';
export type { PublicKey } from './keys/public-key.js';
export {
  formatPrivateKeyFile,
  formatPublicKey,
  formatPublicKeyFile,
  parsePrivateKey,
  parsePublicKey,
  privateKeyToPem,
  publicKeyToPem,
} from './keys/key-text.js';
export type { NamedPrivateKey, NamedPublicKey } from './keys/key-text.js';

export { preAuthenticationEncoding } from './dsse/pae.js';
export { envelopeLimits, formatEnvelope, parseEnvelope } from './dsse/envelope.js';
export type { Envelope, EnvelopeSignature } from './dsse/envelope.js';
export { signEnvelope } from './dsse/sign.js';
export { DEFAULT_SIGNATURE_BUDGET, verifyEnvelope } from './dsse/verify.js';
export type { SignatureBudget, SignatureResult } from './dsse/verify.js';

export {
  parseStatement,
  STATEMENT_PAYLOAD_TYPE,
  STATEMENT_TYPE,
  statementDocument,
} from './statement/statement.js';
export type { Statement, Subject } from './statement/statement.js';

export { artifactPathProblem } from './claim/artifact-path.js';
export {
  claimOutcomes,
  parseResultClaim,
  RESULT_CLAIM_TYPE,
  resultClaimPayload,
} from './claim/result-claim.js';
export type {
  BuildName,
  ClaimedArtifact,
  ClaimOutcome,
  ResultClaim,
} from './claim/result-claim.js';

export {
  checkPolicy,
  dissentRules,
  isSignerName,
  parsePolicy,
  POLICY_VERSION,
  SMALLEST_THRESHOLD,
} from './policy/policy.js';
export type { DissentRule, Policy, PolicySigner } from './policy/policy.js';

export { mergeEnvelopes } from './attestations/merge.js';

export { collectClaims } from './verdict/collect-claims.js';
export type { CollectedClaims, SetAside, SignedClaim } from './verdict/collect-claims.js';
export { judge } from './verdict/judge.js';
export { judgeFile } from './verdict/judge-file.js';
export type { FileMatch, FileVerdict } from './verdict/judge-file.js';
export type {
  ArtifactReason,
  ArtifactVerdict,
  Cluster,
  DefinitionVerdict,
  OtherClaim,
  Question,
  Verdict,
} from './verdict/verdict.js';
