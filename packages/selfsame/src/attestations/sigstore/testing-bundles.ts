import { sign } from 'node:crypto';
import { encodeBase64, publicKeyFromSpki } from '@selfsame/verify';
import { parseBundle } from './bundle.js';
import {
  dsseEntry,
  hashedRekord,
  pemOf,
  testCertificate,
  testEntry,
  testEnvelope,
  testPair,
  testSigstore,
  type TestCertificate,
} from './testing.js';
import { parseTrustedRoot } from './trusted-root.js';
import { verifyBundle, type BundleQuestion } from './verify-bundle.js';

// For tests: bundles by one signer, and one place to ask about them.

const MEDIA_TYPE = 'application/vnd.dev.sigstore.bundle.v0.3+json';
export const TYPE = 'application/vnd.in-toto+json';
export const TIME = 1_700_000_000;
export const world = testSigstore();
export const pair = testPair();
export const leaf: TestCertificate = {
  name: '',
  isAuthority: false,
  since: TIME - 10,
  until: TIME + 600,
  identity: 'https://example.org/workflow@refs/heads/main',
  issuer: 'https://token.example',
};
export const certificateOf = (
  changes: Partial<TestCertificate> = {},
  authority = world.authority,
) => testCertificate({ ...leaf, ...changes }, pair.publicKey, authority);
export const message = Buffer.from('an artifact');
export const payload = Buffer.from('{"a":1}');
export const { envelope, signature: envelopeSignature } = testEnvelope(
  TYPE,
  payload,
  pair.privateKey,
);
export const messageSignature = sign('sha256', message, pair.privateKey);

export const root = parseTrustedRoot(JSON.stringify(world.trustedRoot));
export const ask = (bundle: unknown, changes: Partial<BundleQuestion> = {}) =>
  verifyBundle(parseBundle(typeof bundle === 'string' ? bundle : JSON.stringify(bundle)), {
    root,
    message,
    logs: 1,
    now: 1_800_000_000,
    ...changes,
  });

export function envelopeBundle(certificate = certificateOf(), time = TIME, more: object = {}) {
  const body = dsseEntry(payload, envelopeSignature, pemOf('CERTIFICATE', certificate));
  return {
    mediaType: MEDIA_TYPE,
    verificationMaterial: {
      certificate: { rawBytes: encodeBase64(certificate) },
      tlogEntries: [testEntry(world, body, time)],
      ...more,
    },
    dsseEnvelope: envelope,
  };
}

export const spki = pair.publicKey.export({ format: 'der', type: 'spki' });
export const key = publicKeyFromSpki(spki);
export function keyBundle(
  changes: { signed?: Uint8Array; signature?: Uint8Array; pem?: string } = {},
) {
  const {
    signed = message,
    signature = messageSignature,
    pem = pemOf('PUBLIC KEY', spki),
  } = changes;
  return {
    mediaType: MEDIA_TYPE,
    verificationMaterial: {
      publicKey: { hint: 'anything' },
      tlogEntries: [testEntry(world, hashedRekord(signed, signature, pem), TIME)],
    },
    messageSignature: {
      messageDigest: {
        algorithm: 'SHA2_256',
        digest: Buffer.from(root.logs.length === 1 ? 'x' : '').toString('base64'),
      },
      signature: encodeBase64(messageSignature),
    },
  };
}
export const withDigest = (bundle: ReturnType<typeof keyBundle>, digest: string | undefined) => ({
  ...bundle,
  messageSignature: {
    signature: bundle.messageSignature.signature,
    ...(digest !== undefined && { messageDigest: { algorithm: 'SHA2_256', digest } }),
  },
});
export const plain = (changes: Parameters<typeof keyBundle>[0] = {}) =>
  withDigest(keyBundle(changes), undefined);
