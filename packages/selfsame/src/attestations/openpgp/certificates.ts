import { enums, readKeys } from 'openpgp';
import type { AnyKeyPacket, Key, SignaturePacket, Subkey } from 'openpgp';
import { dearmor } from '../../download/openpgp/armor.js';
import { checkBytes } from './check-bytes.js';

/** Largest file of certificates that is looked at, bytes. */
const maxKeyringBytes = 32 * 1024 ** 2;

/** Hashes whose collisions cannot be made (RFC 9580 §9.5: SHA-256, -384, -512, -224, SHA3-256, -512). */
export const strongHashes: ReadonlySet<number> = new Set([8, 9, 10, 11, 12, 14]);

/** A key that may have made a signature, with the certificate that says what it is. */
export interface Candidate {
  readonly certificate: Key;
  /** Undefined: the primary key itself. */
  readonly subkey: Subkey | undefined;
  /** Of the primary key, lower-case hexadecimal. */
  readonly fingerprint: string;
}

export interface Certificates {
  /** Keys with this id (16 lower-case hexadecimal digits), which need not be one only. */
  withKeyId(keyId: string): readonly Candidate[];
  /** Fingerprints of the primary keys, lower case, in the order they were read. */
  readonly fingerprints: readonly string[];
}

/**
 * Reads keyrings, armored or binary. What cannot be read is reported by its place in the list, and the others stand.
 */
export async function readCertificates(
  keyrings: readonly Uint8Array[],
): Promise<{ readonly certificates: Certificates; readonly unreadable: readonly number[] }> {
  const byKeyId = new Map<string, Candidate[]>();
  const fingerprints: string[] = [];
  const unreadable: number[] = [];
  for (const [index, bytes] of keyrings.entries()) {
    const binary = bytes.length <= maxKeyringBytes ? dearmor(bytes) : undefined;
    const keys = binary === undefined ? [] : await readKeys({ binaryKeys: binary }).catch(() => []);
    if (keys.length === 0) unreadable.push(index);
    for (const certificate of keys) {
      const fingerprint = certificate.getFingerprint();
      fingerprints.push(fingerprint);
      for (const subkey of [undefined, ...certificate.subkeys]) {
        const keyId = (subkey ?? certificate).getKeyID().toHex();
        const candidates = byKeyId.get(keyId) ?? [];
        byKeyId.set(keyId, [...candidates, { certificate, subkey, fingerprint }]);
      }
    }
  }
  return {
    certificates: { fingerprints, withKeyId: (keyId) => byKeyId.get(keyId) ?? [] },
    unreadable,
  };
}

/** What a certificate says of one of its keys, at one time. All times in seconds since 1970. */
export interface KeyFacts {
  readonly created: number;
  /** Undefined: never. */
  readonly expires: number | undefined;
  /** `from`: since when; undefined since ever, as for keys that somebody else has got. */
  readonly revoked: { readonly from: number | undefined; readonly why: string } | undefined;
  /** Why the key or what binds it proves nothing; undefined when it does. */
  readonly weak: string | undefined;
  /** Why it may not sign; undefined when it may. */
  readonly mayNotSign: string | undefined;
}

/**
 * What the certificate says of the candidate by all that was signed into it until `at`. The newest signature by the
 * primary key counts, of all user ids and of the key itself: whoever prolongs a key prolongs it for what it signed before.
 * Bindings with hashes that are not strong do not count; revocations do with any.
 */
export async function keyFacts(candidate: Candidate, at: number): Promise<KeyFacts> {
  let known = judgedFacts.get(candidate);
  if (known?.at !== at) {
    known = { at, facts: judgeFacts(candidate, at) };
    judgedFacts.set(candidate, known);
  }
  return await known.facts;
}

/** Checking what binds a key takes longer than its signature, and one key signs many files. */
const judgedFacts = new WeakMap<Candidate, { at: number; facts: Promise<KeyFacts> }>();

async function judgeFacts({ certificate, subkey }: Candidate, at: number): Promise<KeyFacts> {
  const primary = certificate.keyPacket;
  const own = (await verified(selfSignatures(certificate), certificate)).filter(
    (signature) => seconds(signature.created) <= at,
  );
  const strong = newest(own);
  const primaryExpires = expiry(certificate, strong);
  const revocations = await revocationsOf(
    certificate.revocationSignatures,
    (signature) => good(signature, primary, enums.signature.keyRevocation, { key: primary }),
    at,
  );
  const weak = weakKey(certificate) ?? (strong === undefined ? noStrong(own) : undefined);
  if (subkey === undefined) {
    return {
      created: seconds(certificate.getCreationTime()),
      expires: primaryExpires,
      revoked: revocations,
      weak,
      mayNotSign: signs(strong, true) ? undefined : 'the key may not sign documents',
    };
  }
  const bindings: SignaturePacket[] = [];
  for (const signature of subkey.bindingSignatures) {
    const data = { key: primary, bind: subkey.keyPacket };
    const binds = await good(signature, primary, enums.signature.subkeyBinding, data);
    if (binds && seconds(signature.created) <= at) bindings.push(signature);
  }
  const binding = newest(bindings);
  const subkeyExpires = expiry(subkey, binding);
  const revokedSubkey = await revocationsOf(
    subkey.revocationSignatures,
    (signature) =>
      good(signature, primary, enums.signature.subkeyRevocation, {
        key: primary,
        bind: subkey.keyPacket,
      }),
    at,
  );
  return {
    created: Math.max(seconds(subkey.getCreationTime()), seconds(certificate.getCreationTime())),
    expires: least(primaryExpires, subkeyExpires),
    revoked: revocations ?? revokedSubkey,
    weak: weak ?? weakKey(subkey) ?? (binding === undefined ? noStrong(bindings) : undefined),
    mayNotSign: await whyNotSigning(certificate, subkey, binding),
  };
}

/** A signing subkey must say itself that it belongs to the primary key, or anybody could adopt it (RFC 9580 §5.2.1.9). */
async function whyNotSigning(
  certificate: Key,
  subkey: Subkey,
  binding: SignaturePacket | undefined,
): Promise<string | undefined> {
  if (binding === undefined || !signs(binding, false)) return 'the subkey may not sign documents';
  const back = binding.embeddedSignature;
  const data = { key: certificate.keyPacket, bind: subkey.keyPacket };
  const says =
    back !== null &&
    strongHashes.has(back.hashAlgorithm ?? 0) &&
    (await good(back, subkey.keyPacket, enums.signature.keyBinding, data));
  return says ? undefined : 'the subkey does not say that it belongs to the primary key';
}

function selfSignatures(
  certificate: Key,
): readonly { readonly signature: SignaturePacket; readonly data: object }[] {
  const key = certificate.keyPacket;
  // Not in the library's types, but in every version of its objects since 4.
  const { directSignatures = [] } = certificate as { directSignatures?: SignaturePacket[] };
  return [
    ...directSignatures.map((signature) => ({ signature, data: { key } })),
    ...certificate.users.flatMap(({ selfCertifications, userID, userAttribute }) =>
      selfCertifications.map((signature) => ({ signature, data: { userID, userAttribute, key } })),
    ),
  ];
}

async function verified(
  all: ReturnType<typeof selfSignatures>,
  certificate: Key,
): Promise<readonly SignaturePacket[]> {
  const own: SignaturePacket[] = [];
  for (const { signature, data } of all) {
    const type = signature.signatureType;
    if (type === null || !(signature.created instanceof Date)) continue;
    if (await good(signature, certificate.keyPacket, type, data)) own.push(signature);
  }
  return own;
}

async function good(
  signature: SignaturePacket,
  key: AnyKeyPacket,
  type: enums.signature,
  data: object,
): Promise<boolean> {
  return (await checkBytes(signature, key, type, data)) === 'good';
}

function newest(signatures: readonly SignaturePacket[]): SignaturePacket | undefined {
  return signatures
    .filter(({ hashAlgorithm }) => strongHashes.has(hashAlgorithm ?? 0))
    .sort((a, b) => seconds(b.created) - seconds(a.created))[0];
}

function expiry(
  key: { getCreationTime(): Date },
  signature: SignaturePacket | undefined,
): number | undefined {
  const lifetime = signature?.keyExpirationTime ?? 0;
  return lifetime === 0 ? undefined : seconds(key.getCreationTime()) + lifetime;
}

/** Key flags (RFC 9580 §5.2.3.29); without any, a primary key may sign. */
function signs(signature: SignaturePacket | undefined, without: boolean): boolean {
  const flags = signature?.keyFlags?.[0];
  return flags === undefined ? without : (flags & enums.keyFlags.signData) !== 0;
}

/** Reasons that say nothing of who has the key (§5.2.3.31): superseded, retired, user id no longer valid. */
const softReasons: ReadonlySet<number> = new Set([1, 3, 32]);

async function revocationsOf(
  signatures: readonly SignaturePacket[],
  check: (signature: SignaturePacket) => Promise<boolean>,
  at: number,
): Promise<KeyFacts['revoked']> {
  let soft: KeyFacts['revoked'];
  for (const signature of signatures) {
    if (seconds(signature.created) > at || !(await check(signature))) continue;
    const reason = signature.reasonForRevocationFlag ?? 0;
    const day = date(seconds(signature.created));
    if (!softReasons.has(reason))
      return { from: undefined, why: `its owner revoked the key on ${day}` };
    soft = earliest(soft, {
      from: seconds(signature.created),
      why: `its owner retired the key on ${day}`,
    });
  }
  return soft;
}

function earliest(
  a: KeyFacts['revoked'],
  b: NonNullable<KeyFacts['revoked']>,
): NonNullable<KeyFacts['revoked']> {
  return a?.from !== undefined && b.from !== undefined && a.from <= b.from ? a : b;
}

function noStrong(signatures: readonly SignaturePacket[]): string {
  return signatures.length === 0
    ? 'nothing in the certificate binds the key'
    : 'what binds the key is signed with SHA-1 or MD5 only';
}

function weakKey(key: Key | Subkey): string | undefined {
  const { algorithm, bits } = key.getAlgorithmInfo();
  if (algorithm.startsWith('rsa')) {
    return bits !== undefined && bits < 2048 ? `an RSA key of ${bits} bits` : undefined;
  }
  return algorithm === 'dsa' || algorithm === 'elgamal' ? 'a DSA key' : undefined;
}

function least(a: number | undefined, b: number | undefined): number | undefined {
  if (a === undefined || b === undefined) return a ?? b;
  return Math.min(a, b);
}

/** Seconds since 1970; the far future where the packet has no time. */
export function seconds(time: Date | null | undefined): number {
  return time === null || time === undefined
    ? Number.MAX_SAFE_INTEGER
    : Math.floor(time.getTime() / 1000);
}

/** A day, `2026-11-21`, of seconds since 1970. */
export function date(time: number): string {
  return new Date(time * 1000).toISOString().slice(0, 10);
}
