import { sign } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { encodeBase64, publicKeyFromSpki } from '@selfsame/verify';
import {
  accepted,
  codeOf,
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
import { parseBundle } from './bundle.js';
import { parseCertificate } from './certificate.js';
import { parseTrustedRoot } from './trusted-root.js';
import { verifyBundle, type BundleQuestion } from './verify-bundle.js';

const MEDIA_TYPE = 'application/vnd.dev.sigstore.bundle.v0.3+json';
const TYPE = 'application/vnd.in-toto+json';
const TIME = 1_700_000_000;
const world = testSigstore();
const pair = testPair();
const leaf: TestCertificate = {
  name: '',
  isAuthority: false,
  since: TIME - 10,
  until: TIME + 600,
  identity: 'https://example.org/workflow@refs/heads/main',
  issuer: 'https://token.example',
};
const certificateOf = (changes: Partial<TestCertificate> = {}, authority = world.authority) =>
  testCertificate({ ...leaf, ...changes }, pair.publicKey, authority);
const message = Buffer.from('an artifact');
const payload = Buffer.from('{"a":1}');
const { envelope, signature: envelopeSignature } = testEnvelope(TYPE, payload, pair.privateKey);
const messageSignature = sign('sha256', message, pair.privateKey);

const root = parseTrustedRoot(JSON.stringify(world.trustedRoot));
const ask = (bundle: unknown, changes: Partial<BundleQuestion> = {}) =>
  verifyBundle(parseBundle(typeof bundle === 'string' ? bundle : JSON.stringify(bundle)), {
    root,
    message,
    logs: 1,
    now: 1_800_000_000,
    ...changes,
  });

function envelopeBundle(certificate = certificateOf(), time = TIME, more: object = {}) {
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

const spki = pair.publicKey.export({ format: 'der', type: 'spki' });
const key = publicKeyFromSpki(spki);
function keyBundle(changes: { signed?: Uint8Array; signature?: Uint8Array; pem?: string } = {}) {
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
const withDigest = (bundle: ReturnType<typeof keyBundle>, digest: string | undefined) => ({
  ...bundle,
  messageSignature: {
    signature: bundle.messageSignature.signature,
    ...(digest !== undefined && { messageDigest: { algorithm: 'SHA2_256', digest } }),
  },
});
const plain = (changes: Parameters<typeof keyBundle>[0] = {}) =>
  withDigest(keyBundle(changes), undefined);

describe('bundles with a certificate', () => {
  it('are verified offline, down to who signed', () => {
    expect(ask(envelopeBundle())).toEqual({
      signer: {
        kind: 'certificate',
        keyId: 'sigstore:https://token.example https://example.org/workflow@refs/heads/main',
        identity: 'https://example.org/workflow@refs/heads/main',
        issuer: 'https://token.example',
      },
      content: { kind: 'envelope', payloadType: TYPE, payload: new Uint8Array(payload) },
      logs: [root.logs[0]?.key.id],
      time: TIME,
      notChecked: ['certificate-transparency'],
    });
  });

  const stranger = { name: 'middle', key: testPair().privateKey };
  it.each([
    ['was expired when it was logged', envelopeBundle(certificateOf(), TIME + 601)],
    ['was not valid yet', envelopeBundle(certificateOf(), TIME - 11)],
    ['is by an authority of the same name', envelopeBundle(certificateOf({}, stranger))],
    [
      'is by the holder of another name',
      envelopeBundle(certificateOf({}, { ...world.authority, name: 'other' })),
    ],
    ['is not for signing code', envelopeBundle(certificateOf({ usage: '2b06010505070301' }))],
    ['is itself an authority', envelopeBundle(certificateOf({ isAuthority: true }))],
    [
      'has two identities',
      envelopeBundle(certificateOf({ extraIdentity: 'https://example.com/' })),
    ],
    [
      'has an identity with a space',
      envelopeBundle(certificateOf({ identity: 'https://example.org/ x' })),
    ],
    [
      'has no issuer',
      envelopeBundle(
        testCertificate(
          {
            name: '',
            isAuthority: false,
            since: leaf.since,
            until: leaf.until,
            identity: 'https://x/',
          },
          pair.publicKey,
          world.authority,
        ),
      ),
    ],
  ])('are refused when it %s', (_what, bundle) => {
    expect(codeOf(() => ask(bundle))).toBe('CERTIFICATE_INVALID');
  });

  it('are refused without a time that a known log signed', () => {
    const { verificationMaterial, ...rest } = envelopeBundle();
    const bundle = {
      ...rest,
      verificationMaterial: { certificate: verificationMaterial.certificate },
    };
    expect(codeOf(() => ask(bundle, { logs: 0 }))).toBe('BUNDLE_INVALID');
    const [entry] = verificationMaterial.tlogEntries;
    const later = { ...entry, integratedTime: String(TIME + 1) };
    expect(
      codeOf(() =>
        ask({ ...rest, verificationMaterial: { ...verificationMaterial, tlogEntries: [later] } }),
      ),
    ).toBe('SIGNATURE_INVALID');
    const { inclusionPromise, ...without } = entry ?? expect.unreachable();
    expect(inclusionPromise).toBeDefined();
    expect(
      codeOf(() =>
        ask({ ...rest, verificationMaterial: { ...verificationMaterial, tlogEntries: [without] } }),
      ),
    ).toBe('SIGNATURE_INVALID');
  });

  it('are refused from the future, and loudly with timestamps that are not read', () => {
    expect(codeOf(() => ask(envelopeBundle(), { now: TIME - 1 }))).toBe('BUNDLE_INVALID');
    const timestampVerificationData = { rfc3161Timestamps: [{ signedTimestamp: 'AAAA' }] };
    expect(
      codeOf(() => ask(envelopeBundle(certificateOf(), TIME, { timestampVerificationData }))),
    ).toBe('BUNDLE_UNSUPPORTED');
  });

  it('attack 5: count a log once, however often its entry is shown', () => {
    const bundle = envelopeBundle();
    const [entry] = bundle.verificationMaterial.tlogEntries;
    const twice = {
      ...bundle,
      verificationMaterial: { ...bundle.verificationMaterial, tlogEntries: [entry, entry] },
    };
    expect(ask(twice).logs).toHaveLength(1);
    expect(codeOf(() => ask(twice, { logs: 2 }))).toBe('BUNDLE_INVALID');
  });

  it('attack 28: do not count logs that nobody named', () => {
    expect(codeOf(() => ask(envelopeBundle(), { root: { ...root, logs: [] } }))).toBe(
      'BUNDLE_INVALID',
    );
    const [log] = root.logs;
    if (log === undefined) expect.unreachable();
    expect(
      codeOf(() =>
        ask(envelopeBundle(), { root: { ...root, logs: [{ ...log, until: TIME - 1 }] } }),
      ),
    ).toBe('BUNDLE_INVALID');
    expect(
      codeOf(() => ask(envelopeBundle(), { root: { ...root, logs: [{ ...log, name: 'rekor' }] } })),
    ).toBe('SIGNATURE_INVALID');
  });

  it('find their log among several, and only while it is trusted', () => {
    const [log] = root.logs;
    const [other] = parseTrustedRoot(JSON.stringify(testSigstore().trustedRoot)).logs;
    if (log === undefined || other === undefined) expect.unreachable();
    expect(ask(envelopeBundle(), { root: { ...root, logs: [other, log] } }).logs).toEqual([
      log.key.id,
    ]);
    const later = { ...log, since: TIME + 1 };
    expect(codeOf(() => ask(envelopeBundle(), { root: { ...root, logs: [other, later] } }))).toBe(
      'BUNDLE_INVALID',
    );
    const [authority] = root.authorities;
    if (authority === undefined) expect.unreachable();
    for (const changes of [
      { since: TIME + 1 },
      { until: TIME - 1 },
      { chain: authority.chain.slice(1) },
      { chain: authority.chain.slice(0, 1) },
    ]) {
      const authorities = [{ ...authority, ...changes }];
      expect(codeOf(() => ask(envelopeBundle(), { root: { ...root, authorities } }))).toBe(
        'CERTIFICATE_INVALID',
      );
    }
  });

  it('attack 10: compare the names of logs whole', () => {
    const [log] = root.logs;
    if (log === undefined) expect.unreachable();
    for (const name of ['rekor', 'ekor.example', 'rekor.example ', '.*', 'rekor.example/x']) {
      expect(
        codeOf(() => ask(envelopeBundle(), { root: { ...root, logs: [{ ...log, name }] } })),
      ).toBe('SIGNATURE_INVALID');
    }
  });

  it('are never accepted altered', () => {
    const text = JSON.stringify(envelopeBundle());
    // What is not signed may be altered: white space, the kind beside the entry, a key id; never what is in the result.
    accepted(text, 600, (altered) => {
      const verified = ask(altered.toString());
      expect(verified.signer).toEqual(ask(text).signer);
      expect(verified.content).toEqual(ask(text).content);
      expect(verified.time).toBe(TIME);
    });
  });
});

describe('bundles with a key', () => {
  it('are verified with the key that the caller has', () => {
    expect(ask(plain(), { key })).toMatchObject({
      signer: { kind: 'key', keyId: key.id },
      notChecked: [],
    });
    expect(codeOf(() => ask(plain()))).toBe('BUNDLE_INVALID');
    const other = publicKeyFromSpki(testPair().publicKey.export({ format: 'der', type: 'spki' }));
    expect(
      codeOf(() =>
        ask({ ...plain(), verificationMaterial: { publicKey: {} } }, { key: other, logs: 0 }),
      ),
    ).toBe('SIGNATURE_INVALID');
  });

  it('need a log only when it is asked for', () => {
    const bundle = { ...plain(), verificationMaterial: { publicKey: { hint: '' } } };
    expect(ask(bundle, { key, logs: 0 })).toMatchObject({ logs: [], time: undefined });
    expect(codeOf(() => ask(bundle, { key }))).toBe('BUNDLE_INVALID');
    expect(codeOf(() => ask(bundle, { key, logs: Number.NaN }))).toBe('BUNDLE_INVALID');
  });

  it.each([
    ['artifact', { signed: Buffer.from('another') }],
    ['signature', { signature: sign('sha256', message, pair.privateKey) }],
    [
      'key',
      { pem: pemOf('PUBLIC KEY', testPair().publicKey.export({ format: 'der', type: 'spki' })) },
    ],
  ])('attack 9: are refused when the log entry is about another %s', (_what, changes) => {
    expect(codeOf(() => ask(plain(changes), { key }))).toBe('BUNDLE_INVALID');
  });

  it('are refused for another file, or without one', () => {
    expect(codeOf(() => ask(plain(), { key, message: Buffer.from('another') }))).toBe(
      'BUNDLE_INVALID',
    );
    const { message: _, ...question } = { message, root, logs: 1, now: 1_800_000_000, key };
    expect(codeOf(() => verifyBundle(parseBundle(JSON.stringify(plain())), question))).toBe(
      'BUNDLE_INVALID',
    );
    expect(
      codeOf(() => ask(withDigest(keyBundle(), encodeBase64(new Uint8Array(32))), { key })),
    ).toBe('BUNDLE_INVALID');
  });

  it('are refused when the proof or the checkpoint is another', () => {
    const change = (changes: object) => {
      const bundle = plain();
      const [entry] = bundle.verificationMaterial.tlogEntries;
      const inclusionProof = { ...entry?.inclusionProof, ...changes };
      return {
        ...bundle,
        verificationMaterial: {
          ...bundle.verificationMaterial,
          tlogEntries: [{ ...entry, inclusionProof }],
        },
      };
    };
    expect(codeOf(() => ask(change({}), { key }))).toBe('accepted');
    expect(codeOf(() => ask(change({ logIndex: '1' }), { key }))).toBe('PROOF_INVALID');
    expect(codeOf(() => ask(change({ hashes: [] }), { key }))).toBe('PROOF_INVALID');
    expect(codeOf(() => ask(change({ treeSize: '5' }), { key }))).toBe('PROOF_INVALID');
    expect(codeOf(() => ask(change({ rootHash: encodeBase64(new Uint8Array(32)) }), { key }))).toBe(
      'PROOF_INVALID',
    );
    // Proofs for a tree that the log never signed.
    const otherEntry = testEntry(world, { another: 'tree' }, TIME);
    const { checkpoint: signedElsewhere } = otherEntry.inclusionProof;
    expect(codeOf(() => ask(change({ checkpoint: signedElsewhere }), { key }))).toBe(
      'PROOF_INVALID',
    );
    const text = `other.example\n4\n${encodeBase64(new Uint8Array(32))}\n`;
    const signature = sign('sha256', Buffer.from(text), world.log.privateKey);
    const hint = Buffer.from(root.logs[0]?.id.slice(0, 8) ?? '', 'hex');
    const checkpoint = {
      envelope: `${text}\n— rekor.example ${encodeBase64(Buffer.concat([hint, signature]))}\n`,
    };
    expect(codeOf(() => ask(change({ checkpoint }), { key }))).toBe('CHECKPOINT_INVALID');
  });
});

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
    const entry = dsseEntry(payload, envelopeSignature, pemOf('CERTIFICATE', certificateOf()));
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
