import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { sha256Hex } from '../digest/sha256.js';
import { VerifyError } from '../errors.js';
import { canonicalJson } from '../json/canonical.js';
import { STATEMENT_PAYLOAD_TYPE } from '../statement/statement.js';
import { claimOf, testClaim } from '../testing/builders.js';
import { artifactPathProblem } from './artifact-path.js';
import { claimName, parseResultClaim, resultClaimPayload } from './result-claim.js';

type Document = Record<string, unknown> & {
  subject: Record<string, unknown>[];
  predicate: Record<string, unknown>;
};

const payload = resultClaimPayload(claimOf({ 'a.txt': 'a', 'b/c.txt': 'c' }));

function code(bytes: Uint8Array | string, type = STATEMENT_PAYLOAD_TYPE): string {
  try {
    parseResultClaim(type, Buffer.from(bytes));
  } catch (error) {
    if (error instanceof VerifyError) return error.code;
    throw error;
  }
  return 'accepted';
}

function changed(change: (document: Document) => void): string {
  const document = JSON.parse(Buffer.from(payload).toString()) as Document;
  change(document);
  return canonicalJson(document);
}

describe('result claims', () => {
  it('are exactly these bytes', () => {
    const claim = testClaim({
      definition: 'd'.repeat(64),
      artifacts: [{ path: 'pigz', sha256: 'a'.repeat(64) }],
    });
    expect(Buffer.from(resultClaimPayload(claim)).toString()).toBe(
      `{"_type":"https://in-toto.io/Statement/v1","predicate":{"definition":"${'d'.repeat(64)}",` +
        `"outcome":"built","project":"pigz","target":"default","version":"2.8"},` +
        `"predicateType":"urn:selfsame:result-claim:v1",` +
        `"subject":[{"digest":{"sha256":"${'a'.repeat(64)}"},"name":"pigz"}]}`,
    );
  });

  it('are the same bytes for every order of artifacts, and read back', () => {
    const paths = fc.uniqueArray(
      fc.string({ unit: 'binary', minLength: 1 }).filter((text) => !artifactPathProblem(text)),
      { minLength: 1, maxLength: 8 },
    );
    fc.assert(
      fc.property(paths, fc.constantFrom('built', 'reproduced', 'differs'), (names, outcome) => {
        const artifacts = names.map((path) => ({ path, sha256: sha256Hex(path) }));
        const bytes = resultClaimPayload(testClaim({ outcome, artifacts }));
        const reversed = testClaim({ outcome, artifacts: [...artifacts].reverse() });
        expect(resultClaimPayload(reversed)).toEqual(bytes);
        const read = parseResultClaim(STATEMENT_PAYLOAD_TYPE, bytes);
        expect(resultClaimPayload(read)).toEqual(bytes);
        expect(new Set(read.artifacts.map(({ path }) => path))).toEqual(new Set(names));
      }),
    );
  });

  it.each<[string, string, string]>([
    ['another predicate type', changed((d) => (d['predicateType'] = 'urn:x')), 'PREDICATE_TYPE'],
    [
      'another statement type',
      changed((d) => (d['_type'] = 'https://in-toto.io/Statement/v0.1')),
      'STATEMENT_TYPE',
    ],
    ['no statement type', changed((d) => delete d['_type']), 'STATEMENT_TYPE'],
    ['a field more', changed((d) => (d['note'] = 1)), 'STATEMENT_INVALID'],
    [
      'a field more in a subject',
      changed((d) => (d.subject[0]!['uri'] = 'x')),
      'STATEMENT_INVALID',
    ],
    ['a field more in the predicate', changed((d) => (d.predicate['host'] = 'x')), 'CLAIM_INVALID'],
    ['no subject', changed((d) => (d.subject = [])), 'CLAIM_INVALID'],
    ['a subject without name', changed((d) => delete d.subject[0]!['name']), 'STATEMENT_INVALID'],
    [
      'a second digest',
      changed((d) => (d.subject[0]!['digest'] = { sha256: sha256Hex('a'), sha1: 'x' })),
      'STATEMENT_INVALID',
    ],
    [
      'only another digest',
      changed((d) => (d.subject[0]!['digest'] = { sha512: 'x' })),
      'STATEMENT_INVALID',
    ],
    [
      'an upper-case digest',
      changed((d) => (d.subject[0]!['digest'] = { sha256: 'A'.repeat(64) })),
      'DIGEST_INVALID',
    ],
    ['a short digest', changed((d) => (d.predicate['definition'] = 'abcd')), 'DIGEST_INVALID'],
    ['an unknown outcome', changed((d) => (d.predicate['outcome'] = 'good')), 'CLAIM_INVALID'],
    ['a missing version', changed((d) => delete d.predicate['version']), 'CLAIM_INVALID'],
    ['an empty project', changed((d) => (d.predicate['project'] = '')), 'CLAIM_INVALID'],
    [
      'a project with a line feed',
      changed((d) => (d.predicate['project'] = 'a\nb')),
      'CLAIM_INVALID',
    ],
    ['a version that is a number', changed((d) => (d.predicate['version'] = 2)), 'CLAIM_INVALID'],
    ['subjects out of order', changed((d) => d.subject.reverse()), 'CLAIM_INVALID'],
    ['a subject twice', changed((d) => (d.subject[1] = d.subject[0]!)), 'CLAIM_INVALID'],
    ['a path that leaves', changed((d) => (d.subject[0]!['name'] = '../a.txt')), 'CLAIM_INVALID'],
    ['an absolute path', changed((d) => (d.subject[0]!['name'] = '/a.txt')), 'CLAIM_INVALID'],
    ['white space', `${Buffer.from(payload).toString()}\n`, 'CLAIM_NOT_CANONICAL'],
    [
      'another order of keys',
      JSON.stringify(
        Object.fromEntries(
          Object.entries(JSON.parse(Buffer.from(payload).toString()) as object).reverse(),
        ),
      ),
      'CLAIM_NOT_CANONICAL',
    ],
    [
      'an escaped letter',
      Buffer.from(payload)
        .toString()
        .replace('a.txt', String.raw`\u0061.txt`),
      'CLAIM_NOT_CANONICAL',
    ],
    [
      'a key twice',
      Buffer.from(payload).toString().replace('{', '{"subject":[],'),
      'JSON_DUPLICATE_KEY',
    ],
    ['something else', '[]', 'STATEMENT_INVALID'],
  ])('with %s are refused', (_name, bytes, expected) => {
    expect(code(bytes)).toBe(expected);
  });

  it('in another payload type are refused', () => {
    expect(code(payload, 'application/json')).toBe('ENVELOPE_PAYLOAD_TYPE');
    expect(code(payload)).toBe('accepted');
  });

  it('are refused or read as they are, whatever byte is changed', () => {
    fc.assert(
      fc.property(fc.nat(payload.length - 1), fc.integer({ min: 1, max: 255 }), (at, change) => {
        const altered = Uint8Array.from(payload);
        altered[at] = (altered[at] ?? 0) ^ change;
        try {
          const read = parseResultClaim(STATEMENT_PAYLOAD_TYPE, altered);
          expect(resultClaimPayload(read)).toEqual(altered);
        } catch (error) {
          expect(error).toBeInstanceOf(VerifyError);
        }
      }),
      { numRuns: 2000 },
    );
  });

  it('have names that other documents read by the same rules', () => {
    expect(claimName('pigz', 'project')).toBe('pigz');
    for (const wrong of ['', 'a\nb', '\ud800', 'x'.repeat(257), 1, undefined]) {
      expect(() => claimName(wrong, 'project')).toThrow(
        expect.objectContaining({ code: 'CLAIM_INVALID' }) as Error,
      );
    }
  });

  it('cannot be written wrong', () => {
    for (const claim of [
      claimOf({}),
      claimOf({ '../x': '' }),
      testClaim({ definition: 'short' }),
      testClaim({ outcome: 'good' as 'built' }),
      ...['', 'a\nb', '\ud800', 'x'.repeat(257)].flatMap((wrong) => [
        testClaim({ build: { project: wrong, version: '1', target: 'x' } }),
        testClaim({ build: { project: 'x', version: wrong, target: 'x' } }),
        testClaim({ build: { project: 'x', version: '1', target: wrong } }),
      ]),
      testClaim({ artifacts: [{ path: 'x', sha256: 'short' }] }),
      testClaim({ artifacts: [0, 1].map(() => ({ path: 'x', sha256: sha256Hex('x') })) }),
    ]) {
      expect(() => resultClaimPayload(claim)).toThrow(
        expect.objectContaining({
          code: expect.stringMatching(/^(CLAIM|DIGEST)_INVALID$/) as string,
        }) as Error,
      );
    }
    const longest = testClaim({ build: { project: 'x'.repeat(256), version: '1', target: 'x' } });
    expect(code(resultClaimPayload(longest))).toBe('accepted');
  });
});

describe('artifact paths', () => {
  it.each(['x', 'a/b', '..x', 'a b', 'é', '.hidden', '-x', 'a/...'])('may be %j', (path) => {
    expect(artifactPathProblem(path)).toBeUndefined();
  });

  it('have at most 4095 bytes', () => {
    expect(artifactPathProblem('é'.repeat(2047))).toBeUndefined();
    expect(artifactPathProblem(`${'é'.repeat(2047)}x`)).toBeUndefined();
    expect(artifactPathProblem('é'.repeat(2048))).toMatch(/4095/);
  });

  it('are refused in words that fit', () => {
    expect(artifactPathProblem('')).toBe('is empty');
    expect(artifactPathProblem('/a')).toBe('is absolute');
  });

  it.each([
    '',
    '/',
    '/a',
    'a//b',
    'a/',
    '.',
    '..',
    'a/../b',
    './a',
    'a\\b',
    'a\nb',
    'a\0b',
    'a\u0085b',
    '\ud800',
    'x'.repeat(5000),
  ])('are not %j', (path) => {
    expect(artifactPathProblem(path)).toEqual(expect.any(String));
  });
});
