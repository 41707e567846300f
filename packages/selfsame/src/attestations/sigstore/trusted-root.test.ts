import { createHash, generateKeyPairSync } from 'node:crypto';
import { encodeBase64 } from '@selfsame/verify';
import { describe, expect, it } from 'vitest';
import { codeOf } from '../testing-codes.js';
import { world } from './testing-bundles.js';
import { parseTrustedRoot } from './trusted-root.js';

const { trustedRoot } = world;
const [tlog] = trustedRoot.tlogs as [(typeof trustedRoot.tlogs)[number]];
const parse = (changes: object) => parseTrustedRoot(JSON.stringify({ ...trustedRoot, ...changes }));
const logWith = (changes: object) => parse({ tlogs: [{ ...tlog, ...changes }] }).logs[0];
const validFor = (window: object) =>
  logWith({ publicKey: { ...tlog.publicKey, validFor: window } });

describe('parseTrustedRoot', () => {
  it.each([
    ['application/vnd.dev.sigstore.trustedroot+json;version=0.1', 'accepted'],
    ['application/vnd.dev.sigstore.trustedroot.v0.1+json', 'accepted'],
    ['application/vnd.dev.sigstore.trustedroot.v0.2+json', 'accepted'],
    ['application/vnd.dev.sigstore.trustedroot.v0.3+json', 'BUNDLE_INVALID'],
    ['application/vnd.dev.sigstore.trustedroot.v0.1+jsonl', 'BUNDLE_INVALID'],
    ['x-application/vnd.dev.sigstore.trustedroot.v0.1+json', 'BUNDLE_INVALID'],
  ])('reads %s: %s', (mediaType, answer) => {
    expect(codeOf(() => parse({ mediaType }))).toBe(answer);
  });

  it('knows logs by the host and path of their address, and by the digest of their key', () => {
    expect(logWith({ baseUrl: 'https://log.example/a/b//' })?.name).toBe('log.example/a/b');
    expect(logWith({ baseUrl: 'http://log.example' })?.name).toBe('log.example');
    expect(logWith({ baseUrl: 'log.example/https://x' })?.name).toBe('log.example/https://x');
    const id = Buffer.from(tlog.logId.keyId, 'base64').toString('hex');
    expect(logWith({})).toMatchObject({ name: 'rekor.example', id });
  });

  it('knows logs with Ed25519 keys', () => {
    const spki = generateKeyPairSync('ed25519').publicKey.export({ format: 'der', type: 'spki' });
    const publicKey = {
      ...tlog.publicKey,
      rawBytes: encodeBase64(spki),
      keyDetails: 'PKIX_ED25519',
    };
    const logId = { keyId: createHash('sha256').update(spki).digest('base64') };
    expect(logWith({ publicKey, logId })?.key.kind).toBe('ed25519');
  });

  it('reads when a log is believed', () => {
    const start = '2023-11-14T22:13:20Z';
    expect(validFor({ start })).toMatchObject({ since: 1_700_000_000, until: undefined });
    expect(validFor({ start, end: null })?.until).toBeUndefined();
    const end = '2023-11-14T22:13:21.987Z';
    expect(validFor({ start, end })).toMatchObject({ since: 1_700_000_000, until: 1_700_000_001 });
  });

  it.each([
    '2023-11-14',
    '2023-11-14T22:13:20',
    '2023-11-14T22:13:20+01:00',
    '2023-11-14T22:13:20Z (as they say)',
    '+002023-11-14T22:13:20Z',
    '2023-13-14T22:13:20Z',
    'Tue, 14 Nov 2023 22:13:20 GMT',
    '',
  ])('reads no time in %j', (start) => {
    expect(codeOf(() => validFor({ start }))).toBe('BUNDLE_INVALID');
  });

  it('refuses authorities without certificates', () => {
    const [authority] = trustedRoot.certificateAuthorities;
    const empty = { ...authority, certChain: { certificates: [] } };
    expect(codeOf(() => parse({ certificateAuthorities: [empty] }))).toBe('BUNDLE_INVALID');
  });
});
