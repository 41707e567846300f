import { describe, expect, it } from 'vitest';
import type { JsonObject } from '@selfsame/verify';
import { codeOf } from '../testing-codes.js';
import { layoutDocument, parseLayout } from './layout.js';
import { ed25519Functionary, openPgpFunctionary } from './testing.js';

const a = ed25519Functionary('a');
const step = { name: 'one', threshold: 1, keyIds: [a.id], materials: [], products: [] };
const document = layoutDocument({ expires: 4_000_000_000, keys: [a.object], steps: [step] });
const [written] = document['steps'] as readonly JsonObject[];
const withStep = (changes: Readonly<Record<string, string | readonly string[]>>) =>
  codeOf(() => parseLayout({ ...document, steps: [{ ...written, ...changes }] }));

describe('layouts', () => {
  it('have at most 1024 keys', () => {
    const keys = (count: number) =>
      Array.from({ length: count }, (_, n) => ed25519Functionary(`key ${n}`).object);
    const code = (count: number) =>
      codeOf(() =>
        parseLayout({
          ...document,
          keys: Object.fromEntries([a.object, ...keys(count - 1)].map((key) => [key.keyid, key])),
        }),
      );
    expect(code(1024)).toBe('accepted');
    expect(code(1025)).toBe('LIMIT_EXCEEDED');
  });

  it('give no two keys one name, nor a key that of a subkey', () => {
    const gpg = openPgpFunctionary('gpg', 'rsa', 1);
    const [subkey] = gpg.subkeys;
    if (subkey === undefined) expect.unreachable();
    const keys = { [a.id]: a.object, [gpg.id]: gpg.object };
    expect(codeOf(() => parseLayout({ ...document, keys }))).toBe('accepted');
    const twin = { ...ed25519Functionary('b').object, keyid: subkey.id };
    expect(codeOf(() => parseLayout({ ...document, keys: { ...keys, [subkey.id]: twin } }))).toBe(
      'METABLOCK_INVALID',
    );
  });

  it('have steps by keys that they hold', () => {
    expect(withStep({ pubkeys: [a.id, 'x'] })).toBe('METABLOCK_INVALID');
  });

  it('have steps that are called so', () => {
    expect(withStep({ _type: 'inspection' })).toBe('METABLOCK_INVALID');
  });

  it('have names that could be names of files', () => {
    for (const name of ['x', 'é 1', '-', 'x'.repeat(255)]) {
      expect(withStep({ name })).toBe('accepted');
    }
    for (const name of ['', 'a/b', '/a', 'a/', 'a\\b', 'a\nb', 'a\n', '\na', 'x'.repeat(256)]) {
      expect([name, withStep({ name })]).toEqual([name, 'METABLOCK_INVALID']);
    }
  });
});
