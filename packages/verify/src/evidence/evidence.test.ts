import { describe, expect, it } from 'vitest';
import { leafHash, treeHash } from '../log/merkle.js';
import { formatNote, type Note } from '../log/note.js';
import { claimOf, signedBy } from '../testing/builders.js';
import { codeOf } from '../testing/codes.js';
import {
  formatCheckpoint,
  formatEnvelope,
  formatTlogProof,
  signNote,
  testKey,
} from '../testing/sign.js';
import { evidenceLimits, parseEvidence } from './evidence.js';

const envelope = signedBy('alice', claimOf({ x: 'good' }));
const entry = 'an entry\nof two lines\n';
const leaf = leafHash(Buffer.from(entry));
const text = formatCheckpoint({
  origin: 'log',
  size: 1,
  root: treeHash([leaf]),
  extensions: [],
});
const checkpoint: Note = { text, signatures: [signNote(text, 'log', testKey('log'))] };
const proof = { index: 0, hashes: [], checkpoint, extra: new Uint8Array(Buffer.from(entry)) };

const envelopeDocument: unknown = JSON.parse(formatEnvelope(envelope));
const build = {
  project: 'pigz',
  version: '2.8',
  target: 'default',
  attestations: [envelopeDocument],
  definitions: [{ any: 'thing' }],
};
const document = {
  type: 'selfsame/evidence/v1',
  policy: { threshold: 2 },
  roster: [envelopeDocument],
  builds: [build],
  proofs: [formatTlogProof(proof)],
  logs: [{ checkpoint: formatNote(checkpoint), entries: [entry] }],
};
const parse = (changes: object = {}) => parseEvidence(JSON.stringify({ ...document, ...changes }));
const refusal = (changes: object) => codeOf(() => parse(changes));

describe('parseEvidence', () => {
  it('reads a checkpoint once, however many proofs and copies have it', () => {
    const other = { ...proof, checkpoint: { ...checkpoint, text: `${text}more\n` } };
    const { proofs, logs } = parse({ proofs: [proof, other, proof].map(formatTlogProof) });
    expect(proofs[2]?.checkpoint).toBe(proofs[0]?.checkpoint);
    expect(logs[0]?.checkpoint).toBe(proofs[0]?.checkpoint);
    expect(proofs[1]?.checkpoint).toEqual(other.checkpoint);
  });

  it('reads each part, as it is', () => {
    expect(parse()).toEqual({
      policy: { threshold: 2 },
      roster: [envelope],
      builds: [
        {
          build: { project: 'pigz', version: '2.8', target: 'default' },
          attestations: [envelope],
          definitions: [{ any: 'thing' }],
        },
      ],
      proofs: [proof],
      logs: [{ checkpoint, entries: [new Uint8Array(Buffer.from(entry))] }],
    });
    expect(parse({ roster: [], builds: [], proofs: [], logs: [] })).toMatchObject({ builds: [] });
    expect(parseEvidence(Buffer.from(JSON.stringify(document)))).toEqual(parse());
  });

  it.each<[string, object, string]>([
    ['of another type', { type: 'selfsame/evidence/v2' }, 'EVIDENCE_INVALID'],
    ['with a field more', { more: 1 }, 'EVIDENCE_INVALID'],
    ['with a field less', { logs: undefined }, 'EVIDENCE_INVALID'],
    ['with a policy that is a list', { policy: [] }, 'EVIDENCE_INVALID'],
    ['with a build that has a field more', { builds: [{ ...build, x: 1 }] }, 'EVIDENCE_INVALID'],
    [
      'with a build without target',
      { builds: [{ ...build, target: undefined }] },
      'EVIDENCE_INVALID',
    ],
    ['with a build without a name', { builds: [{ ...build, project: '' }] }, 'CLAIM_INVALID'],
    [
      'with a definition that is a text',
      { builds: [{ ...build, definitions: [''] }] },
      'EVIDENCE_INVALID',
    ],
    ['with an envelope that is none', { roster: [{}] }, 'ENVELOPE_INVALID'],
    [
      'with an attestation that is none',
      { builds: [{ ...build, attestations: [{}] }] },
      'ENVELOPE_INVALID',
    ],
    ['with a proof that is none', { proofs: [''] }, 'PROOF_INVALID'],
    ['with a proof that is no text', { proofs: [1] }, 'EVIDENCE_INVALID'],
    [
      'with a checkpoint that is no note',
      { logs: [{ checkpoint: '', entries: [] }] },
      'NOTE_INVALID',
    ],
    [
      'with an entry that is no text',
      { logs: [{ ...document.logs[0], entries: [1] }] },
      'EVIDENCE_INVALID',
    ],
    [
      'with a log that has a field more',
      { logs: [{ ...document.logs[0], x: 1 }] },
      'EVIDENCE_INVALID',
    ],
  ])('refuses a file %s', (_what, changes, code) => {
    expect(refusal(changes)).toBe(code);
  });

  it('says where in the file', () => {
    const where = (changes: object): unknown => {
      try {
        parse(changes);
        return 'accepted';
      } catch (error) {
        return (error as { path?: unknown }).path;
      }
    };
    expect(where({ type: 'x' })).toEqual(['type']);
    expect(where({ builds: [build, { ...build, definitions: [{}, 1] }] })).toEqual([
      'builds',
      1,
      'definitions',
      1,
    ]);
    expect(where({ logs: [{ ...document.logs[0], entries: ['', 1] }] })).toEqual([
      'logs',
      0,
      'entries',
      1,
    ]);
  });

  it('attack 25: bounds the parts of the whole file, however they are divided', () => {
    const definitions = (count: number) => Array.from({ length: count }, () => ({}));
    const half = evidenceLimits.definitions / 2;
    const divided = (...counts: readonly number[]) =>
      counts.map((count) => ({ ...build, attestations: [], definitions: definitions(count) }));
    expect(refusal({ builds: divided(half, half) })).toBe('accepted');
    expect(refusal({ builds: divided(half, half + 1) })).toBe('LIMIT_EXCEEDED');
    expect(refusal({ builds: divided(half, half, 1) })).toBe('LIMIT_EXCEEDED');
    const logs = Array.from({ length: evidenceLimits.logs + 1 }, () => document.logs[0]);
    expect(refusal({ logs })).toBe('LIMIT_EXCEEDED');
    expect(refusal({ logs: logs.slice(1) })).toBe('accepted');
  });
});
