import { decodeHex } from '../encoding/hex.js';
import { olpcJsonBytes } from '../json/canonical.js';
import { FieldReader } from '../json/fields.js';
import { parseJson } from '../json/parse.js';
import type { JsonObject, JsonValue } from '../json/value.js';

/** One signature as found. `openPgp` is there for signatures made by gpg, which are judged outside the trust core. */
export interface InTotoSignature {
  /** A hint; for OpenPGP the fingerprint of the key or subkey. */
  readonly keyId: string;
  readonly value: Uint8Array;
  readonly openPgp?: { readonly headers: Uint8Array };
}

/** A link or layout with its signatures (in-toto specification 1.0 §4.1), of which nothing is checked yet. */
export interface Metablock {
  readonly signed: JsonObject;
  /** What is signed: the OLPC canonical JSON of `signed`. */
  readonly payload: Uint8Array;
  readonly signatures: readonly InTotoSignature[];
}

const metablockLimits = { bytes: 16 * 1024 * 1024, signatures: 256 } as const;

const read: FieldReader = new FieldReader('METABLOCK_INVALID');
const MAX_SIGNATURE_BYTES = 8192;

/** Reads a link or layout file. Throws `METABLOCK_INVALID`, `JSON_*`, `HEX_INVALID`, `CANONICAL_VALUE` or `LIMIT_EXCEEDED`. */
export function parseMetablock(input: Uint8Array | string): Metablock {
  const document = parseJson(input, { maxBytes: metablockLimits.bytes, maxDepth: 32 });
  const { signed, signatures } = read.object(document, [], ['signed', 'signatures']);
  const object = read.record(signed, ['signed']);
  const list = read.array(signatures, ['signatures'], metablockLimits.signatures);
  return { signed: object, payload: olpcJsonBytes(object), signatures: list.map(parseSignature) };
}

function parseSignature(value: JsonValue, index: number): InTotoSignature {
  const path = ['signatures', index];
  const object = read.record(value, path);
  const bytes = (name: string): Uint8Array => {
    const text = read.string(object[name], [...path, name]);
    return decodeHex(text, Math.min(text.length / 2, MAX_SIGNATURE_BYTES));
  };
  const keyId = read.string(object['keyid'], [...path, 'keyid']);
  if (Object.hasOwn(object, 'sig')) {
    read.object(object, path, ['keyid', 'sig'], ['method']);
    return { keyId, value: bytes('sig') };
  }
  const optional = ['short_keyid', 'info'];
  read.object(object, path, ['keyid', 'other_headers', 'signature'], optional);
  return { keyId, value: bytes('signature'), openPgp: { headers: bytes('other_headers') } };
}
