import { createHash } from 'node:crypto';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  testArtifact,
  testCheckReport,
  testCompareReport,
  testDifference,
  testFinding,
  testRange,
  testReproducibleReport,
  testListsReport,
  testUnbuiltReport,
} from '../testing.js';
import { anyCheckReport, anyCompareReport } from '../testing-arbitrary.js';
import { problemsOf } from './testing-markup.js';
import { checkHtml } from './check-html.js';
import { compareHtml } from './compare-html.js';
import { pathAddress } from './deep-links.js';

/** Without tags, for what a reader sees. */
const textOf = (html: string) =>
  html
    .replace(/<style>.*?<\/style>/s, '')
    .replace(/<[^>]+>/g, '')
    .replaceAll('&quot;', '"')
    .replaceAll('&amp;', '&');

describe('the page of a check', () => {
  const page = checkHtml(testCheckReport());
  const text = textOf(page);

  it('is one well-formed file that forbids itself everything but its own style', () => {
    expect(problemsOf(page)).toEqual([]);
    const style = /<style>(.*?)<\/style>/s.exec(page)?.[1] ?? '';
    const hash = createHash('sha256').update(style).digest('base64');
    expect(page).toContain(
      `content="default-src 'none'; style-src 'sha256-${hash}'; base-uri 'none'; form-action 'none'"`,
    );
    expect(page).not.toMatch(
      /<(?:script|link|img|iframe|object)\b| style="| on\w+="|url\(|@import/,
    );
    for (const [, target = ''] of page.matchAll(/href="([^"]*)"/g)) {
      expect(target).toMatch(/^#/);
      expect(page).toContain(`id="${target.slice(1)}"`);
    }
  });

  it('says verdict, remedies, conditions, causes, values, writers and what was not tried', () => {
    for (const part of [
      '8 of 42 files differ',
      'dpkg-buildpackage -us -uc -b',
      'Compile with -ffile-prefix-map="$PWD"=.',
      'differs with: CPU count + locale together',
      'differs always, even with nothing varied',
      'DW_AT_comp_dir',
      '2f 62 75 69 6c 64 2f 68',
      'Written by ld and dpkg-deb',
      'asked for: clock 12×, randomness 1×, directoryOrder 4×',
      'loop devices cannot be used here',
      'no process asked for it',
      'its model is hidden from files, not from the instruction cpuid',
      'msgfmt: hello.po:12: invalid multibyte sequence',
      'msgunfmt (Debian package gettext) is not installed',
    ])
      expect(text).toContain(part);
  });

  it('has a word for every sign of the matrix', () => {
    const rows = [...page.matchAll(/<tr><th scope="row"><a href="#file-(\d)">.*?<\/tr>/g)];
    const words = (row: number) =>
      [...(rows[row]?.[0] ?? '').matchAll(/<span class="m (\w)">([^<]+)</g)].map(
        ([, cell, word]) => `${cell}:${word}`,
      );
    expect(rows).toHaveLength(8);
    expect(words(0).slice(0, 3)).toEqual(['d:differs', 'd:differs', 's:same']);
    // Locale and CPU count, only together; kernel and file system were not tried.
    expect(words(4)[3]).toBe('t:together');
    expect(words(4)[5]).toBe('t:together');
    expect(words(4)[10]).toBe('k:not tried');
    expect(words(5)[0]).toBe('u:not known');
  });

  it('opens with the first rows of a long matrix, the others folded', () => {
    const [artifact] = testCheckReport().artifacts;
    const rowsOf = (files: number): number[] => {
      const artifacts = Array.from({ length: files }, (_, at) =>
        testArtifact(`file ${at}`, { matrix: artifact?.matrix ?? {} }),
      );
      const long = checkHtml(testCheckReport({ artifacts }));
      const matrix = /<section aria-labelledby="matrix">.*?<\/section>/s.exec(long)?.[0] ?? '';
      return matrix.split('<summary>').map((part) => part.split('<tr><th scope="row">').length - 1);
    };
    expect(rowsOf(60)).toEqual([60]);
    expect(rowsOf(500)).toEqual([40, 460]);
  });

  it('names variations that say nothing below the matrix, where there are many', () => {
    const report = testCheckReport();
    const more = Array.from({ length: 10 }, (_, at) => ({
      ...report.variations[0],
      name: `more-${at}`,
      title: `variation ${at}`,
    })) as unknown as typeof report.variations;
    const artifacts = report.artifacts.slice(0, 5).map((artifact) => ({
      ...artifact,
      matrix: { ...artifact.matrix, ...Object.fromEntries(more.map(({ name }) => [name, false])) },
    }));
    const variations = [...report.variations, ...more];
    const many = checkHtml(testCheckReport({ artifacts, variations }));
    expect(textOf(many)).toMatch(/No file differs with: time zone, .*variation 0, .*variation 9\./);
    expect(textOf(many)).toContain('Not tried: kernel version, file-system block size.');
    expect([...many.matchAll(/<div class="turn">([^<]*)/g)].map(([, title]) => title)).toEqual([
      'build path',
      'date and time',
      'locale',
      'directory order',
      'CPU count',
      'user and group',
    ]);
  });

  it('marks what differs, whole words of it, and bytes at their offsets', () => {
    expect(page).toContain('<mark>2026-11-21T12:00:00Z</mark>');
    expect(page).toContain('/<mark>build</mark>/hello-2.12.1');
    expect(page).toContain(
      '<span class="soft">00001f40</span>  <mark>2f 62 75 69 6c 64 2f 68</mark>',
    );
  });

  it('links to deep pages by paths alone', () => {
    const deep = [{ place: ['hello_2.12.1-3_amd64.deb'], file: 'deep/a b?.html' }];
    expect(checkHtml(testCheckReport(), { deep })).toContain('href="./deep/a%20b%3F.html"');
    expect(pathAddress('javascript:alert(1)')).toBe('./javascript%3Aalert(1)');
    expect(pathAddress('//example.org/x')).toBe('/example.org/x');
  });

  it('says the level of a recipe, what is to be known of builds, and what chance leaves open', () => {
    const recipe = textOf(checkHtml(testCheckReport({ level: 'fixed' }))).replaceAll('&#39;', "'");
    expect(recipe).toContain("The recipe's determinism level is fixed");
    expect(recipe).toContain("the same in selfsame build: the recipe's level is fixed");
    expect(recipe).toContain(
      'build-3: the CPU model could not be hidden from the instruction cpuid',
    );
    const none = textOf(page);
    expect(none).toContain('the same at determinism level fixed');
    expect(none).not.toContain('determinism level is');
    expect(none).toMatch(/build-3everything\s/);
    const most = testCheckReport().builds.map((build) => ({
      ...build,
      varied: build.varied.filter((name) => name !== 'time'),
    }));
    expect(textOf(checkHtml(testCheckReport({ builds: most })))).toMatch(
      /build-3everything but \S/,
    );
    const builds = Array.from({ length: 50 }, (_, at) => ({
      ...{ id: `build-${at}`, varied: [], outcome: { type: 'built' as const } },
      ...{ milliseconds: 1, notes: [] },
    }));
    const missed = (count: number): string =>
      textOf(checkHtml({ ...testReproducibleReport(), builds: builds.slice(0, count) }));
    // 0.9³, 0.99⁵⁰
    expect(missed(3)).toContain(
      'in one of 10 builds, as a race may, is missed by 3 builds in 73 of',
    );
    expect(missed(50)).toContain(
      'in one of 100 builds, as a race may, is missed by 50 builds in 61',
    );
    expect(none).not.toContain('as a race may');
  });

  it('is the same for the same report', () => {
    expect(checkHtml(structuredClone(testCheckReport()))).toBe(page);
  });

  it('claims no more than was tried where all is the same', () => {
    const good = textOf(checkHtml(testReproducibleReport()));
    expect(good).toContain('No difference found: 12 files came out the same in 6 builds');
    expect(good).not.toContain('Files that differ');
    expect(good).toContain('What this does not cover');
  });
});

describe('the page of a build that fails with nothing varied', () => {
  it('calls nothing varied, and says what is unlike outside', () => {
    const page = textOf(checkHtml(testUnbuiltReport()));
    expect(page).toContain('fails with nothing varied');
    expect(page).toContain('Builds of a command have no network');
    expect(page).toContain('variations tried0');
    expect(page).not.toMatch(/What was varied|What this does not cover|fails always/);
  });
});

describe('the page of a comparison', () => {
  it('shows the digests of files in lists, and what only one side has', () => {
    const page = textOf(compareHtml(testListsReport()));
    expect(page).toContain(`A${'1'.repeat(64)}B${'2'.repeat(64)}`);
    expect(page).toContain(`A${'1'.repeat(64)}B(nothing)`);
  });

  it('says root causes with their chains, the tree, what was hidden, and what is missing', () => {
    const page = compareHtml(testCompareReport());
    expect(problemsOf(page)).toEqual([]);
    const text = textOf(page);
    for (const part of [
      '3 of 214 files differ',
      'compiler in .comment',
      'Differ because of it: 2',
      'same without it',
      'The same thing, elsewhere: 1',
      'only in B',
      'hid 31 differences',
      'its content cannot be read',
    ])
      expect(text).toContain(part);
    expect(page).toContain('href="./deep/flashrom%201.html"');
  });

  it('holds the pages of diffoscope in frames that may do nothing, in their own style', () => {
    const sheet = 'body.diffoscope { color: black }';
    const inside = `<style>${sheet}</style><p onclick="x()">"deep" &amp; <script>alert(1)</script></p>`;
    const { deep } = testCompareReport();
    const page = compareHtml(testCompareReport(), new Map([[deep[0]?.file ?? '', inside]]));
    expect(problemsOf(page)).toEqual([]);
    expect(page).toContain('sandbox="" srcdoc="&lt;style&gt;');
    expect(page).not.toContain('<script>');
    const hash = createHash('sha256').update(sheet).digest('base64');
    expect(page).toContain(`'sha256-${hash}'`);
    expect(page).toContain('href="./deep/flashrom%201.html"');
    expect(page).toContain('href="#deep-1"');
    expect(page.match(/<iframe /g)).toHaveLength(1);
  });

  it('puts places that share a container or a name into one line, and no two notes', () => {
    const [root] = testCompareReport().rootCauses;
    const images = Array.from({ length: 40 }, (_, at) => ['out', `image-${at}.tar`]);
    const also = images.map((place) => [...place, 'bin/tool']);
    const rootCauses = root && [
      { ...root, explains: images, alone: images.slice(1), assumed: [], also },
    ];
    const page = compareHtml(testCompareReport({ ...(rootCauses && { rootCauses }) }));
    expect(problemsOf(page)).toEqual([]);
    const text = textOf(page).replace(/\s+/gu, ' ');
    expect(text).toContain('Differ because of it: 40');
    expect(text).toMatch(
      /out 39 parts: ?image-1\.tar, image-2\.tar, .*and 15 more same without it/u,
    );
    expect(text).toMatch(/bin\/tool in 40 places: ?out › image-0\.tar, .*and 16 more/u);
    expect(text.match(/image-0\.tar/gu)).toHaveLength(2);
  });

  it('never calls the undecided the same', () => {
    const text = textOf(compareHtml(testCompareReport({ verdict: 'undecided' })));
    expect(text).toContain('Not decided: not everything could be examined');
    expect(text).not.toContain('Identical');
  });
});

describe('pages', () => {
  it('are well formed and show no text as markup, whatever the report', () => {
    fc.assert(
      fc.property(anyCheckReport, anyCompareReport, (check, compare) => {
        expect(problemsOf(checkHtml(check))).toEqual([]);
        expect(problemsOf(compareHtml(compare))).toEqual([]);
      }),
    );
  });

  it('stay small, and say what is left out, for thousands of files with huge texts', () => {
    const huge = '<&>"\u202e'.repeat(2_000);
    const difference = testDifference(huge, {
      textDiff: `-${huge}\n+${huge}x\n`.repeat(200),
      fields: Array.from({ length: 500 }, () => ({
        name: huge,
        kind: 'text' as const,
        a: huge,
        b: undefined,
        offsetA: 0,
        offsetB: 0,
      })),
      ranges: Array.from({ length: 100 }, () => testRange(100, 'x', huge, 'y')),
      findings: Array.from({ length: 50 }, () =>
        testFinding({ cause: 'text', place: [huge, huge], a: huge, b: huge, remedy: huge }),
      ),
      children: Array.from({ length: 300 }, (_, at) => testDifference(`part-${at}`)),
    });
    const artifacts = Array.from({ length: 2_500 }, (_, at) =>
      testArtifact(`${at}/${huge}`, { difference }),
    );
    const page = checkHtml(testCheckReport({ artifacts }));
    expect(page.length).toBeLessThan(13_000_000);
    expect(problemsOf(page)).toEqual([]);
    const text = textOf(page);
    expect(text).toMatch(/[\d,]+ more files differ and are left out here, to keep the page small/);
    expect(text).toMatch(/[\d,]+ more files differ and are left out here\./);
    expect(text).toContain('2,500 of 2,534 files differ');
    const compared = compareHtml(
      testCompareReport({
        difference,
        hidden: Array.from({ length: 10_000 }, () => ({
          normaliser: 'mtime',
          place: [huge],
          detail: huge,
        })),
      }),
    );
    expect(compared.length).toBeLessThan(10_000_000);
    expect(problemsOf(compared)).toEqual([]);
  });

  it('end nesting that is too deep', () => {
    let difference = testDifference('innermost');
    for (let depth = 0; depth < 400; depth += 1)
      difference = testDifference(`level-${depth}`, { children: [difference] });
    const page = compareHtml(testCompareReport({ difference }));
    expect(problemsOf(page)).toEqual([]);
    expect(page).toContain('nested too deeply to be shown');
  });
});
