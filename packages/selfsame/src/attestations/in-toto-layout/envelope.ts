// Specification: ITE-5, DSSE v1.0.2 envelope.md and protocol.md, in-toto specification 1.0 §4.1.

import {
  parseEnvelope,
  parseJson,
  parseMetablock,
  preAuthenticationEncoding,
  type JsonObject,
  type Metablock,
} from '@selfsame/verify';
import { read } from './fields.js';

/** A link or layout with its signatures, of which nothing is checked yet, in either of both wrappings. */
export interface InTotoBlock extends Metablock {
  /** From a DSSE envelope, where the names of keys are hints, and may be left out. */
  readonly isEnvelope?: true;
}

/** What the payload of links and layouts in envelopes is called, and that of attestations. */
export const inTotoPayloadType = 'application/vnd.in-toto+json';

const payloadLimits = { maxBytes: 16 * 1024 * 1024, maxDepth: 32 } as const;

/**
 * Reads a link or layout: in-toto's own wrapping, or a DSSE envelope, in which the bytes that were signed are those of
 * the payload, however they are written. What OpenPGP signed is only known in the former.
 * Throws what `parseMetablock` and `parseEnvelope` throw, and `METABLOCK_INVALID` for an envelope of something else.
 */
export function parseInTotoFile(input: Uint8Array): InTotoBlock {
  const document = parseJson(input, { ...payloadLimits, maxBytes: 24 * 1024 * 1024 });
  // One of both, never one reader's choice: a file that is both is none.
  if (!Object.hasOwn(read.record(document, []), 'payload')) return parseMetablock(input);
  if (Object.hasOwn(document as JsonObject, 'signed'))
    read.fail('both in-toto\'s own wrapping ("signed") and an envelope ("payload")', []);
  const { payloadType, payload, signatures } = parseEnvelope(input);
  if (payloadType !== inTotoPayloadType)
    read.fail(`an envelope of ${JSON.stringify(payloadType)}, not of in-toto`, ['payloadType']);
  const signed = read.record(parseJson(payload, payloadLimits), ['payload']);
  if (signed['_type'] !== 'link' && signed['_type'] !== 'layout')
    read.fail('an envelope of neither a link nor a layout', ['payload', '_type']);
  return {
    signed,
    payload: preAuthenticationEncoding(payloadType, payload),
    signatures: signatures.map(({ keyId, signature }) => ({ keyId, value: signature })),
    isEnvelope: true,
  };
}
