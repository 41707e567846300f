import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { sha256Hex } from '../digest/sha256.js';
import type { JsonValue } from '../json/value.js';
import { codeOf } from '../testing/codes.js';
import { parseStatement, STATEMENT_PAYLOAD_TYPE, statementDocument } from './statement.js';

const digest = sha256Hex('x');
const sha512 = 'ab'.repeat(64);
const statement = {
  subjects: [{ name: 'x.deb', sha256: digest }],
  predicateType: 'urn:x',
  predicate: { a: 1 },
};
const read = (changes: Readonly<Record<string, JsonValue>>, type = STATEMENT_PAYLOAD_TYPE) =>
  parseStatement(
    type,
    Buffer.from(JSON.stringify({ ...statementDocument(statement), ...changes })),
  );

describe('statements', () => {
  it('are read as they were written', () => {
    expect(read({})).toMatchObject(statement);
    expect(read({ subject: [] }).subjects).toEqual([]);
  });

  it.each<[string, Readonly<Record<string, JsonValue>>, string]>([
    ['of version 0.1', { _type: 'https://in-toto.io/Statement/v0.1' }, 'STATEMENT_TYPE'],
    [
      'attack 20: without sha256',
      { subject: [{ name: 'x', digest: { sha512 } }] },
      'STATEMENT_INVALID',
    ],
    [
      'attack 20: with two digests',
      { subject: [{ name: 'x', digest: { sha256: digest, sha512 } }] },
      'STATEMENT_INVALID',
    ],
    [
      'with a short digest',
      { subject: [{ name: 'x', digest: { sha256: 'ab' } }] },
      'DIGEST_INVALID',
    ],
    ['with an unknown field', { more: 1 }, 'STATEMENT_INVALID'],
    [
      'with a name that is a number',
      { subject: [{ name: 1, digest: { sha256: digest } }] },
      'STATEMENT_INVALID',
    ],
    [
      'with a subject without a name',
      { subject: [{ digest: { sha256: digest } }] },
      'STATEMENT_INVALID',
    ],
    ['without subjects', { subject: {} }, 'STATEMENT_INVALID'],
    ['with a predicate that is a list', { predicate: [] }, 'STATEMENT_INVALID'],
    ['with a type of predicate that is a number', { predicateType: 1 }, 'STATEMENT_INVALID'],
  ])('%s are refused', (_what, changes, code) => {
    expect(codeOf(() => read(changes))).toBe(code);
  });

  it('have at most 100,000 subjects', () => {
    const subjects = (count: number) =>
      codeOf(() =>
        read({ subject: Array<JsonValue>(count).fill({ name: 'x', digest: { sha256: digest } }) }),
      );
    expect(subjects(100_000)).toBe('accepted');
    expect(subjects(100_001)).toBe('LIMIT_EXCEEDED');
  });

  it('of another payload type are refused', () => {
    expect(codeOf(() => read({}, 'application/json'))).toBe('ENVELOPE_PAYLOAD_TYPE');
  });

  it('throw the own error only, whatever the document', () => {
    fc.assert(
      fc.property(
        fc.jsonValue(),
        fc.constantFrom('subject', 'predicate', 'more'),
        (value, field) => {
          codeOf(() => read({ [field]: value as JsonValue }));
          codeOf(() => parseStatement(STATEMENT_PAYLOAD_TYPE, Buffer.from(JSON.stringify(value))));
        },
      ),
    );
  });
});
