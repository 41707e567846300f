import { describe, expect, it } from 'vitest';
import { sha256Hex, type Artifacts } from '@selfsame/verify';
import { codeOf } from '../testing-codes.js';
import { brokenRule, parseRule } from './rules.js';

const files = (contents: Readonly<Record<string, string>>): Artifacts =>
  Object.fromEntries(
    Object.entries(contents).map(([path, text]) => [path, { sha256: sha256Hex(text) }]),
  );
const link = {
  materials: files({ same: '1', changed: '1', gone: '1' }),
  products: files({ same: '1', changed: '2', new: '1', 'dir/x': '3', dirx: '3' }),
};
const links = new Map([
  [
    'one',
    {
      materials: files({ gone: '1' }),
      products: files({ same: '1', 'out/changed': '2', new: 'other' }),
    },
  ],
  ['two', { materials: files({}), products: files({ x: '3', 'dir/x': 'other' }) }],
]);
const apply = (side: 'materials' | 'products', ...rules: readonly (readonly string[])[]) =>
  brokenRule(
    rules.map((rule) => parseRule(rule, [])),
    link,
    side,
    links,
    { remaining: 10_000 },
  );
/** What the rule takes out of the queue, which later rules then do not find. */
const explained = (side: 'materials' | 'products', rule: string) =>
  Object.keys(link[side]).filter(
    (path) => apply(side, rule.split(' '), ['DISALLOW', path]) === undefined,
  );

describe('artifact rules', () => {
  it.each([
    ['products', 'CREATE *', ['new', 'dir/x', 'dirx']],
    ['materials', 'CREATE *', []],
    ['products', 'DELETE *', []],
    ['materials', 'DELETE *', ['gone']],
    ['products', 'MODIFY *', ['changed']],
    ['materials', 'MODIFY *', ['changed']],
    ['products', 'ALLOW *', ['same', 'changed', 'new', 'dir/x', 'dirx']],
    ['products', 'ALLOW s*', ['same']],
    ['products', 'create n*', ['new']],
    ['products', 'MATCH * WITH PRODUCTS FROM one', ['same']],
    ['products', 'match * with products from one', ['same']],
    ['products', 'MATCH n* WITH PRODUCTS FROM one', []],
    ['products', 'MATCH * WITH MATERIALS FROM one', []],
    ['materials', 'MATCH * WITH MATERIALS FROM one', ['gone']],
    ['products', 'MATCH * WITH PRODUCTS IN out FROM one', ['changed']],
    ['products', 'MATCH * WITH PRODUCTS IN out/ FROM one', ['changed']],
    ['products', 'MATCH * IN dir WITH PRODUCTS FROM two', ['dir/x']],
    ['products', 'MATCH * IN dir/ WITH PRODUCTS FROM two', ['dir/x']],
    ['products', 'MATCH * IN dir WITH PRODUCTS IN dir FROM two', []],
    ['products', 'MATCH * WITH PRODUCTS FROM nobody', []],
  ] as const)('of %s: %s explains %j', (side, rule, expected) => {
    expect(explained(side, rule)).toEqual(expected);
  });

  it('match in a folder only what is in that folder', () => {
    const rule = parseRule('MATCH * IN dir WITH PRODUCTS FROM two'.split(' '), []);
    const at = (path: string) => {
      const link = { materials: {}, products: files({ [path]: '3' }) };
      const rules = [rule, parseRule(['DISALLOW', '*'], [])];
      return brokenRule(rules, link, 'products', links, { remaining: 1000 })?.path;
    };
    expect([at('dir/x'), at('abc/x')]).toEqual([undefined, 'abc/x']);
  });

  it('disallow what none before them explained', () => {
    expect(apply('products', ['DISALLOW', 'n*'])).toMatchObject({ path: 'new' });
    expect(apply('products', ['DISALLOW', 'z*'])).toBeUndefined();
    expect(apply('products', ['ALLOW', 'new'], ['DISALLOW', 'n*'])).toBeUndefined();
    expect(apply('products')).toBeUndefined();
  });

  it('require a file by its name, which none before them explained', () => {
    expect(apply('products', ['REQUIRE', 'new'])).toBeUndefined();
    for (const rules of [
      [['REQUIRE', 'gone']],
      [['REQUIRE', 'n*']],
      [
        ['ALLOW', 'new'],
        ['REQUIRE', 'new'],
      ],
    ]) {
      expect(apply('products', ...rules)).toMatchObject({ path: rules.at(-1)?.[1] });
    }
  });

  it.each([
    'CREATE',
    'CREATE a b',
    'MAKE a',
    'MATCH a',
    'MATCH a WITH PRODUCTS',
    'MATCH a FROM one',
    'MATCH a WITH PRODUCTS FROM',
    'MATCH a FROM one WITH PRODUCTS',
    'MATCH a WITH PRODUCTS FROM one two',
    'MATCH a WITH PRODUCTS FROM one IN b',
    'MATCH a WITH NOTHING FROM one',
    'MATCHES a WITH PRODUCTS FROM one',
    String.raw`MATCH a IN b\c WITH PRODUCTS FROM one`,
    String.raw`MATCH a WITH PRODUCTS IN b\c FROM one`,
  ])('are not read from %s', (text) => {
    expect(codeOf(() => parseRule(text.split(' '), []))).toBe('METABLOCK_INVALID');
  });
});
