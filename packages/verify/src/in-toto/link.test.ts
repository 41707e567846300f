import { describe, expect, it } from 'vitest';
import { sha256Hex } from '../digest/sha256.js';
import type { JsonValue } from '../json/value.js';
import { codeOf } from '../testing/codes.js';
import { testLink } from '../testing/in-toto.js';
import { equalArtifacts, equalDigests, parseLink, type Artifacts } from './link.js';

const sha256 = sha256Hex('x');
const sha512 = 'ab'.repeat(64);

describe('links', () => {
  const link = testLink('build', {}, {});
  const codeWith = (changes: Readonly<Record<string, JsonValue>>) =>
    codeOf(() => parseLink({ ...link, ...changes }));

  it('may have no environment', () => {
    expect(parseLink({ ...link, environment: null }).environment).toEqual({});
  });

  it.each<[string, Record<string, JsonValue>]>([
    ['another type', { _type: 'layout' }],
    ['an unknown field', { more: 1 }],
    ['a command that is a text', { command: 'make' }],
    ['a command of numbers', { command: [1] }],
    ['materials that are a list', { materials: [] }],
  ])('are refused with %s', (_what, changes) => {
    expect(codeWith(changes)).toBe('METABLOCK_INVALID');
  });

  it.each<[string, JsonValue]>([
    ['none', {}],
    ['only a weak one', { sha1: 'ab'.repeat(20) }],
    ['a short one', { sha256: sha256.slice(1) }],
    ['a long one', { sha512: `${sha512}0` }],
    ['capitals', { sha256: sha256.toUpperCase() }],
    ['a weak one that is none', { sha256, sha1: 'x' }],
    ['a weak one that begins with something else', { sha256, sha1: 'xab' }],
    ['a weak one that ends with something else', { sha256, sha1: 'abx' }],
    ['a weak one that is empty', { sha256, sha1: '' }],
    ['a number', { sha256: 1 }],
    ['no object', sha256],
  ])('are refused with digests of a file: %s', (_what, digests) => {
    expect(codeWith({ products: { a: digests } })).toBe('METABLOCK_INVALID');
    expect(codeWith({ materials: { a: digests } })).toBe('METABLOCK_INVALID');
  });

  it('are read with either good digest, and others beside it', () => {
    for (const digests of [{ sha256 }, { sha512 }, { sha256, sha512, sha1: 'ab' }]) {
      expect(parseLink({ ...link, products: { a: digests } }).products).toEqual({ a: digests });
    }
  });

  it('have at most 100,000 files a side', () => {
    const files = (count: number) =>
      Object.fromEntries(Array.from({ length: count }, (_, n) => [`f${n}`, { sha256 }]));
    expect(codeWith({ products: files(100_000) })).toBe('accepted');
    expect(codeWith({ products: files(100_001) })).toBe('LIMIT_EXCEEDED');
  });
});

describe('digests and files', () => {
  it('are equal when all are', () => {
    const other = sha256Hex('y');
    for (const [a, b, equal] of [
      [{ sha256 }, { sha256 }, true],
      [{ sha256 }, { sha256: other }, false],
      [{ sha256, sha512 }, { sha512, sha256 }, true],
      [{ sha256 }, { sha256, sha512 }, false],
      [{ sha256, sha512 }, { sha256 }, false],
      [{ sha256 }, { sha512 }, false],
      [{ sha256, sha512 }, { sha256: other, sha512 }, false],
      [{ sha256 }, undefined, false],
      [undefined, { sha256 }, false],
      [undefined, undefined, false],
    ] as const) {
      expect([a, b, equalDigests(a, b)]).toEqual([a, b, equal]);
    }
  });

  it('have the same names', () => {
    const one = { sha256 };
    for (const [a, b, equal] of [
      [{}, {}, true],
      [{ x: one }, { x: one }, true],
      [{ x: one }, { x: { sha512 } }, false],
      [{ x: one }, { y: one }, false],
      [{ x: one }, { x: one, y: one }, false],
      [{ x: one, y: one }, { x: one }, false],
      [{ toString: one }, {}, false],
    ] as readonly (readonly [Artifacts, Artifacts, boolean])[]) {
      expect([a, b, equalArtifacts(a, b)]).toEqual([a, b, equal]);
    }
  });
});
