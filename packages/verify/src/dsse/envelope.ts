import { decodeBase64 } from '../encoding/base64.js';
import { VerifyError } from '../errors.js';
import { FieldReader } from '../json/fields.js';
import { parseJson } from '../json/parse.js';
import type { JsonObject, JsonValue } from '../json/value.js';

/** One signature as found: nothing of it is checked yet, and nothing outside the payload is signed. */
export interface EnvelopeSignature {
  /** A hint which key to try first (DSSE: "MUST NOT be used for security decisions"); empty when unset. */
  readonly keyId: string;
  readonly signature: Uint8Array;
}

/** A DSSE envelope (envelope.md v1.0.2). */
export interface Envelope {
  readonly payloadType: string;
  readonly payload: Uint8Array;
  /** At least one. */
  readonly signatures: readonly [EnvelopeSignature, ...EnvelopeSignature[]];
}

/** Bounds on one envelope; numbers far above what honest builders write. */
export const envelopeLimits = {
  /** Bytes of the whole JSON document. */
  documentBytes: 24 * 1024 * 1024,
  /** Bytes of the payload. */
  payloadBytes: 16 * 1024 * 1024,
  signatures: 1024,
  /** UTF-16 units of `payloadType` and of `keyid`. */
  textLength: 1024,
  /** Bytes of one signature: room for kinds that are not Ed25519, which then do not verify. */
  signatureBytes: 8192,
} as const;

const read: FieldReader = new FieldReader('ENVELOPE_INVALID');

/**
 * Reads an envelope. As DSSE asks, base64 may be standard or URL-safe, an unset `keyid` is an empty one
 * and unrecognised fields are ignored; but never a second spelling of a known field (`Payload`), which
 * readers that ignore case would take. Refuses an envelope without signatures and anything beyond
 * `envelopeLimits`. Throws `VerifyError`: `JSON_*`, `BASE64_INVALID`, `ENVELOPE_INVALID`, `LIMIT_EXCEEDED`.
 */
export function parseEnvelope(input: Uint8Array | string): Envelope {
  return readEnvelope(parseJson(input, { maxBytes: envelopeLimits.documentBytes, maxDepth: 16 }));
}

/** The same for an envelope that is part of another document, read by `parseJson`. */
export function readEnvelope(document: JsonValue | undefined): Envelope {
  const envelope = known(document, [], ['payload', 'payloadType', 'signatures']);
  const list = read.array(envelope['signatures'], ['signatures'], envelopeLimits.signatures);
  const [first, ...rest] = list.map(parseSignature);
  if (first === undefined) read.fail('there is no signature', ['signatures']);
  return {
    payloadType: text(envelope['payloadType'], ['payloadType']),
    payload: decodeBase64(
      read.string(envelope['payload'], ['payload']),
      envelopeLimits.payloadBytes,
    ),
    signatures: [first, ...rest],
  };
}

function parseSignature(value: JsonValue, index: number): EnvelopeSignature {
  const path = ['signatures', index];
  const entry = known(value, path, ['sig', 'keyid']);
  const sig = read.string(entry['sig'], [...path, 'sig']);
  return {
    keyId: entry['keyid'] === undefined ? '' : text(entry['keyid'], [...path, 'keyid']),
    signature: decodeBase64(sig, envelopeLimits.signatureBytes),
  };
}

/** An object without another spelling of these names; whether they are there, their readers say. */
function known(
  value: JsonValue | undefined,
  path: readonly (string | number)[],
  names: readonly string[],
): JsonObject {
  const object = read.record(value, path);
  for (const key of Object.keys(object)) {
    if (names.includes(key)) continue;
    const twin = names.find((name) => name.toLowerCase() === key.toLowerCase());
    if (twin !== undefined) read.fail(`"${key}" is another spelling of "${twin}"`, path);
  }
  return object;
}

function text(value: JsonValue | undefined, path: readonly (string | number)[]): string {
  const found = read.string(value, path);
  if (found.length > envelopeLimits.textLength) {
    throw new VerifyError('LIMIT_EXCEEDED', `${path.join('.')} is too long`, { path });
  }
  return found;
}
