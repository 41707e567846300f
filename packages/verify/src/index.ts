export { VerifyError, verifyErrorCodes } from './errors.js';
export type { TextPosition, VerifyErrorCode } from './errors.js';

export { FieldReader } from './json/fields.js';
export type { FieldPath } from './json/fields.js';
export { isJsonObject } from './json/value.js';
export type { JsonObject, JsonValue } from './json/value.js';
export { parseJson } from './json/parse.js';
export type { JsonLimits } from './json/parse.js';
export { canonicalJson, canonicalJsonBytes, olpcJsonBytes } from './json/canonical.js';

export { decodeBase64, encodeBase64 } from './encoding/base64.js';
export { decodeHex, encodeHex } from './encoding/hex.js';
export { ByteReader } from './encoding/reader.js';
export { compareBytewise } from './encoding/order.js';
export { assertSha256Hex, canonicalDigest, isSha256Hex, sha256Hex } from './digest/sha256.js';
export type { Sha256Hex } from './digest/sha256.js';

export {
  publicKeyFromBytes,
  publicKeyFromSpki,
  publicKeyToSpki,
  rsaNumbers,
  rsaPublicKey,
  verifySignature,
} from './keys/public-key.js';
export type { KeyKind, PublicKey, SignatureScheme } from './keys/public-key.js';
export {
  decodeKey,
  formatPublicKey,
  keyFileLines,
  parseKeyPem,
  parsePublicKey,
  publicKeyToPem,
} from './keys/key-text.js';
export type { NamedPublicKey } from './keys/key-text.js';

export { parseMinisignKey, verifyMinisign } from './signatures/minisign.js';
export type { MinisignKey } from './signatures/minisign.js';
export { parseSshPublicKey, verifySshSignature } from './signatures/sshsig.js';

export { preAuthenticationEncoding } from './dsse/pae.js';
export { envelopeLimits, parseEnvelope } from './dsse/envelope.js';
export type { Envelope, EnvelopeSignature } from './dsse/envelope.js';
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

export { formatTime, parseTime } from './encoding/time.js';
export type { PosixTime } from './encoding/time.js';
export { openPgpKey, parseRosterKey, rosterKey } from './roster/roster-key.js';
export type { KeyId, RosterKey, TimeWindow } from './roster/roster-key.js';
export { isAttributeValue, isSignerName } from './roster/parse-signers.js';
export type { Roster, RosterOwners, RosterSigner, RosterTrust } from './roster/roster.js';
export {
  openRoster,
  parseRoster,
  ROSTER_PAYLOAD_TYPE,
  rosterPayload,
} from './roster/signed-roster.js';
export type { OpenedRoster } from './roster/signed-roster.js';

export { checkPolicy, withRoster } from './policy/check-policy.js';
export { parsePolicy, policyFields } from './policy/parse-policy.js';
export {
  dissentRules,
  POLICY_VERSION,
  policyKeys,
  policyModes,
  signersMeeting,
  SMALLEST_THRESHOLD,
} from './policy/policy.js';
export type {
  DissentRule,
  LogRule,
  Policy,
  PolicyException,
  PolicyMode,
  PolicySigner,
} from './policy/policy.js';

export { attributeValues, domainTable } from './strength/domains.js';
export type { DomainRules } from './strength/domains.js';
export { signersByDomain, strengthOf } from './strength/strength.js';
export type { CoalitionMember, Strength } from './strength/strength.js';

export { evidenceLimits, EVIDENCE_TYPE, parseEvidence } from './evidence/evidence.js';
export type { EvidenceBuild, EvidenceFile } from './evidence/evidence.js';
export { judgeEvidence, judgeEvidenceInParallel } from './evidence/judge-evidence.js';
export type { EvidenceTrust, EvidenceVerdict, JudgedBuild } from './evidence/judge-evidence.js';

export { collectClaims } from './verdict/collect-claims.js';
export type { CollectedClaims, SetAside, SignedClaim } from './verdict/collect-claims.js';
export { claimVotes, judge } from './verdict/judge.js';
export { judgeVotes } from './verdict/judge-votes.js';
export { judgeFile } from './verdict/judge-file.js';
export type { FileMatch, FileVerdict } from './verdict/judge-file.js';
export type { Completeness, CompleteList, ListedVote } from './verdict/completeness.js';
export type { NotCounted, NotCountedReason } from './verdict/count-votes.js';
export { artifactReasons, INPUTS_IGNORED, INPUTS_NOT_STATED } from './verdict/verdict.js';
export type {
  ArtifactReason,
  ArtifactVerdict,
  Cluster,
  DefinitionVerdict,
  Equivocation,
  OtherClaim,
  Question,
  Verdict,
} from './verdict/verdict.js';
export { signatureStates } from './verdict/vote.js';
export type { SignatureState, Vote, VotedArtifact, WitnessedEntry } from './verdict/vote.js';

export { inTotoKeyIds, inTotoKeyObject } from './in-toto/key-ids.js';
export { linkVotes } from './in-toto/link-votes.js';
export { equalArtifacts, equalDigests, parseLink } from './in-toto/link.js';
export type { Artifacts, Digests, Link } from './in-toto/link.js';
export { parseMetablock } from './in-toto/metablock.js';
export type { InTotoSignature, Metablock } from './in-toto/metablock.js';

export { parseCheckpoint, parseHash, parseTreeNumber, verifyCheckpoint } from './log/checkpoint.js';
export type { Checkpoint, VerifiedCheckpoint } from './log/checkpoint.js';
export { formatLogEntry, parseLogEntry } from './log/entry.js';
export type { LogEntry } from './log/entry.js';
export { listVotes, verifyLogs } from './log/logged-claims.js';
export type { LogCopy, LoggedClaims, SplitView } from './log/logged-claims.js';
export {
  emptyTreeHash,
  leafHash,
  nodeHash,
  treeHash,
  verifyConsistency,
  verifyInclusion,
} from './log/merkle.js';
export {
  formatNote,
  formatNoteKey,
  noteKey,
  parseNote,
  parseNoteKey,
  verifyNote,
} from './log/note.js';
export type {
  Note,
  NoteKey,
  NoteKeyType,
  NoteSignature,
  VerifiedNoteSignature,
} from './log/note.js';
export { parseTlogProof, verifyTlogProof } from './log/tlog-proof.js';
export type { TlogProof } from './log/tlog-proof.js';
