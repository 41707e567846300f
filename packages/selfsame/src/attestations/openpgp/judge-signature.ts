import type { KeyId, PosixTime, SignatureState } from '@selfsame/verify';
import { createMessage, enums, readSignature, SignaturePacket } from 'openpgp';
import type { LiteralDataPacket } from 'openpgp';
import { dearmor, isSingleClearSigned } from '../../download/openpgp/armor.js';
import { date, keyFacts, seconds, strongHashes } from './certificates.js';
import { checkBytes, lenient } from './check-bytes.js';
import type { Candidate, Certificates, KeyFacts } from './certificates.js';

/** Largest signature file and clear-signed document, bytes, and signatures in one of them. */
const maxSignatureBytes = 1024 ** 2;
const maxDocumentBytes = 64 * 1024 ** 2;
const maxSignatures = 64;

/** What one OpenPGP signature is worth at one time: the same whichever OpenPGP programs a machine has. */
export interface JudgedSignature {
  readonly state: SignatureState;
  /** For everything but `valid`: one sentence without a full stop. */
  readonly reason?: string;
  /** `openpgp:` and the fingerprint of the primary key; for `unknown-key` of the key that it names, if it names one. */
  readonly key: KeyId | undefined;
  /** When its maker says it was made, seconds since 1970. */
  readonly created: number | undefined;
}

/**
 * Judges every signature of a detached signature file, as of `at`: what was signed into the certificates later is not
 * known yet, and a key that has expired by then is `expired-now`. Never throws for what the files hold.
 * @param signature binary or armored
 * @param at the earliest time a witness vouches for, else the time of the verdict
 */
export async function judgeDetached(
  data: Uint8Array,
  signature: Uint8Array,
  certificates: Certificates,
  at: PosixTime,
): Promise<readonly JudgedSignature[]> {
  const binary = signature.length <= maxSignatureBytes ? dearmor(signature) : undefined;
  if (binary === undefined) return [malformed('the file holds no OpenPGP signature')];
  return await judgeAll(data, binary, certificates, at, [
    enums.signature.binary,
    enums.signature.text,
  ]);
}

export interface JudgedDocument {
  readonly signatures: readonly JudgedSignature[];
  /** What was signed, its lines ended by `\n`; undefined when the document has not the form. */
  readonly content: Buffer | undefined;
}

/** Judges a clear-signed document (RFC 9580 §7). Anything outside its one block, or a control character in it, is refused. */
export async function judgeClearSigned(
  document: Uint8Array,
  certificates: Certificates,
  at: PosixTime,
): Promise<JudgedDocument> {
  const parts =
    document.length <= maxDocumentBytes && isSingleClearSigned(document)
      ? splitClearSigned(document)
      : undefined;
  const binary = parts === undefined ? undefined : dearmor(parts.signature);
  if (parts === undefined || binary === undefined) {
    const reason = 'the file is not one clear-signed document';
    return { signatures: [malformed(reason)], content: undefined };
  }
  const signed = Buffer.from(parts.lines.join('\r\n'), 'latin1');
  const signatures = await judgeAll(signed, binary, certificates, at, [enums.signature.text]);
  return { signatures, content: Buffer.from(`${parts.lines.join('\n')}\n`, 'latin1') };
}

/** Lines as they were signed: without the dashes' escapes, and without the white space at their ends. */
function splitClearSigned(
  document: Uint8Array,
): { readonly lines: readonly string[]; readonly signature: Buffer } | undefined {
  const text = Buffer.from(document).toString('latin1').replaceAll('\r\n', '\n');
  // Programs disagree on what ends a line and what is white space; a document that depends on it is nobody's.

  if (/[\x00-\x08\x0b-\x1f\x7f]/.test(text)) return undefined;
  const found =
    /^-----BEGIN PGP SIGNED MESSAGE-----\n((?:Hash: [A-Za-z0-9, -]+\n)*)\n([^]*?)\n(-----BEGIN PGP SIGNATURE-----\n[^]*)$/.exec(
      text,
    );
  if (found === null) return undefined;
  const lines: string[] = [];
  for (const line of (found[2] ?? '').split('\n')) {
    if (line.startsWith('-') && !line.startsWith('- ')) return undefined;
    lines.push((line.startsWith('- ') ? line.slice(2) : line).replace(/[ \t]+$/, ''));
  }
  return { lines, signature: Buffer.from(found[3] ?? '', 'latin1') };
}

async function judgeAll(
  data: Uint8Array,
  signature: Uint8Array,
  certificates: Certificates,
  at: PosixTime,
  types: readonly enums.signature[],
): Promise<readonly JudgedSignature[]> {
  let packets: readonly SignaturePacket[];
  try {
    packets = (await readSignature({ binarySignature: signature, config: lenient })).packets;
  } catch {
    return [malformed('the file holds no OpenPGP signature')];
  }
  if (packets.length === 0) return [malformed('the file holds no OpenPGP signature')];
  const message = await createMessage({ binary: data });
  const literal = message.packets[0] as LiteralDataPacket;
  const judged: JudgedSignature[] = [];
  for (const packet of packets.slice(0, maxSignatures)) {
    judged.push(await judgeOne(packet, literal, certificates, at, types));
  }
  if (packets.length > maxSignatures) {
    const reason = `only the first ${maxSignatures} signatures of the file are looked at`;
    judged.push({ state: 'unchecked', reason, key: undefined, created: undefined });
  }
  return judged;
}

async function judgeOne(
  packet: SignaturePacket,
  literal: LiteralDataPacket,
  certificates: Certificates,
  at: PosixTime,
  types: readonly enums.signature[],
): Promise<JudgedSignature> {
  // Packets of other kinds, and versions that the library does not know, are among them.
  if (!(packet instanceof SignaturePacket) || !(packet.created instanceof Date)) {
    return malformed('the signature can not be read');
  }
  const created = seconds(packet.created);
  const named = packet.issuerFingerprint === null ? undefined : hex(packet.issuerFingerprint);
  const type = packet.signatureType;
  if (type === null || !types.includes(type)) {
    return malformed('the signature is not one over a document');
  }
  const keyId = packet.issuerKeyID.toHex();
  const candidates = certificates
    .withKeyId(keyId)
    .filter((one) => named === undefined || fingerprintOf(one) === named);
  if (candidates.length === 0) {
    const reason = `it is by the key ${named ?? keyId}, which is in none of the keyrings`;
    const key = named === undefined ? undefined : `openpgp:${named}`;
    return { state: 'unknown-key', reason, key, created };
  }
  let unsupported = false;
  for (const candidate of candidates) {
    const key = (candidate.subkey ?? candidate.certificate).keyPacket;
    const result = await checkBytes(packet, key, type, literal, { detached: true });
    if (result === 'unsupported') unsupported = true;
    if (result !== 'good') continue;
    const state = worth(packet, created, await keyFacts(candidate, at), at);
    return { ...state, key: `openpgp:${candidate.fingerprint}`, created };
  }
  const key = `openpgp:${candidates[0]?.fingerprint ?? ''}`;
  if (unsupported) {
    const reason = 'signatures of its kind can not be checked';
    return { state: 'unchecked', reason, key, created };
  }
  const reason = 'what is signed was changed after signing, or is something else';
  return { state: 'bad', reason, key, created };
}

function worth(
  packet: SignaturePacket,
  created: number,
  facts: KeyFacts,
  at: PosixTime,
): { readonly state: SignatureState; readonly reason?: string } {
  const { expires, revoked } = facts;
  if (!strongHashes.has(packet.hashAlgorithm ?? 0)) {
    return { state: 'weak', reason: 'it is made with a hash whose collisions can be made' };
  }
  if (facts.weak !== undefined) return { state: 'weak', reason: facts.weak };
  if (facts.mayNotSign !== undefined) return { state: 'bad', reason: facts.mayNotSign };
  if (revoked !== undefined && (revoked.from === undefined || revoked.from <= created)) {
    return { state: 'revoked', reason: revoked.why };
  }
  if (created < facts.created) {
    const reason = `the key was made on ${date(facts.created)}, after the signature`;
    return { state: 'expired-at-signing', reason };
  }
  if (expires !== undefined && created >= expires) {
    const reason = `the key had expired on ${date(expires)}, before the signature of ${date(created)}`;
    return { state: 'expired-at-signing', reason };
  }
  if (created > at) {
    const reason = `it is dated ${date(created)}, after the time of the verdict`;
    return { state: 'unchecked', reason };
  }
  if (expires !== undefined && at >= expires) {
    const reason = `the key was good on ${date(created)} and expired on ${date(expires)}; no witness says when it was made`;
    return { state: 'expired-now', reason };
  }
  const lifetime = packet.signatureNeverExpires ? 0 : (packet.signatureExpirationTime ?? 0);
  if (lifetime > 0 && at >= created + lifetime) {
    return { state: 'expired-now', reason: `it expired itself on ${date(created + lifetime)}` };
  }
  return { state: 'valid' };
}

function fingerprintOf({ certificate, subkey }: Candidate): string {
  return (subkey ?? certificate).getFingerprint();
}

function hex(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString('hex');
}

function malformed(reason: string): JudgedSignature {
  return { state: 'malformed', reason, key: undefined, created: undefined };
}
