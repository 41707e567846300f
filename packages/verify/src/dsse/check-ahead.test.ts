import { generateKeyPairSync, sign } from 'node:crypto';
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { publicKeyFromSpki, verifySignature } from '../keys/public-key.js';
import { STATEMENT_PAYLOAD_TYPE } from '../statement/statement.js';
import { testKey } from '../testing/sign.js';
import { hintedSignatures, KnownSignatures } from './check-ahead.js';
import type { Envelope } from './envelope.js';
import { preAuthenticationEncoding } from './pae.js';
import { keysById, verifyEnvelope } from './verify.js';

const payload = Buffer.from('payload');
const message = preAuthenticationEncoding(STATEMENT_PAYLOAD_TYPE, payload);
const [alice, bob] = [testKey('alice'), testKey('bob')];
const trusted = [alice.publicKey, bob.publicKey];
const good = alice.sign(message);

it('knows exactly what was checked', async () => {
  const bad = bob.sign(message);
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
  expect(known.get(alice.publicKey, payload, good)).toBeUndefined();
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
  const signature = sign('sha256', message, pair.privateKey);
  expect(verifySignature(other, message, signature)).toBe(true);
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
  const signature = fc.constantFrom(good, bob.sign(message), testKey('c').sign(message), payload);
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
      await known.check(hintedSignatures([envelope], keysById(trusted)));
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
    ...hintedSignatures(
      [
        {
          payloadType: STATEMENT_PAYLOAD_TYPE,
          payload: bytes,
          signatures: [{ keyId, signature: good }],
        },
      ],
      keysById(trusted),
    ),
  ];
  expect(ask(bob.publicKey.id, payload)).toEqual([[bob.publicKey, message, good]]);
  expect(ask('', payload)).toEqual([]);
  expect(ask(bob.publicKey.id, new Uint8Array(64 * 1024))).toHaveLength(1);
  expect(ask(bob.publicKey.id, new Uint8Array(64 * 1024 + 1))).toEqual([]);
});
