import { generateKeyPairSync, sign } from 'node:crypto';
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { publicKeyFromSpki, verifySignature } from '../keys/public-key.js';
import { STATEMENT_PAYLOAD_TYPE } from '../statement/statement.js';
import { testKey } from '../testing/sign.js';
import { hintedSignatures, KnownSignatures } from './check-ahead.js';
import type { Envelope } from './envelope.js';
import { signedMessage } from './pae.js';
import { keysById, verifyEnvelope } from './verify.js';

const payload = Buffer.from('payload');
const envelopeOf = (bytes: Uint8Array, keyId = '', signature = bytes): Envelope => ({
  payloadType: STATEMENT_PAYLOAD_TYPE,
  payload: bytes,
  signatures: [{ keyId, signature }],
});
const message = signedMessage(envelopeOf(payload));
const [alice, bob] = [testKey('alice'), testKey('bob')];
const trusted = [alice.publicKey, bob.publicKey];
const good = alice.sign(message.bytes);

it('knows exactly what was checked', async () => {
  const bad = bob.sign(message.bytes);
  const known = new KnownSignatures();
  await known.check([
    [alice.publicKey, message, good],
    [alice.publicKey, message, bad],
    [alice.publicKey, message, good.subarray(1)],
  ]);
  expect(known.get(alice.publicKey, message, good)).toBe(true);
  expect(known.get(alice.publicKey, message, bad)).toBe(false);
  expect(known.get(alice.publicKey, message, good.subarray(1))).toBe(false);
  expect(known.get(bob.publicKey, message, good)).toBeUndefined();
  expect(known.get(alice.publicKey, signedMessage(envelopeOf(good)), good)).toBeUndefined();
  const altered = Uint8Array.from(good);
  altered[0] = (altered[0] ?? 0) ^ 1;
  expect(known.get(alice.publicKey, message, altered)).toBeUndefined();
});

it('does not know what another kind of key, or one that is none, says', async () => {
  const known = new KnownSignatures();
  const none = { ...alice.publicKey, bytes: new Uint8Array(3) };
  const copied = { ...bob.publicKey, kind: 'rsa' as const };
  const pair = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const other = publicKeyFromSpki(pair.publicKey.export({ format: 'der', type: 'spki' }));
  const signature = sign('sha256', message.bytes, pair.privateKey);
  expect(verifySignature(other, message.bytes, signature)).toBe(true);
  await known.check([
    [none, message, good],
    [copied, message, good],
    [other, message, signature],
  ]);
  expect(known.get(none, message, good)).toBeUndefined();
  expect(known.get(copied, message, good)).toBeUndefined();
  expect(known.get(other, message, signature)).toBeUndefined();
});

it('says of every envelope what is said without it', async () => {
  const keyIds = fc.constantFrom('', alice.publicKey.id, bob.publicKey.id, 'f'.repeat(64));
  const signature = fc.constantFrom(
    good,
    bob.sign(message.bytes),
    testKey('c').sign(message.bytes),
    payload,
  );
  const entry = fc.record({ keyId: keyIds, signature });
  const entries = fc.tuple(entry, entry, entry);
  const payloads = fc.constantFrom(payload, Buffer.from('other'), new Uint8Array(70_000));
  await fc.assert(
    fc.asyncProperty(entries, payloads, async (signatures, bytes) => {
      const envelope: Envelope = {
        payloadType: STATEMENT_PAYLOAD_TYPE,
        payload: bytes,
        signatures,
      };
      const known = new KnownSignatures();
      await known.checkEnvelopes([envelope], keysById(trusted));
      const budget = { remaining: 4 };
      const plain = { remaining: 4 };
      const found = verifyEnvelope(envelope, trusted, { ...budget, known });
      expect(found).toEqual(verifyEnvelope(envelope, keysById(trusted), plain));
    }),
    { numRuns: 60 },
  );
});

it('is asked about what names a trusted key, unless it is long', () => {
  const ask = (keyId: string, bytes: Uint8Array) => [
    ...hintedSignatures([envelopeOf(bytes, keyId, good)], keysById(trusted)),
  ];
  expect(ask(bob.publicKey.id, payload)).toEqual([[bob.publicKey, message, good]]);
  expect(ask('', payload)).toEqual([]);
  expect(ask(bob.publicKey.id, new Uint8Array(64 * 1024))).toHaveLength(1);
  expect(ask(bob.publicKey.id, new Uint8Array(64 * 1024 + 1))).toEqual([]);
});

it('checks envelopes, and makes the message of each once', async () => {
  const known = new KnownSignatures();
  const envelope = envelopeOf(payload, alice.publicKey.id, good);
  await known.checkEnvelopes([envelope], keysById(trusted));
  expect(known.get(alice.publicKey, message, good)).toBe(true);
  expect(known.messageOf(envelope)).toEqual(message);
  expect(known.messageOf(envelope)).toBe(known.messageOf(envelope));
  expect(known.messageOf(envelopeOf(good))).not.toEqual(message);
});

it('lets no more wait at a time than it may', async () => {
  let asked = 0;
  function* questions(): Iterable<Parameters<KnownSignatures['get']>> {
    for (; asked < 1000; asked += 1) yield [alice.publicKey, message, Buffer.from(`${asked}`)];
  }
  const checked = new KnownSignatures().check(questions());
  // None is answered before this function waits, and the next one is in hand.
  expect(asked).toBe(512);
  await checked;
  expect(asked).toBe(1000);
});

it('checks more than may wait at a time, whoever asks, and what is asked twice', async () => {
  const known = new KnownSignatures();
  const altered = Array.from({ length: 1200 }, (_, index) => {
    const bad = Uint8Array.from(good);
    new DataView(bad.buffer).setUint16(0, index);
    return bad;
  });
  const asked = [good, ...altered, good].map(
    (signature) => [alice.publicKey, message, signature] as const,
  );
  await Promise.all([known.check(asked), known.check(asked.slice(0, 600)), known.check(asked)]);
  await known.check(asked);
  const answers = asked.map((question) => known.get(...question));
  const isGood = (signature: Uint8Array) => Buffer.compare(signature, good) === 0;
  expect(answers).toEqual(asked.map(([, , signature]) => isGood(signature)));
});
