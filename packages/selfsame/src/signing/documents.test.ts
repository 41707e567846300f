import { describe, expect, it } from 'vitest';
import {
  decodeHex,
  formatNote,
  linkVotes,
  noteKey,
  parseCheckpoint,
  parseEnvelope,
  parseMetablock,
  parseNote,
  parseTlogProof,
  resultClaimPayload,
  sha256Hex,
  STATEMENT_PAYLOAD_TYPE,
  verifyEnvelope,
  verifyNote,
  verifyTlogProof,
} from '@selfsame/verify';
import { codeOf } from '../attestations/testing-codes.js';
import { testKey } from '../record/testing.js';
import { formatEnvelope, signEnvelope } from './envelope.js';
import {
  formatMetablock,
  linkDocument,
  openPgpMetablockSignature,
  signMetablock,
} from './in-toto.js';
import { formatCheckpoint, formatTlogProof, signNote } from './note.js';
import { PrivateKey } from './private-key.js';

const key = testKey('a');

describe('envelopes', () => {
  const payload = Buffer.from('{"a":"☃"}');

  it('are read as they were written, and verified', () => {
    const envelope = signEnvelope('text/x', payload, key);
    const read = parseEnvelope(formatEnvelope(envelope));
    expect(formatEnvelope(read)).toBe(formatEnvelope(envelope));
    expect(verifyEnvelope(read, [key.publicKey])).toEqual([
      { result: 'valid', key: key.publicKey },
    ]);
    expect(formatEnvelope(signEnvelope('text/x', payload, key))).toBe(formatEnvelope(envelope));
  });

  // Other people's files depend on these bytes: those of packages/verify/src/golden.test.ts.
  it('have the same bytes as ever', () => {
    const alice = new PrivateKey(
      decodeHex('9d61b19deffd5a60ba844af492ec2cc44449c5697b326919703bac031cae7f60', 32),
    );
    const claim = resultClaimPayload({
      build: { project: 'pigz', version: '2.8', target: 'default' },
      definition: sha256Hex('definition'),
      outcome: 'built',
      artifacts: [
        { path: 'pigz', sha256: sha256Hex('pigz') },
        { path: 'doc/LIESMICH ä.txt', sha256: sha256Hex('doc') },
      ],
    });
    const file = formatEnvelope(signEnvelope(STATEMENT_PAYLOAD_TYPE, claim, alice));
    expect(sha256Hex(file)).toBe(
      '22c1b2e7605af07ea67eeeb82404ee823448c487fa17cc8500601f579789669e',
    );
  });
});

describe('notes', () => {
  const [log, witness] = [testKey('log'), testKey('w1')];
  const logKey = noteKey('example.org/log', 'note', log.publicKey);
  const witnessKey = noteKey('w1.example', 'cosignature', witness.publicKey);
  const leaf = decodeHex(sha256Hex('leaf'), 32);
  const checkpoint = { origin: logKey.name, size: 1, root: leaf, extensions: [] };
  const text = formatCheckpoint(checkpoint);
  const signatures = [
    signNote(text, logKey.name, log),
    signNote(text, witnessKey.name, witness, 1_700_000_000),
  ];

  it('are read as they were written, and verified', () => {
    const note = parseNote(formatNote({ text, signatures }));
    expect(parseCheckpoint(note.text)).toEqual(checkpoint);
    expect(verifyNote(note, [logKey, witnessKey])).toStrictEqual([
      { key: logKey },
      { key: witnessKey, time: 1_700_000_000 },
    ]);
  });

  it('may be cosigned at the beginning of time', () => {
    const note = { text, signatures: [signNote(text, witnessKey.name, witness, 0)] };
    expect(verifyNote(note, [witnessKey])).toEqual([{ key: witnessKey, time: 0 }]);
  });

  it('are not made at a time that is none', () => {
    for (const time of [-1, 0.5, Number.NaN, 2 ** 53]) {
      expect(codeOf(() => signNote(text, 'w1.example', witness, time))).toBe('NOTE_INVALID');
    }
  });

  it('stand in proofs, which are read as they were written', () => {
    const proof = { index: 0, hashes: [], checkpoint: { text, signatures } };
    const read = parseTlogProof(formatTlogProof(proof));
    expect(read).toEqual(proof);
    expect(verifyTlogProof(read, leaf, logKey, [witnessKey]).witnesses).toHaveLength(1);
    const extra = { ...proof, hashes: [leaf], extra: Uint8Array.of(1, 2, 3) };
    expect(parseTlogProof(formatTlogProof(extra))).toEqual(extra);
  });
});

it('links are read as they were written, and are votes', () => {
  const artifact = { sha256: sha256Hex('x') };
  const link = linkDocument({
    name: 'build',
    command: ['make'],
    materials: {},
    products: { 'x.deb': artifact },
    byproducts: {},
    environment: {},
  });
  const file = formatMetablock(signMetablock(link, [key]));
  expect(formatMetablock(parseMetablock(file))).toBe(file);
  expect(linkVotes(parseMetablock(file), [key.publicKey])).toMatchObject([
    { signature: 'valid', key: key.publicKey.id, artifacts: [{ path: 'x.deb', ...artifact }] },
  ]);
});

it('links with signatures by gpg are read as they were written', () => {
  const fingerprint = 'ab'.repeat(20);
  const made = { headers: Uint8Array.of(4, 0), value: Uint8Array.of(1, 2) };
  const { signed, payload } = signMetablock({ _type: 'link' }, []);
  const block = { signed, payload, signatures: [openPgpMetablockSignature(fingerprint, made)] };
  expect(parseMetablock(formatMetablock(block)).signatures).toEqual([
    { keyId: fingerprint, value: made.value, openPgp: { headers: made.headers } },
  ]);
});
