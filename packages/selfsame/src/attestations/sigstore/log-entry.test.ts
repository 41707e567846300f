import { encodeBase64, sha256Hex } from '@selfsame/verify';
import { describe, expect, it } from 'vitest';
import { codeOf } from '../testing-codes.js';
import { dsseEntry, hashedRekord, pemOf, testEntry, testPair } from './testing.js';
import {
  ask,
  certificateOf,
  envelopeBundle,
  envelopeSignature,
  key,
  message,
  messageSignature,
  payload,
  plain,
  spki,
  TIME,
  world,
} from './testing-bundles.js';

const certificate = certificateOf();
const pem = pemOf('CERTIFICATE', certificate);
const about = dsseEntry(payload, envelopeSignature, pem);

/** What comes of a bundle with a certificate and this entry. */
function withEntry(body: object, written: Parameters<typeof testEntry>[3] = {}): string {
  const bundle = envelopeBundle(certificate);
  const tlogEntries = [testEntry(world, body, TIME, written)];
  const verificationMaterial = { ...bundle.verificationMaterial, tlogEntries };
  return codeOf(() => ask({ ...bundle, verificationMaterial }));
}

/** What comes of a bundle with a key and a file, and this entry. */
function withKeyEntry(body: object): string {
  const tlogEntries = [testEntry(world, body, TIME)];
  return codeOf(() =>
    ask({ ...plain(), verificationMaterial: { publicKey: {}, tlogEntries } }, { key }),
  );
}

describe('checkpoints of an entry', () => {
  it.each([
    ['rekor.example - 1234', 'accepted'],
    ['rekor.example', 'accepted'],
    // As long as the name of the log.
    ['other.example - 1234', 'CHECKPOINT_INVALID'],
    ['rekor.example.org - 1234', 'CHECKPOINT_INVALID'],
    ['rekor.example - 1234 ', 'CHECKPOINT_INVALID'],
    ['rekor.example - ', 'CHECKPOINT_INVALID'],
  ])('in the name of %j: %s', (origin, answer) => {
    expect(withEntry(about, { origin })).toBe(answer);
  });

  it('count only when the log signed them, and names its own key', () => {
    expect(withEntry(about)).toBe('accepted');
    const signer = testPair().privateKey;
    expect(withEntry(about, { signer })).toBe('SIGNATURE_INVALID');
    expect(withEntry(about, { hint: '00000000' })).toBe('SIGNATURE_INVALID');
  });
});

describe('what an entry is about', () => {
  const [signed] = about.spec.signatures;
  const other = encodeBase64(new Uint8Array(64));
  const spec = (changes: object) => ({ ...about, spec: { ...about.spec, ...changes } });
  const otherPem = pemOf('CERTIFICATE', certificateOf());
  it.each<[string, object, string]>([
    ['another payload', dsseEntry(message, envelopeSignature, pem), 'BUNDLE_INVALID'],
    [
      'another signature',
      spec({ signatures: [{ ...signed, signature: other }] }),
      'BUNDLE_INVALID',
    ],
    ['another certificate', dsseEntry(payload, envelopeSignature, otherPem), 'BUNDLE_INVALID'],
    ['no signature', spec({ signatures: [] }), 'BUNDLE_INVALID'],
    ['two signatures', spec({ signatures: [signed, signed] }), 'BUNDLE_INVALID'],
    [
      'a digest of another kind',
      spec({ payloadHash: { algorithm: 'sha512', value: sha256Hex(payload) } }),
      'BUNDLE_INVALID',
    ],
    ['something of another kind', { ...about, kind: 'intoto' }, 'BUNDLE_UNSUPPORTED'],
    ['something of another version', { ...about, apiVersion: '0.0.2' }, 'BUNDLE_UNSUPPORTED'],
  ])('is not %s', (_what, body, answer) => {
    expect(withEntry(body)).toBe(answer);
  });

  it('is the one certificate, and nothing else in its PEM', () => {
    for (const text of [
      `x${pem}`,
      `${pem}x`,
      pem.replace('CERTIFICATE', 'PUBLIC KEY'),
      pem.replaceAll('CERTIFICATE', 'X509'),
      encodeBase64(certificate),
      '',
    ]) {
      expect(withEntry(dsseEntry(payload, envelopeSignature, text))).toBe('BUNDLE_INVALID');
    }
    expect(withEntry(dsseEntry(payload, envelopeSignature, pem.trimEnd()))).toBe('accepted');
  });

  it('is the kind that fits what was signed, in a version that is read', () => {
    const keyPem = pemOf('PUBLIC KEY', spki);
    const rekord = hashedRekord(message, messageSignature, keyPem);
    expect(withKeyEntry(rekord)).toBe('accepted');
    expect(withKeyEntry({ ...rekord, apiVersion: '0.0.2' })).toBe('BUNDLE_UNSUPPORTED');
    expect(withKeyEntry(dsseEntry(message, messageSignature, keyPem))).toBe('BUNDLE_UNSUPPORTED');
  });
});
