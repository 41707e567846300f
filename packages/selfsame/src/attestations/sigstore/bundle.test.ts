import { describe, expect, it } from 'vitest';
import { accepted, codeOf } from '../testing-codes.js';
import { parseBundle } from './bundle.js';
import { parseCertificate } from './certificate.js';
import { dsseEntry, pemOf, testEntry } from './testing.js';
import {
  TIME,
  world,
  certificateOf,
  payload,
  envelopeSignature,
  ask,
  envelopeBundle,
  envelope,
} from './testing-bundles.js';
import { parseTrustedRoot } from './trusted-root.js';

describe('bundles', () => {
  const bundle = envelopeBundle();
  const material = bundle.verificationMaterial;
  it.each([
    [
      'of an older version',
      { mediaType: 'application/vnd.dev.sigstore.bundle+json;version=0.2' },
      'BUNDLE_UNSUPPORTED',
    ],
    ['with two contents', { messageSignature: { signature: 'AAAA' } }, 'BUNDLE_INVALID'],
    ['with no content', { dsseEnvelope: undefined }, 'BUNDLE_INVALID'],
    [
      'with key and certificate',
      { verificationMaterial: { ...material, publicKey: {} } },
      'BUNDLE_INVALID',
    ],
    [
      'with a chain of its own',
      { verificationMaterial: { ...material, x509CertificateChain: {} } },
      'BUNDLE_INVALID',
    ],
    [
      'with a certificate that is none',
      { verificationMaterial: { certificate: { rawBytes: 'AAAA' } } },
      'CERTIFICATE_INVALID',
    ],
    [
      'with two signatures',
      {
        dsseEnvelope: { ...envelope, signatures: [...envelope.signatures, ...envelope.signatures] },
      },
      'BUNDLE_INVALID',
    ],
    [
      'with a negative index',
      {
        verificationMaterial: {
          ...material,
          tlogEntries: [{ ...material.tlogEntries[0], logIndex: '-1' }],
        },
      },
      'BUNDLE_INVALID',
    ],
    [
      'with an index that is written in another way',
      {
        verificationMaterial: {
          ...material,
          tlogEntries: [{ ...material.tlogEntries[0], logIndex: '042' }],
        },
      },
      'BUNDLE_INVALID',
    ],
    [
      'with a power of ten for an index',
      {
        verificationMaterial: {
          ...material,
          tlogEntries: [{ ...material.tlogEntries[0], logIndex: '1e3' }],
        },
      },
      'BUNDLE_INVALID',
    ],
    [
      'with another digest',
      {
        dsseEnvelope: undefined,
        messageSignature: {
          signature: 'AAAA',
          messageDigest: { algorithm: 'SHA2_512', digest: 'AAAA' },
        },
      },
      'BUNDLE_UNSUPPORTED',
    ],
    [
      'attack 25: with too many entries',
      {
        verificationMaterial: { ...material, tlogEntries: Array(99).fill(material.tlogEntries[0]) },
      },
      'LIMIT_EXCEEDED',
    ],
  ])('%s are refused', (_what, changes, code) => {
    expect(codeOf(() => parseBundle(JSON.stringify({ ...bundle, ...changes })))).toBe(code);
  });

  it('with an entry about two signatures are refused', () => {
    const certificate = Buffer.from(material.certificate.rawBytes, 'base64');
    const entry = dsseEntry(payload, envelopeSignature, pemOf('CERTIFICATE', certificate));
    expect(ask(bundle).time).toBe(TIME);
    const { signatures } = entry.spec;
    const body = { ...entry, spec: { ...entry.spec, signatures: [...signatures, ...signatures] } };
    const tlogEntries = [testEntry(world, body, TIME)];
    expect(
      codeOf(() => ask({ ...bundle, verificationMaterial: { ...material, tlogEntries } })),
    ).toBe('BUNDLE_INVALID');
  });

  it('with an entry of another kind are refused, loudly', () => {
    const body = {
      ...dsseEntry(payload, envelopeSignature, pemOf('CERTIFICATE', certificateOf())),
      apiVersion: '0.0.2',
    };
    const tlogEntries = [testEntry(world, body, TIME)];
    expect(
      codeOf(() => ask({ ...bundle, verificationMaterial: { ...material, tlogEntries } })),
    ).toBe('BUNDLE_UNSUPPORTED');
  });

  it('and roots of other kinds are refused, and keys that are not read left out', () => {
    const { trustedRoot } = world;
    const [tlog] = trustedRoot.tlogs;
    expect(codeOf(() => parseTrustedRoot(JSON.stringify({ ...trustedRoot, mediaType: 'x' })))).toBe(
      'BUNDLE_INVALID',
    );
    const p384 = {
      ...tlog,
      publicKey: { ...tlog?.publicKey, keyDetails: 'PKIX_ECDSA_P384_SHA_256' },
    };
    expect(parseTrustedRoot(JSON.stringify({ ...trustedRoot, tlogs: [p384] })).logs).toEqual([]);
    const unlimited = { ...tlog, publicKey: { ...tlog?.publicKey, validFor: {} } };
    expect(
      codeOf(() => parseTrustedRoot(JSON.stringify({ ...trustedRoot, tlogs: [unlimited] }))),
    ).toBe('BUNDLE_INVALID');
    accepted(JSON.stringify(trustedRoot), 300, parseTrustedRoot);
  });

  it('and certificates are read whatever the bytes', () => {
    const certificate = certificateOf();
    accepted(certificate, 300, parseCertificate);
    // And never believed.
    expect(accepted(certificate, 600, (altered) => ask(envelopeBundle(altered)))).toBe(0);
  });
});
