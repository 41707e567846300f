import { sign } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import {
  encodeBase64,
  preAuthenticationEncoding,
  sha256Hex,
  type JsonObject,
  type PublicKey,
} from '@selfsame/verify';
import { formatMetablock } from '../../signing/in-toto.js';
import { PrivateKey } from '../../signing/private-key.js';
import { codeOf } from '../testing-codes.js';
import { inTotoPayloadType, parseInTotoFile, type InTotoBlock } from './envelope.js';
import { inTotoPublicKey, parseInTotoKey, type InTotoKey } from './layout-key.js';
import { layoutDocument } from './layout.js';
import { ed25519Functionary, newPair, testLink } from './testing.js';
import { verifyLayout, type LayoutVerdict } from './verify-layout.js';

const now = 1_800_000_000;

interface Signer {
  readonly id: string;
  readonly object: JsonObject & { readonly keyid: string };
  readonly sign: (message: Uint8Array) => Uint8Array;
}

function signer(kind: PublicKey['kind'], name = kind): Signer {
  if (kind === 'ed25519') {
    const key = new PrivateKey(Buffer.from(sha256Hex(name), 'hex'));
    const object = inTotoPublicKey(key.publicKey);
    return { id: object.keyid, object, sign: (message) => key.sign(message) };
  }
  const { privateKey, publicKey } = newPair(kind);
  const object = inTotoPublicKey(publicKey);
  const options = kind === 'rsa' ? { key: privateKey, padding: 6, saltLength: 32 } : privateKey;
  return { id: object.keyid, object, sign: (message) => sign('sha256', message, options) };
}

interface Changes {
  readonly payloadType?: string;
  readonly keyId?: string | undefined;
  readonly text?: string;
}

/** The signed part in an envelope, written with spaces: what is signed are its bytes. */
function envelope(signed: JsonObject, by: readonly Signer[], changes: Changes = {}): JsonObject {
  const { payloadType = inTotoPayloadType, text = JSON.stringify(signed, undefined, 1) } = changes;
  const payload = Buffer.from(text);
  const message = preAuthenticationEncoding(payloadType, payload);
  const signatures = by.map(({ id, sign: make }) => {
    const keyid = 'keyId' in changes ? changes.keyId : id;
    return { ...(keyid !== undefined && { keyid }), sig: encodeBase64(make(message)) };
  });
  return { payloadType, payload: encodeBase64(payload), signatures };
}

function block(document: JsonObject): InTotoBlock {
  return parseInTotoFile(Buffer.from(JSON.stringify(document)));
}

const owner = signer('ed25519', 'ed25519' as const);
const keyOf = ({ id, object }: Signer): InTotoKey => parseInTotoKey(object, id, []);
const layoutOf = (...people: readonly Signer[]): JsonObject =>
  layoutDocument({
    expires: 4_000_000_000,
    keys: people.map(({ object }) => object),
    steps: [
      {
        name: 'make',
        threshold: people.length,
        keyIds: people.map(({ id }) => id),
        materials: [],
        products: [
          ['CREATE', 'a.deb'],
          ['DISALLOW', '*'],
        ],
      },
    ],
  });
const link = testLink('make', {}, { 'a.deb': 'good' });

function judge(layout: InTotoBlock, ...links: readonly InTotoBlock[]): LayoutVerdict {
  const evidence = links.map((one) => ({ step: 'make', block: one }));
  return verifyLayout(layout, { keys: [keyOf(owner)], now, evidence });
}

describe('layouts and links in DSSE envelopes', () => {
  it.each(['ed25519', 'ecdsa-p256', 'rsa'] as const)('count as what %s signed', (kind) => {
    const person = signer(kind, kind);
    const layout = block(envelope(layoutOf(person), [owner]));
    const good = block(envelope(link, [person]));
    expect(judge(layout, good)).toMatchObject({ accepted: true, ignored: [] });
    const bad = block(envelope(testLink('make', {}, { 'a.deb': 'good', b: '' }), [person]));
    expect(judge(layout, bad).problems).toMatchObject([{ reason: 'rule', path: 'b' }]);
  });

  it('stand beside the other wrapping, in either place', () => {
    const [one, other] = [ed25519Functionary('one'), signer('rsa')];
    const plain = parseInTotoFile(Buffer.from(formatMetablock(one.sign(link))));
    expect(plain.isEnvelope).toBeUndefined();
    const both = { ...one, sign: other.sign };
    const layout = block(envelope(layoutOf(both, other), [owner]));
    expect(judge(layout, plain, block(envelope(link, [other])))).toMatchObject({ accepted: true });
    expect(judge(layout, plain).problems).toMatchObject([{ reason: 'threshold', needed: 2 }]);
  });

  it('count by who signed, not by whom they name', () => {
    const [alice, bob] = [signer('ecdsa-p256'), signer('ecdsa-p256')];
    const layout = block(envelope(layoutOf(alice), [owner], { keyId: undefined }));
    for (const keyId of [undefined, '']) {
      expect(judge(layout, block(envelope(link, [alice], { keyId }))).accepted).toBe(true);
      expect(judge(layout, block(envelope(link, [bob], { keyId }))).ignored).toMatchObject([
        { why: 'not-authorised' },
      ]);
    }
    const claimed = block(envelope(link, [bob], { keyId: alice.id }));
    expect(judge(layout, claimed)).toMatchObject({ accepted: false });
    // Names are no hints in the other wrapping.
    const unnamed = formatMetablock(ed25519Functionary('x').sign(link)).replace(
      /"keyid":"[0-9a-f]+"/,
      '"keyid":""',
    );
    const person = ed25519Functionary('x');
    const plain = parseInTotoFile(Buffer.from(unnamed));
    const of = block(envelope(layoutOf({ ...person, sign: owner.sign }), [owner]));
    expect(judge(of, plain).ignored).toMatchObject([{ why: 'not-authorised' }]);
  });

  it('count for nothing when a byte of payload or type is another', () => {
    const person = signer('ecdsa-p256');
    const made = envelope(layoutOf(person), [owner]);
    const altered = Buffer.from(String(made['payload']), 'base64').toString().replace('4', ' 4');
    const other = block({ ...made, payload: encodeBase64(Buffer.from(`${altered} `)) });
    expect(judge(other).problems).toMatchObject([{ reason: 'layout-signature' }]);
    // A signature over the payload alone, or over it as another type, is none of the envelope.
    const plain = owner.sign(Buffer.from(String(made['payload']), 'base64'));
    const alone = { ...made, signatures: [{ keyid: owner.id, sig: encodeBase64(plain) }] };
    expect(judge(block(alone)).problems).toMatchObject([{ reason: 'layout-signature' }]);
    const typed = envelope(layoutOf(person), [owner], { payloadType: 'application/json' });
    expect(judge(block({ ...typed, payloadType: inTotoPayloadType })).problems).toMatchObject([
      { reason: 'layout-signature' },
    ]);
  });

  const made = envelope(link, [owner]);
  it.each([
    [
      'another type',
      envelope(link, [owner], { payloadType: 'application/json' }),
      /not of in-toto/,
    ],
    ['an attestation', envelope({ _type: 'https://in-toto.io/Statement/v1' }, [owner]), /neither/],
    ['a list', envelope({}, [owner], { text: '[]' }), /payload/],
    [
      'two fields of one name',
      envelope({}, [owner], { text: '{"_type":"link","_type":"layout"}' }),
      /twice|duplicate/i,
    ],
    ['both wrappings', { ...made, signed: link }, /both/],
    ['no signature', { ...made, signatures: [] }, /no signature/],
    ['no payload type', { payload: made['payload'] ?? '', signatures: [] }, /./],
    ['nothing of both', {}, /signed/],
  ])('refuses %s', (_what, document, why) => {
    expect(() => block(document)).toThrow(why);
    expect(codeOf(() => block(document))).toMatch(/^(METABLOCK|ENVELOPE|JSON)_/);
  });
});
