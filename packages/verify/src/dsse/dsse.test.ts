import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { encodeBase64 } from '../encoding/base64.js';
import { VerifyError } from '../errors.js';
import { formatEnvelope, signEnvelope, testKey } from '../testing/sign.js';
import { parseEnvelope, type Envelope } from './envelope.js';
import { preAuthenticationEncoding } from './pae.js';
import { verifyEnvelope } from './verify.js';

const TYPE = 'application/vnd.in-toto+json';
const payload = Buffer.from('{"a":"☃"}');
const alice = testKey('alice');
const bob = testKey('bob');
const trusted = [alice.publicKey, bob.publicKey];

function code(input: string | Uint8Array): string {
  try {
    parseEnvelope(input);
  } catch (error) {
    if (error instanceof VerifyError) return error.code;
    throw error;
  }
  return 'accepted';
}

describe('preAuthenticationEncoding', () => {
  it('gives the test vector of DSSE protocol v1.0.2', () => {
    const bytes = preAuthenticationEncoding(
      'http://example.com/HelloWorld',
      Buffer.from('hello world'),
    );
    expect(Buffer.from(bytes).toString()).toBe(
      'DSSEv1 29 http://example.com/HelloWorld 11 hello world',
    );
  });

  it('counts bytes, not characters', () => {
    const bytes = preAuthenticationEncoding('☃', Buffer.from('é'));
    expect(Buffer.from(bytes).toString()).toBe('DSSEv1 3 ☃ 2 é');
  });

  it('separates every type from every payload', () => {
    fc.assert(
      fc.property(fc.string(), fc.string(), fc.string(), fc.string(), (t1, p1, t2, p2) => {
        const a = preAuthenticationEncoding(t1, Buffer.from(p1));
        const b = preAuthenticationEncoding(t2, Buffer.from(p2));
        expect(Buffer.compare(a, b) === 0).toBe(t1 === t2 && p1 === p2);
      }),
    );
    expect(preAuthenticationEncoding('a 1', Buffer.from('b'))).not.toEqual(
      preAuthenticationEncoding('a', Buffer.from('1 b')),
    );
  });
});

describe('parseEnvelope', () => {
  const envelope = signEnvelope(TYPE, payload, alice);
  const text = formatEnvelope(envelope);
  const document = JSON.parse(text) as Record<string, unknown>;
  const changed = (changes: Record<string, unknown>) => JSON.stringify({ ...document, ...changes });

  it('reads what formatEnvelope writes', () => {
    const read = parseEnvelope(text);
    expect(Buffer.from(read.payload).equals(payload)).toBe(true);
    expect(formatEnvelope(read)).toBe(text);
    expect(formatEnvelope(signEnvelope(TYPE, payload, alice))).toBe(text);
  });

  it('reads key ids of up to 1024 characters', () => {
    const long = (length: number) =>
      code(changed({ signatures: [{ sig: '', keyid: 'x'.repeat(length) }] }));
    expect([long(1024), long(1025)]).toEqual(['accepted', 'LIMIT_EXCEEDED']);
  });

  it('reads URL-safe base64, an unset keyid, and ignores what DSSE may add', () => {
    const bytes = Uint8Array.from({ length: 64 }, () => 0xff);
    const urlSafe = encodeBase64(bytes).replaceAll('/', '_').replaceAll('=', '');
    const read = parseEnvelope(changed({ signatures: [{ sig: urlSafe, cert: 'x' }], more: {} }));
    expect(read.signatures).toEqual([{ keyId: '', signature: bytes }]);
  });

  it.each([
    ['no signature', changed({ signatures: [] }), 'ENVELOPE_INVALID'],
    ['signatures that are an object', changed({ signatures: {} }), 'ENVELOPE_INVALID'],
    ['no payload', changed({ payload: undefined }), 'ENVELOPE_INVALID'],
    ['no payload type', changed({ payloadType: undefined }), 'ENVELOPE_INVALID'],
    ['a payload that is a number', changed({ payload: 1 }), 'ENVELOPE_INVALID'],
    ['another spelling of a field', changed({ Payload: 'AAAA' }), 'ENVELOPE_INVALID'],
    [
      'another spelling of what may be absent',
      changed({ signatures: [{ sig: '', KEYID: '' }] }),
      'ENVELOPE_INVALID',
    ],
    ['a signature without bytes', changed({ signatures: [{ keyid: '' }] }), 'ENVELOPE_INVALID'],
    [
      'another spelling in a signature',
      changed({ signatures: [{ sig: '', SIG: '' }] }),
      'ENVELOPE_INVALID',
    ],
    [
      'a key id that is a number',
      changed({ signatures: [{ sig: '', keyid: 1 }] }),
      'ENVELOPE_INVALID',
    ],
    ['a list', '[]', 'ENVELOPE_INVALID'],
    ['base64 with a line break', changed({ payload: 'AA\nAA' }), 'BASE64_INVALID'],
    ['a payload given twice', text.replace('{', '{"payload":"AAAA",'), 'JSON_DUPLICATE_KEY'],
    ['a web page', '<!DOCTYPE html><html><body>404</body></html>', 'JSON_SYNTAX'],
    ['a cut file', text.slice(0, text.length / 2), 'JSON_SYNTAX'],
    ['an empty file', '', 'JSON_SYNTAX'],
    [
      'too many signatures',
      changed({ signatures: Array(1025).fill({ sig: '' }) }),
      'LIMIT_EXCEEDED',
    ],
    [
      'an endless key id',
      changed({ signatures: [{ sig: '', keyid: 'x'.repeat(2000) }] }),
      'LIMIT_EXCEEDED',
    ],
  ])('refuses %s', (_name, input, expected) => {
    expect(code(input)).toBe(expected);
  });

  it('never accepts an altered payload or type, whatever byte is changed', () => {
    const bytes = Buffer.from(text);
    fc.assert(
      fc.property(fc.nat(bytes.length - 1), fc.integer({ min: 1, max: 255 }), (at, change) => {
        const altered = Buffer.from(bytes);
        altered[at] = (altered[at] ?? 0) ^ change;
        let read: Envelope;
        try {
          read = parseEnvelope(altered);
        } catch (error) {
          expect(error).toBeInstanceOf(VerifyError);
          return;
        }
        const valid = verifyEnvelope(read, trusted).some((result) => result.result === 'valid');
        if (!valid) return;
        expect(read.payloadType).toBe(TYPE);
        expect(Buffer.from(read.payload).equals(payload)).toBe(true);
      }),
      { numRuns: 2000 },
    );
  });
});

describe('verifyEnvelope', () => {
  const one = signEnvelope(TYPE, payload, alice);
  const [signature] = one.signatures;
  const results = (envelope: Envelope) =>
    verifyEnvelope(envelope, trusted).map((result) =>
      result.result === 'valid' ? result.key.id : result.result,
    );

  it('finds the key of a signature', () => {
    expect(results(one)).toEqual([alice.publicKey.id]);
  });

  it('finds it whatever the key id says', () => {
    for (const keyId of ['', 'alice', bob.publicKey.id, 'f'.repeat(64)]) {
      expect(results({ ...one, signatures: [{ ...signature, keyId }] })).toEqual([
        alice.publicKey.id,
      ]);
    }
  });

  it('does not believe a key id', () => {
    const forged = testKey('mallory').sign(preAuthenticationEncoding(TYPE, payload));
    const envelope = {
      ...one,
      signatures: [{ keyId: alice.publicKey.id, signature: forged }] as const,
    };
    expect(results(envelope)).toEqual(['invalid']);
  });

  it('calls a signature by nobody in particular untrusted', () => {
    expect(results(signEnvelope(TYPE, payload, testKey('mallory')))).toEqual(['untrusted']);
    expect(verifyEnvelope(one, [])).toEqual([{ result: 'untrusted' }]);
  });

  it('tries the key that is named once, and that is free', () => {
    const forged = testKey('mallory').sign(preAuthenticationEncoding(TYPE, payload));
    const named = { keyId: alice.publicKey.id, signature: forged };
    const budget = { remaining: 1 };
    const envelope = { ...one, signatures: [named, named] as const };
    expect(verifyEnvelope(envelope, [alice.publicKey], budget)).toMatchObject([
      { result: 'invalid' },
      { result: 'invalid' },
    ]);
    expect(budget.remaining).toBe(1);
  });

  it('binds the payload type', () => {
    expect(results({ ...one, payloadType: 'text/plain' })).toEqual(['invalid']);
  });

  it('does not let junk use up the checks of honest signatures', () => {
    const junk = { keyId: '', signature: new Uint8Array(64) };
    const envelope = { ...one, signatures: [junk, junk, junk, signature] as const };
    const found = verifyEnvelope(envelope, trusted, { remaining: 3 });
    expect(found.map(({ result }) => result)).toEqual([
      'untrusted',
      'unchecked',
      'unchecked',
      'valid',
    ]);
  });
});
