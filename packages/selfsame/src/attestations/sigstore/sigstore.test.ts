import { resultClaimPayload, sha256Hex, STATEMENT_PAYLOAD_TYPE } from '@selfsame/verify';
import { describe, expect, it } from 'vitest';
import type { ReadingContext } from '../format.js';
import { sigstore } from './sigstore.js';
import { dsseEntry, pemOf, testEntry, testEnvelope } from './testing.js';
import {
  certificateOf,
  envelopeBundle,
  leaf,
  pair,
  plain,
  root,
  TIME,
  world,
} from './testing-bundles.js';

const build = { project: 'pigz', version: '2.8', target: 'default' };
const definition = sha256Hex('definition');
const artifacts = [{ path: 'x.tar.gz', sha256: sha256Hex('good') }];
const claim = resultClaimPayload({ build, definition, outcome: 'built', artifacts });
const keyId = `sigstore:${leaf.issuer} ${leaf.identity}`;

/** A bundle with what was signed in an envelope. */
function signed(payload: Uint8Array) {
  const { envelope, signature } = testEnvelope(STATEMENT_PAYLOAD_TYPE, payload, pair.privateKey);
  const certificate = certificateOf();
  const body = dsseEntry(payload, signature, pemOf('CERTIFICATE', certificate));
  const tlogEntries = [testEntry(world, body, TIME)];
  return { ...envelopeBundle(certificate, TIME, { tlogEntries }), dsseEnvelope: envelope };
}

async function read(bundle: object, changes: Partial<ReadingContext> = {}) {
  const bytes = Buffer.from(JSON.stringify(bundle));
  const context = { trustedRoot: root, at: 1_800_000_000, ...changes } as ReadingContext;
  const path = 'pigz/2.8/x.sigstore.json';
  const { votes, notes = [] } = await sigstore.read([{ path, bytes }], context);
  return { votes, notes, vote: votes[0]?.vote };
}

describe('bundles among attestations', () => {
  it('are taken by their name or by how they begin', () => {
    const head = '{"mediaType":"application/vnd.dev.sigstore.bundle.v0.3+json"}';
    expect(sigstore.takes('a.sigstore.json', '')).toBe(true);
    expect(sigstore.takes('a.sigstore', '')).toBe(true);
    expect(sigstore.takes('a.json', head)).toBe(true);
    expect(sigstore.takes('a.json', `#${head}`)).toBe(false);
    expect(sigstore.takes('a.json', '{"mediaType":"x"}')).toBe(false);
    expect(sigstore.takes('a.sigstore.json.txt', '')).toBe(false);
  });

  it('are votes by the identity in the certificate where they hold a claim', async () => {
    const { votes, notes } = await read(signed(claim));
    expect(notes).toEqual([]);
    expect(votes).toEqual([
      {
        vote: {
          key: keyId,
          signature: 'valid',
          evidence: sha256Hex(claim),
          format: 'sigstore bundle',
          build,
          inputs: definition,
          outcome: 'built',
          artifacts,
        },
        files: ['pigz/2.8/x.sigstore.json'],
      },
    ]);
  });

  it('are notes where they hold anything else, and never votes', async () => {
    const { votes, notes } = await read(envelopeBundle());
    expect(votes).toEqual([]);
    expect(notes[0]?.text).toContain(`signed by ${keyId}`);
  });

  it.each<[string, object, Partial<ReadingContext>, string]>([
    ['without a trusted root', signed(claim), { trustedRoot: undefined }, 'unchecked'],
    ['when they sign a file', plain(), {}, 'malformed'],
    ['from the future', signed(claim), { at: TIME - 1 }, 'malformed'],
    [
      'when no known log has them',
      signed(claim),
      { trustedRoot: { ...root, logs: [] } },
      'malformed',
    ],
    ['by another authority', signed(claim), { trustedRoot: { ...root, authorities: [] } }, 'bad'],
  ])('are votes that do not count %s', async (_what, bundle, changes, signature) => {
    const { vote } = await read(bundle, changes);
    expect(vote).toMatchObject({ key: undefined, signature, artifacts: [] });
    expect(vote?.build).toEqual({ project: 'pigz', version: '2.8', target: '' });
    expect(vote?.reason).toMatch(/^x\.sigstore\.json: ./);
  });
});
