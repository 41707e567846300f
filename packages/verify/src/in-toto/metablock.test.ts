import { describe, expect, it } from 'vitest';
import { olpcJsonBytes } from '../json/canonical.js';
import type { JsonObject } from '../json/value.js';
import { codeOf } from '../testing/codes.js';
import { formatMetablock, testLink } from '../testing/in-toto.js';
import { parseLink } from './link.js';
import { parseMetablock } from './metablock.js';

const link = testLink('rebuild', {}, { 'x.deb': 'good' });

describe('links', () => {
  it('are read as they were written', () => {
    const signatures = [
      { keyId: 'a', value: Uint8Array.of(1), openPgp: { headers: Uint8Array.of(2, 3) } },
      { keyId: 'b', value: Uint8Array.of(4) },
    ];
    const payload = olpcJsonBytes(link);
    const block = parseMetablock(formatMetablock({ signed: link, payload, signatures }));
    expect(block).toEqual({ signed: link, payload, signatures });
    const { _type, ...fields } = link;
    expect(parseLink(block.signed)).toEqual(fields);
  });

  it.each([
    ['a missing field', { ...link, products: undefined }],
    ['an unknown field', { ...link, more: 1 }],
    ['another type', { ...link, _type: 'layout' }],
    ['a name that is a number', { ...link, name: 1 }],
    ['a digest in capitals', { ...link, products: { x: { sha256: 'AB'.repeat(32) } } }],
    ['a cut digest', { ...link, products: { x: { sha256: 'ab'.repeat(31) } } }],
    ['attack 20: only a weak digest', { ...link, products: { x: { md5: 'ab'.repeat(16) } } }],
    ['no digest', { ...link, products: { x: {} } }],
  ])('with %s are refused', (_what, signed) => {
    expect(codeOf(() => parseLink(JSON.parse(JSON.stringify(signed)) as JsonObject))).toBe(
      'METABLOCK_INVALID',
    );
  });

  it.each([
    ['a fraction', '{"signatures":[],"signed":{"a":1.5}}', 'CANONICAL_VALUE'],
    ['a large number', '{"signatures":[],"signed":{"a":9007199254740993}}', 'JSON_NUMBER'],
    ['attack 11: a key twice', '{"signatures":[],"signed":{"a":1,"a":1}}', 'JSON_DUPLICATE_KEY'],
    ['attack 30: __proto__', '{"signatures":[],"signed":{"__proto__":{}}}', 'JSON_FORBIDDEN_KEY'],
    ['more beside it', '{"signatures":[],"signed":{},"x":1}', 'METABLOCK_INVALID'],
    [
      'attack 25: too many signatures',
      `{"signatures":[${Array(300).fill('{}').join(',')}],"signed":{}}`,
      'LIMIT_EXCEEDED',
    ],
    [
      'attack 30: a signature in capitals',
      '{"signatures":[{"keyid":"a","sig":"AB"}],"signed":{}}',
      'HEX_INVALID',
    ],
    [
      'a signature with two forms',
      '{"signatures":[{"keyid":"a","sig":"ab","signature":"ab"}],"signed":{}}',
      'METABLOCK_INVALID',
    ],
    ['a web page', '<!DOCTYPE html>', 'JSON_SYNTAX'],
  ])('with %s are refused', (_what, text, code) => {
    expect(codeOf(() => parseMetablock(text))).toBe(code);
  });
});

it('reads signatures without unknown fields', () => {
  const code = (signature: object) =>
    codeOf(() => parseMetablock(JSON.stringify({ signatures: [signature], signed: {} })));
  const gpg = { keyid: 'ab', other_headers: '04', signature: 'ab' };
  for (const one of [gpg, { ...gpg, short_keyid: 'ab', info: {} }, { keyid: 'ab', sig: 'ab' }]) {
    expect(code(one)).toBe('accepted');
    expect(code({ ...one, more: 1 })).toBe('METABLOCK_INVALID');
  }
});
