import { spawnSync } from 'node:child_process';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  testCheckReport,
  testCompareReport,
  testListsReport,
  testReproducibleReport,
} from '../testing.js';
import { anyCheckReport, anyCompareReport } from '../testing-arbitrary.js';
import { checkJunit, compareJunit } from './junit.js';

const xmllint = spawnSync('xmllint', ['--version']).error === undefined;

/** Attributes an element must have, and may have, as Jenkins' schema says; no more than we use. */
const known: Readonly<Record<string, readonly string[]>> = {
  testsuites: ['name', 'tests', 'failures', 'errors', 'time'],
  testsuite: ['name', 'tests', 'failures', 'errors', 'skipped', 'time'],
  testcase: ['classname', 'name', 'time'],
  failure: ['type', 'message'],
  error: ['type', 'message'],
  skipped: ['message'],
};

function problemsOf(xml: string): string[] {
  const problems: string[] = [];
  const open: string[] = [];
  const counts = new Map<string, number>();
  const body = xml.replace(/^<\?xml version="1\.0" encoding="UTF-8"\?>\n/, '');
  const token = /<(\/?)([a-z]+)((?: [a-z]+="[^"<>\n]*")*)(\/?)>|([^<]+)|(<)/g;
  for (const [, close, name = '', inner = '', empty, text, stray] of body.matchAll(token)) {
    if (stray !== undefined) problems.push('a stray <');
    else if (text !== undefined) {
      if (/&(?!(?:amp|lt|gt|quot|apos);)/.test(text)) problems.push(`& in ${text}`);
      if (text.trim() !== '' && !['failure', 'error'].includes(open.at(-1) ?? ''))
        problems.push(`text in ${open.at(-1) ?? 'nothing'}`);
    } else if (close === '/') {
      if (open.pop() !== name) problems.push(`</${name}>`);
    } else {
      const names = [...inner.matchAll(/ ([a-z]+)="/g)].map(([, one = '']) => one);
      if (JSON.stringify(names) !== JSON.stringify(known[name]))
        problems.push(`${name}: ${names.join(' ')}`);
      counts.set(name, (counts.get(name) ?? 0) + 1);
      if (empty !== '/') open.push(name);
    }
  }
  const total = (name: string) =>
    Number(new RegExp(`<testsuite [^>]*${name}="(\\d+)"`).exec(xml)?.[1]);
  if (total('tests') !== (counts.get('testcase') ?? 0)) problems.push('wrong number of tests');
  if (total('failures') !== (counts.get('failure') ?? 0)) problems.push('wrong number of failures');
  if (total('errors') !== (counts.get('error') ?? 0)) problems.push('wrong number of errors');
  if (total('skipped') !== (counts.get('skipped') ?? 0)) problems.push('wrong number of skipped');
  // XML 1.0, §2.2
  if (/[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\u{10000}-\u{10ffff}]/u.test(xml))
    problems.push('characters that XML forbids');
  return [...problems, ...open];
}

describe('JUnit XML', () => {
  it('has a test for every artifact, every failure, and every variation that was not tried', () => {
    const xml = checkJunit(testCheckReport());
    expect(problemsOf(xml)).toEqual([]);
    expect(xml).toContain(
      '<testcase classname="selfsame.check.artifacts" name="hello_2.12.1-3_amd64.deb" time="0"><failure type="build-path" message="differs with: build path, or date and time">',
    );
    expect(xml).toContain('Compile with -ffile-prefix-map=&quot;$PWD&quot;=.');
    expect(xml).toContain('name="34 other files the same" time="0"/>');
    expect(xml).toContain('<skipped message="loop devices cannot be used here;');
    expect(xml).toContain('tests="12" failures="9" errors="0" skipped="2"');
  });

  it('fails nothing where all is the same, and errs where nothing was made', () => {
    expect(checkJunit(testReproducibleReport())).toContain(
      'tests="1" failures="0" errors="0" skipped="0"',
    );
    const nothing = checkJunit({
      ...testReproducibleReport(),
      verdict: 'no-artifacts',
      identical: 0,
    });
    expect(nothing).toContain(
      '<error type="no-artifacts" message="The build made nothing to compare">',
    );
  });

  it('has the verdict of a comparison and a test for every root cause', () => {
    const xml = compareJunit(testCompareReport());
    expect(problemsOf(xml)).toEqual([]);
    expect(xml).toContain('name="heads-x230-v0.2.1.rom › initrd.cpio.xz › bin/flashrom"');
    expect(xml).toContain('tests="4" failures="3" errors="0" skipped="1"');
    expect(compareJunit(testCompareReport({ verdict: 'undecided', rootCauses: [] }))).toContain(
      '<error type="undecided"',
    );
    const same = testCompareReport({ verdict: 'identical', rootCauses: [], difference: undefined });
    expect(compareJunit(same)).toContain('failures="0" errors="0"');
  });

  it('shows the digests of files in lists', () => {
    const xml = compareJunit(testListsReport());
    expect(xml).toContain('message="differs: unknown"');
    expect(xml).toContain('2'.repeat(64));
  });

  it('is well formed, whatever the report', () => {
    fc.assert(
      fc.property(anyCheckReport, anyCompareReport, (check, compare) => {
        expect(problemsOf(checkJunit(check))).toEqual([]);
        expect(problemsOf(compareJunit(compare))).toEqual([]);
      }),
    );
  });

  // Debian: libxml2-utils
  it.skipIf(!xmllint)('is read by another parser, whatever the report', () => {
    const documents = fc.sample(anyCheckReport, { numRuns: 20, seed: 1 }).map(checkJunit);
    for (const document of [...documents, compareJunit(testCompareReport())]) {
      const { stderr, status } = spawnSync('xmllint', ['--noout', '--nonet', '-'], {
        input: document,
      });
      expect([status, stderr.toString()]).toEqual([0, '']);
    }
  });
});
