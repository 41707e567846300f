import { decodeBase64, encodeHex, parseJson, publicKeyFromSpki } from '@selfsame/verify';
import type { FieldPath, JsonObject, JsonValue, PosixTime, PublicKey } from '@selfsame/verify';
import { parseCertificate, type CertificateAuthority } from './certificate.js';
import { read } from './fields.js';

/** A transparency log with a key that this package can check. */
export interface TrustedLog {
  /** What it calls itself in checkpoints: host and path of its address. */
  readonly name: string;
  /** sha256 of its key, hexadecimal. */
  readonly id: string;
  readonly key: PublicKey;
  readonly since: PosixTime;
  readonly until: PosixTime | undefined;
}

/** Whom to believe, from the person who verifies (protobuf-specs sigstore_trustroot.proto, v0.1). */
export interface TrustedRoot {
  readonly authorities: readonly CertificateAuthority[];
  readonly logs: readonly TrustedLog[];
}

const MAX_ITEMS = 64;

/** Reads a `trusted_root.json`. Logs with keys of other kinds are left out. Throws `BUNDLE_INVALID` or what its parts throw. */
export function parseTrustedRoot(input: Uint8Array | string): TrustedRoot {
  const root = read.record(parseJson(input, { maxBytes: 1024 * 1024, maxDepth: 16 }), []);
  const type = read.string(root['mediaType'], ['mediaType']);
  if (
    !/^application\/vnd\.dev\.sigstore\.trustedroot(?:\+json;version=0\.1|\.v0\.[12]\+json)$/.test(
      type,
    )
  ) {
    read.fail('not a trusted root of version 0.1 or 0.2', ['mediaType']);
  }
  const list = (field: string): readonly JsonObject[] =>
    read
      .array(root[field] ?? [], [field], MAX_ITEMS)
      .map((item, at) => read.record(item, [field, at]));
  return {
    authorities: list('certificateAuthorities').map(parseAuthority),
    logs: list('tlogs').flatMap(parseLog),
  };
}

function parseAuthority(item: JsonObject, at: number): CertificateAuthority {
  const path = ['certificateAuthorities', at];
  const { certificates } = read.record(item['certChain'], path);
  const chain = read
    .array(certificates, path, 8)
    .map((entry) => parseCertificate(rawBytes(read.record(entry, path), path)));
  if (chain.length === 0) read.fail('no certificate', path);
  return { chain, ...parseWindow(item['validFor'], path) };
}

function parseLog(item: JsonObject, at: number): readonly TrustedLog[] {
  const path = ['tlogs', at];
  const publicKey = read.record(item['publicKey'], path);
  const details = publicKey['keyDetails'];
  if (details !== 'PKIX_ECDSA_P256_SHA_256' && details !== 'PKIX_ED25519') return [];
  const key = publicKeyFromSpki(rawBytes(publicKey, path));
  const { keyId } = read.record(item['logId'], path);
  const id = encodeHex(decodeBase64(read.string(keyId, path), 32));
  const name = read
    .string(item['baseUrl'], path)
    .replace(/^https?:\/\//, '')
    .replace(/\/+$/, '');
  return [{ name, id, key, ...parseWindow(publicKey['validFor'], path) }];
}

/** A start must be there, as the specification has it. */
function parseWindow(value: JsonValue | undefined, path: FieldPath) {
  const { start, end } = read.record(value, [...path, 'validFor']);
  return {
    since: parseTimestamp(start, path),
    until: (end ?? null) === null ? undefined : parseTimestamp(end, path),
  };
}

/** RFC 3339 in UTC, with or without fractions, which are cut. */
function parseTimestamp(value: JsonValue | undefined, path: FieldPath): PosixTime {
  const text = read.string(value, path);
  const time = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d+)?Z$/.test(text)
    ? Date.parse(text)
    : Number.NaN;
  if (Number.isNaN(time)) read.fail('not a time in UTC', path);
  return Math.floor(time / 1000);
}

function rawBytes(object: JsonObject, path: FieldPath): Uint8Array {
  return decodeBase64(read.string(object['rawBytes'], [...path, 'rawBytes']), 16_384);
}
