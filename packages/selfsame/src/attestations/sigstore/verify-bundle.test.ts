import { createHash, sign } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { encodeBase64, publicKeyFromSpki } from '@selfsame/verify';
import { accepted, codeOf } from '../testing-codes.js';
import { parseBundle } from './bundle.js';
import { pemOf, testCertificate, testEntry, testPair, testSigstore } from './testing.js';
import {
  TYPE,
  TIME,
  world,
  pair,
  leaf,
  certificateOf,
  message,
  payload,
  root,
  ask,
  envelopeBundle,
  key,
  keyBundle,
  withDigest,
  plain,
} from './testing-bundles.js';
import { parseTrustedRoot } from './trusted-root.js';
import { verifyBundle } from './verify-bundle.js';

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

  it('are verified in the first and last second in which all are believed', () => {
    const [log] = root.logs;
    const exact = {
      ...root,
      logs: [{ ...(log ?? expect.unreachable()), since: TIME, until: TIME }],
    };
    expect(ask(envelopeBundle(), { root: exact, now: TIME }).time).toBe(TIME);
    expect(codeOf(() => ask(envelopeBundle(), { root: exact, now: TIME - 1 }))).toBe(
      'BUNDLE_INVALID',
    );
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

  it('need no time, so that timestamps which are not read do not matter', () => {
    const timestampVerificationData = { rfc3161Timestamps: [{ signedTimestamp: 'AAAA' }] };
    const { verificationMaterial, ...rest } = plain();
    const material = { ...verificationMaterial, timestampVerificationData };
    expect(ask({ ...rest, verificationMaterial: material }, { key }).logs).toHaveLength(1);
  });

  it('may say which file they are about', () => {
    const digest = createHash('sha256').update(message).digest('base64');
    expect(ask(withDigest(keyBundle(), digest), { key }).content).toMatchObject({
      kind: 'message',
    });
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
