import { sha256Hex } from '@selfsame/verify';
import { describe, expect, it } from 'vitest';
import { readAssertion } from './read-assert.js';

const [a, b, source] = ['a', 'b', 'source'].map((text) => sha256Hex(text)) as [
  string,
  string,
  string,
];
const base = `${sha256Hex('deb')}  adduser_3.113_all.deb`;
const commit = '194b9b8792d9b0798fdb570b79fa51f1d1f5ebaf';
const tail = '- release: 0.9.1\n- name: bitcoin\n- type: build\n- optionals: \n';
const expected = {
  outManifest: `${a}  bin/a\n${b}  bin/b\n`,
  inManifest: `${source}  desc.yml\ngit:${commit} bitcoin`,
  release: '0.9.1',
  name: 'bitcoin',
};

const block = (tag: string) =>
  `--- ${tag}\n- out_manifest: |\n    ${a}  bin/a\n    ${b}  bin/b\n` +
  `- in_manifest: |-\n    ${source}  desc.yml\n    git:${commit} bitcoin\n` +
  `- base_manifests: ${tag}\n  - precise-amd64: |\n      ${base}\n${tail}`;
const folded = (tag: string, mark: string) =>
  `--- ${tag}\n- out_manifest: ${mark}'${a}  bin/a\n\n    ${b}  bin/b\n\n'\n` +
  `- in_manifest: ${mark}'${source}  desc.yml\n\n    git:${commit} bitcoin'\n` +
  `- base_manifests: ${tag}\n  - precise-amd64: ${mark}'${base}\n\n'\n${tail}`;

describe('readAssertion', () => {
  it.each([
    ['!!omap with blocks', block('!!omap')],
    ['!omap with blocks', block('!omap')],
    ['!omap and a space', block('!omap ')],
    ['a bare ! before folded text', folded('!omap', '! ')],
    ['folded text', folded('!omap', '')],
  ])('reads the dialect of %s', (_, text) => {
    expect(readAssertion(Buffer.from(text))).toEqual(expected);
  });

  it.each([
    ['a web page', '<!DOCTYPE HTML PUBLIC "-//IETF//DTD HTML 2.0//EN">\n<html>', /web page/],
    [
      'an alias',
      block('!!omap').replace('name: bitcoin', 'name: &x bitcoin\n- other: *x'),
      /alias/,
    ],
    ['a field twice', `${block('!!omap')}- name: other\n`, /twice|duplicate/],
    ['another type', block('!!omap').replace('type: build', 'type: x'), /not about a build/],
    ['no release', block('!!omap').replace('- release: 0.9.1\n', ''), /release is missing/],
    ['a map', 'out_manifest: x\n', /ordered map/],
    ['two documents', `${block('!!omap')}--- x\n`, /not YAML/],
    ['a list where text is', block('!!omap').replace('name: bitcoin', 'name: [x]'), /not text/],
    ['nothing', '', /ordered map/],
  ])('refuses %s, and says why', (_, text, reason) => {
    expect(readAssertion(Buffer.from(text))).toMatch(reason);
  });

  it('is not made to work by bombs', () => {
    const bomb = `--- !!omap\n- a: &a [x,x,x,x,x,x,x,x,x]\n${Array.from({ length: 40 }, (__, i) => `- b${i}: [*a,*a,*a]\n`).join('')}`;
    expect(readAssertion(Buffer.from(bomb))).toBeTypeOf('string');
    expect(readAssertion(Buffer.from('['.repeat(20_000)))).toBeTypeOf('string');
    expect(readAssertion(Buffer.alloc(9 * 1024 ** 2, 'x'))).toBe('the assertion is too large');
  });
});
