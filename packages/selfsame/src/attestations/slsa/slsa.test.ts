import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  parseResultClaim,
  resultClaimPayload,
  sha256Hex,
  STATEMENT_PAYLOAD_TYPE,
  STATEMENT_TYPE,
} from '@selfsame/verify';
import { accepted, codeOf } from '../testing-codes.js';
import { parseOtherStatement } from './other-statement.js';
import { parseProvenance, PROVENANCE_TYPE, type ProvenanceTrust } from './provenance.js';
import {
  parseVerificationSummary,
  VERIFICATION_SUMMARY_TYPE,
  verificationSummaryPayload,
  type VerificationSummary,
} from './verification-summary.js';

const digest = sha256Hex('x');
const subject = [{ name: 'x.deb', digest: { sha256: digest, sha512: 'ab'.repeat(64) } }];
const payloadOf = (document: unknown) => Buffer.from(JSON.stringify(document));
const statement = (predicateType: string, predicate: unknown, changes: object = {}) =>
  payloadOf({ _type: STATEMENT_TYPE, subject, predicateType, predicate, ...changes });

const provenance = {
  buildDefinition: {
    buildType: 'https://example.org/build/v1',
    externalParameters: { source: 'x' },
    internalParameters: { anything: 1 },
    resolvedDependencies: [
      { uri: 'pkg:deb/a', digest: { sha256: digest } },
      { uri: 'git', digest: { gitCommit: 'ab' } },
    ],
  },
  runDetails: { builder: { id: 'https://example.org/builder' }, metadata: { invocationId: '1' } },
};
const trust: ProvenanceTrust = {
  builderIds: ['https://example.org/builder'],
  buildTypes: { 'https://example.org/build/v1': ['source', 'target'] },
};
const readProvenance = (payload: Uint8Array, changes: Partial<ProvenanceTrust> = {}) =>
  parseProvenance(STATEMENT_PAYLOAD_TYPE, payload, { ...trust, ...changes });

const summary: VerificationSummary = {
  verifierId: 'https://example.org/verifier',
  time: 1_800_000_000,
  resource: 'pkg:deb/debian/x@1',
  policy: sha256Hex('policy'),
  inputs: [sha256Hex('one'), sha256Hex('two')],
  passed: true,
  levels: ['SELFSAME_STRENGTH_3'],
};
const summaryTrust = { verifierId: summary.verifierId, resource: summary.resource };
const readSummary = (payload: Uint8Array, changes: Partial<typeof summaryTrust> = {}) =>
  parseVerificationSummary(STATEMENT_PAYLOAD_TYPE, payload, { ...summaryTrust, ...changes });

describe('provenance by others', () => {
  it('is read as evidence', () => {
    expect(readProvenance(statement(PROVENANCE_TYPE, provenance))).toEqual({
      subjects: [{ name: 'x.deb', sha256: digest, sha512: 'ab'.repeat(64) }],
      buildType: 'https://example.org/build/v1',
      builderId: 'https://example.org/builder',
      externalParameters: Object.assign(Object.create(null) as object, { source: 'x' }),
      dependencies: [{ uri: 'pkg:deb/a', sha256: digest }],
    });
  });

  it.each([
    ['another builder', { builderIds: ['https://example.org/builder/'] }],
    ['no builder', { builderIds: [] }],
    ['another build type', { buildTypes: {} }],
    [
      'a build type named like a property of objects',
      { buildTypes: Object.create({ 'https://example.org/build/v1': ['source'] }) as object },
    ],
    ['an unknown parameter', { buildTypes: { 'https://example.org/build/v1': ['target'] } }],
  ])('is refused of %s', (_what, changes) => {
    expect(
      codeOf(() =>
        readProvenance(statement(PROVENANCE_TYPE, provenance), changes as Partial<ProvenanceTrust>),
      ),
    ).toBe('STATEMENT_INVALID');
  });
});

describe('provenance', () => {
  it('of another build type is refused also without parameters', () => {
    const buildDefinition = { ...provenance.buildDefinition, externalParameters: {} };
    const payload = statement(PROVENANCE_TYPE, { ...provenance, buildDefinition });
    expect(readProvenance(payload).externalParameters).toEqual({});
    expect(codeOf(() => readProvenance(payload, { buildTypes: {} }))).toBe('STATEMENT_INVALID');
  });

  it('may have dependencies and subjects without a name', () => {
    const resolvedDependencies = [{ digest: { sha256: digest } }];
    const buildDefinition = { ...provenance.buildDefinition, resolvedDependencies };
    const payload = statement(
      PROVENANCE_TYPE,
      { ...provenance, buildDefinition },
      { subject: [{ digest: { sha256: digest } }] },
    );
    expect(readProvenance(payload)).toMatchObject({
      subjects: [{ name: undefined, sha256: digest, sha512: undefined }],
      dependencies: [{ uri: undefined, sha256: digest }],
    });
  });
});

describe('verification summaries', () => {
  it('are read as they were written', () => {
    const payload = verificationSummaryPayload([{ name: 'x.deb', sha256: digest }], summary);
    expect(readSummary(payload)).toEqual({
      ...summary,
      subjects: [{ name: 'x.deb', sha256: digest, sha512: undefined }],
    });
    const failed = verificationSummaryPayload([], { ...summary, passed: false });
    expect(readSummary(failed).passed).toBe(false);
  });

  it('by another verifier, or about something else, are refused', () => {
    const payload = verificationSummaryPayload([{ name: 'x.deb', sha256: digest }], summary);
    expect(codeOf(() => readSummary(payload, { verifierId: 'other' }))).toBe('STATEMENT_INVALID');
    expect(codeOf(() => readSummary(payload, { resource: 'other' }))).toBe('STATEMENT_INVALID');
  });

  it('of no time are refused', () => {
    const text = Buffer.from(verificationSummaryPayload([], summary)).toString();
    const time = /"timeVerified":"[^"]*"/;
    for (const other of ['"timeVerified":"2027-02-30"', '"timeVerified":1', '"time":1']) {
      const altered = Buffer.from(text.replace(time, other));
      expect(altered.toString()).not.toBe(text);
      expect(codeOf(() => readSummary(altered))).toBe('STATEMENT_INVALID');
    }
  });

  it('that neither passed nor failed are refused', () => {
    const payload = verificationSummaryPayload([], summary);
    const altered = Buffer.from(Buffer.from(payload).toString().replace('PASSED', 'passed'));
    expect(codeOf(() => readSummary(altered))).toBe('STATEMENT_INVALID');
  });
});

describe('statements', () => {
  it('attack 12: of one kind are never read as another', () => {
    const payloads = {
      claim: resultClaimPayload({
        build: { project: 'x', version: '1', target: 'default' },
        definition: digest,
        outcome: 'built',
        artifacts: [{ path: 'x.deb', sha256: digest }],
      }),
      provenance: statement(PROVENANCE_TYPE, provenance),
      summary: verificationSummaryPayload([{ name: 'x', sha256: digest }], summary),
    };
    const readers = {
      claim: (payload: Uint8Array) => parseResultClaim(STATEMENT_PAYLOAD_TYPE, payload),
      provenance: readProvenance,
      summary: readSummary,
    };
    for (const [made, payload] of Object.entries(payloads)) {
      for (const [name, read] of Object.entries(readers)) {
        const code = codeOf(() => read(payload));
        // Claims are stricter about subjects, and look at those first.
        const refused =
          name === 'claim' && made === 'provenance' ? 'STATEMENT_INVALID' : 'PREDICATE_TYPE';
        expect([made, name, code]).toEqual([made, name, made === name ? 'accepted' : refused]);
      }
    }
  });

  it.each([
    ['of version 0.1', { _type: 'https://in-toto.io/Statement/v0.1' }, 'STATEMENT_TYPE'],
    [
      'attack 20: without sha256',
      { subject: [{ name: 'x', digest: { sha512: 'ab'.repeat(64) } }] },
      'DIGEST_INVALID',
    ],
    [
      'attack 20: with a broken sha512',
      { subject: [{ name: 'x', digest: { sha256: digest, sha512: 'ab' } }] },
      'DIGEST_INVALID',
    ],
    ['with an unknown field', { more: 1 }, 'STATEMENT_INVALID'],
    [
      'with a name that is a number',
      { subject: [{ name: 1, digest: { sha256: digest } }] },
      'STATEMENT_INVALID',
    ],
  ])('%s are refused', (_what, changes, code) => {
    const payload = statement(PROVENANCE_TYPE, provenance, changes);
    expect(codeOf(() => readProvenance(payload))).toBe(code);
  });

  it.each([`${'ab'.repeat(64)}0`, `0${'ab'.repeat(64)}`, 'AB'.repeat(64)])(
    'with the sha512 %s are refused',
    (sha512) => {
      const subjects = [{ name: 'x', digest: { sha256: digest, sha512 } }];
      const payload = statement(PROVENANCE_TYPE, provenance, { subject: subjects });
      expect(codeOf(() => readProvenance(payload))).toBe('DIGEST_INVALID');
    },
  );

  it('of another payload type are refused', () => {
    const payload = statement(PROVENANCE_TYPE, provenance);
    expect(codeOf(() => parseProvenance('application/json', payload, trust))).toBe(
      'ENVELOPE_PAYLOAD_TYPE',
    );
  });

  it('throw the own error only, whatever the bytes', () => {
    const files = [statement(PROVENANCE_TYPE, provenance), verificationSummaryPayload([], summary)];
    for (const file of files) {
      accepted(file, 1500, readProvenance);
      accepted(file, 1500, readSummary);
    }
    fc.assert(
      fc.property(fc.json(), (text) => {
        const predicate = JSON.parse(text) as unknown;
        codeOf(() => readProvenance(statement(PROVENANCE_TYPE, predicate)));
        codeOf(() => readSummary(statement(VERIFICATION_SUMMARY_TYPE, predicate)));
        codeOf(() =>
          parseOtherStatement(
            STATEMENT_PAYLOAD_TYPE,
            statement('x', {}, { subject: predicate }),
            'x',
          ),
        );
      }),
    );
  });
});
