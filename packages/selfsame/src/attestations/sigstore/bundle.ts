import type { X509Certificate } from 'node:crypto';
import {
  canonicalJson,
  decodeBase64,
  encodeHex,
  parseEnvelope,
  parseJson,
  parseNote,
} from '@selfsame/verify';
import type { Envelope, FieldPath, JsonObject, JsonValue, Note, PosixTime } from '@selfsame/verify';
import { parseCertificate } from './certificate.js';
import { read, unsupported } from './fields.js';

/** An entry of a log as the bundle shows it, of which nothing is checked yet. */
export interface LogEntry {
  /** sha256 of the log's key, hexadecimal. */
  readonly logId: string;
  /** Index in all shards of the log; the proof has the one in its tree. */
  readonly logIndex: number;
  readonly integratedTime: PosixTime;
  readonly body: Uint8Array;
  /** The log's signature over the entry with its time; empty, and so not valid, if there is none. */
  readonly promise: Uint8Array;
  readonly proof: {
    readonly index: number;
    readonly size: number;
    readonly root: Uint8Array;
    readonly hashes: readonly Uint8Array[];
    readonly checkpoint: Note;
  };
}

/** A bundle of version 0.3 (protobuf-specs sigstore_bundle.proto), of which nothing is checked yet. */
export interface Bundle {
  /** Undefined: signed with a key that is not in the bundle. */
  readonly certificate: X509Certificate | undefined;
  readonly entries: readonly LogEntry[];
  /** Whether there are RFC 3161 timestamps, which are not read. */
  readonly hasTimestamps: boolean;
  readonly content:
    | { readonly kind: 'envelope'; readonly envelope: Envelope }
    | {
        readonly kind: 'message';
        readonly signature: Uint8Array;
        /** What the bundle says the message's sha256 is, hexadecimal; undefined if it does not. */
        readonly sha256: string | undefined;
      };
}

const MEDIA_TYPES = [
  'application/vnd.dev.sigstore.bundle.v0.3+json',
  'application/vnd.dev.sigstore.bundle+json;version=0.3',
];
const MAX_ENTRIES = 32;

/**
 * Reads a bundle. Older versions are `BUNDLE_UNSUPPORTED`; otherwise throws `BUNDLE_INVALID`,
 * `CERTIFICATE_INVALID`, `JSON_*`, `BASE64_INVALID`, `LIMIT_EXCEEDED`, `NOTE_INVALID` or `ENVELOPE_INVALID`.
 */
export function parseBundle(input: Uint8Array | string): Bundle {
  const document = parseJson(input, { maxBytes: 24 * 1024 * 1024, maxDepth: 16 });
  const required = ['mediaType', 'verificationMaterial'];
  const bundle = read.object(document, [], required, ['messageSignature', 'dsseEnvelope']);
  if (!MEDIA_TYPES.includes(read.string(bundle['mediaType'], ['mediaType']))) {
    unsupported.fail('only bundles of version 0.3 are read', ['mediaType']);
  }
  const path = ['verificationMaterial'];
  const optional = ['certificate', 'publicKey', 'tlogEntries', 'timestampVerificationData'];
  const material = read.object(bundle['verificationMaterial'], path, [], optional);
  if ((material['certificate'] === undefined) === (material['publicKey'] === undefined)) {
    read.fail('not either a certificate or a key', path);
  }
  const timestamps = read.record(material['timestampVerificationData'] ?? {}, path);
  const list = read.array(timestamps['rfc3161Timestamps'] ?? [], path, MAX_ENTRIES);
  return {
    certificate:
      material['certificate'] === undefined
        ? undefined
        : parseCertificate(bytes(read.record(material['certificate'], path), 'rawBytes', path)),
    entries: read
      .array(material['tlogEntries'] ?? [], [...path, 'tlogEntries'], MAX_ENTRIES)
      .map((entry, at) => parseEntry(entry, [...path, 'tlogEntries', at])),
    hasTimestamps: list.length > 0,
    content: parseContent(bundle),
  };
}

function parseContent({ messageSignature, dsseEnvelope }: JsonObject): Bundle['content'] {
  if ((messageSignature === undefined) === (dsseEnvelope === undefined)) {
    read.fail('not either a message signature or an envelope', []);
  }
  if (dsseEnvelope !== undefined) {
    const envelope = parseEnvelope(canonicalJson(dsseEnvelope));
    if (envelope.signatures.length !== 1) read.fail('not one signature', ['dsseEnvelope']);
    return { kind: 'envelope', envelope };
  }
  const path = ['messageSignature'];
  const message = read.object(messageSignature, path, ['signature'], ['messageDigest']);
  const digest = read.record(message['messageDigest'] ?? {}, path);
  if (digest['algorithm'] !== undefined && digest['algorithm'] !== 'SHA2_256') {
    unsupported.fail('not a SHA2_256 digest', [...path, 'messageDigest']);
  }
  return {
    kind: 'message',
    signature: bytes(message, 'signature', path),
    sha256: digest['digest'] === undefined ? undefined : encodeHex(bytes(digest, 'digest', path)),
  };
}

function parseEntry(value: JsonValue, path: FieldPath): LogEntry {
  const fields = ['logIndex', 'logId', 'kindVersion', 'inclusionProof', 'canonicalizedBody'];
  const entry = read.object(value, path, fields, ['integratedTime', 'inclusionPromise']);
  const proof = read.record(entry['inclusionProof'], [...path, 'inclusionProof']);
  const checkpoint = read.record(proof['checkpoint'], path);
  const hashes = read.array(proof['hashes'] ?? [], path, 64);
  const promise = read.record(entry['inclusionPromise'] ?? {}, path);
  return {
    logId: encodeHex(bytes(read.record(entry['logId'], path), 'keyId', path)),
    logIndex: integer(entry['logIndex'], path),
    integratedTime: integer(entry['integratedTime'] ?? '0', path),
    body: bytes(entry, 'canonicalizedBody', path),
    promise:
      promise['signedEntryTimestamp'] === undefined
        ? new Uint8Array()
        : bytes(promise, 'signedEntryTimestamp', path),
    proof: {
      index: integer(proof['logIndex'] ?? '0', path),
      size: integer(proof['treeSize'], path),
      root: bytes(proof, 'rootHash', path),
      hashes: hashes.map((hash) => decodeBase64(read.string(hash, path), 32)),
      checkpoint: parseNote(read.string(checkpoint['envelope'], path)),
    },
  };
}

/** Protobuf writes 64-bit integers as texts. */
function integer(value: JsonValue | undefined, path: FieldPath): number {
  const text = read.string(value, path);
  if (!/^(?:0|[1-9][0-9]{0,15})$/.test(text)) read.fail('not a number', path);
  return read.count(Number(text), path);
}

function bytes(object: JsonObject, field: string, path: FieldPath): Uint8Array {
  return decodeBase64(read.string(object[field], [...path, field]), 1024 * 1024);
}
