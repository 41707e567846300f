import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { colourStyle, plainStyle } from '../../text/style.js';
import { displayWidth } from '../../text/width.js';
import {
  testArtifact,
  testCheckReport,
  testCompareReport,
  testDifference,
  testFinding,
  testListsReport,
  testReproducibleReport,
  testUnbuiltReport,
} from '../testing.js';
import { anyCheckReport, anyCompareReport } from '../testing-arbitrary.js';
import { checkLines } from './check-lines.js';
import { compareLines } from './compare-lines.js';
import { wrap } from './wrap.js';

const plain = { style: plainStyle, columns: 100 };
const escape = /\u001b\[\d+m/g;

describe('the summary of a check', () => {
  it('says the verdict first, then each file with condition, cause, place, values and remedy', () => {
    const lines = checkLines(testCheckReport(), plain);
    expect(lines[0]).toBe('8 of 42 files differ');
    expect(lines[1]).toMatch(/^They differ with: date and time \(3\), build path \(2\),/);
    const text = lines.join('\n');
    expect(text).toContain(
      'hello_2.12.1-3_amd64.deb\n  differs with: build path, or date and time\n',
    );
    expect(text).toContain(
      '  build path (DW_AT_comp_dir) in data.tar.xz › ./usr/bin/hello › .debug_str at 0x1f40, 4 times\n' +
        '    A  /build/hello-2.12.1\n    B  /tmp/selfsame-b1d/x/hello-2.12.1\n    → Compile with',
    );
    expect(text).toContain('differs with: CPU count + locale together');
    expect(text).toContain('differs always, even with nothing varied');
    expect(text).toContain('the build fails with: CPU count + locale together\n  exit status 2\n');
    expect(text).toContain('file-system block size: loop devices cannot be used here');
  });

  it('says of files that only follow from others no more than that', () => {
    const text = checkLines(testCheckReport(), plain).join('\n');
    expect(text).toContain(
      'Follow from others, nothing to do:\n  hello_2.12.1-3_amd64.buildinfo (hello_2.12.1-3_amd64.deb)',
    );
    expect(text).not.toContain('build-id (');
  });

  it('tells the first files only, and how to see the rest', () => {
    const artifacts = Array.from({ length: 22 }, (_, at) => testArtifact(`file-${at}`));
    const report = testCheckReport({ artifacts, failures: [] });
    const lines = checkLines(report, { ...plain, most: 10 });
    expect(lines.filter((line) => line.startsWith('file-'))).toHaveLength(10);
    expect(lines).toContain('and 12 more files: --html FILE');
    expect(checkLines(report, { ...plain, most: 21, rest: 'see x' })).toContain(
      'and 1 more file: see x',
    );
  });

  it('claims no more than was tried where all is the same', () => {
    expect(checkLines(testReproducibleReport(), plain)[0]).toBe(
      'No difference found: 12 files came out the same in 6 builds under 12 variations',
    );
  });

  it('says once that nothing was built, what the build said, and what is unlike outside', () => {
    const report = testUnbuiltReport();
    const lines = checkLines(report, plain);
    expect(lines[0]).toBe('It does not build, even with nothing varied');
    const text = lines.join(' ').replace(/ +/g, ' ');
    expect(text.match(/with nothing varied/g)).toHaveLength(2);
    expect(text).toContain('Builds of a command have no network');
    expect(text).toContain(
      'the build fails with nothing varied the command ended with status 2 | curl',
    );
    // Nothing was varied, so there is nothing to say of what was not.
    expect(text).not.toMatch(/always|Not varied|Not covered/);
    const recipe = checkLines({ ...report, level: 'fixed' }, plain);
    expect(recipe.join(' ')).not.toContain('have no network');
  });

  it('is the same text with and without colour', () => {
    const coloured = checkLines(testCheckReport(), { style: colourStyle, columns: 60 });
    expect(coloured.join('\n')).toMatch(escape);
    expect(coloured.map((line) => line.replace(escape, ''))).toEqual(
      checkLines(testCheckReport(), { style: plainStyle, columns: 60 }),
    );
  });
});

describe('the summary of a comparison', () => {
  it('says the root causes with what differs because of them, what was hidden, and what is missing', () => {
    const text = compareLines(testCompareReport(), plain).join('\n');
    expect(text).toMatch(/^3 of 214 files differ\nAll of it goes back to 2 root causes\n/);
    expect(text).toContain('heads-x230-v0.2.1.rom › initrd.cpio.xz › bin/flashrom\n');
    expect(text).toContain('toolchain version (compiler in .comment)');
    expect(text).not.toContain('because of it');
    expect(text).toContain('mtime: hid 31 differences');
    expect(text).toContain('signature: hid nothing');
    expect(text).toContain('me.bin: encrypted, its content cannot be read');
  });

  it('names what else holds a root cause by its whole path, once, and a sole one in the headline', () => {
    const report = testCompareReport();
    const [root, other] = report.rootCauses;
    if (root === undefined || other === undefined) return expect.unreachable();
    const elsewhere = [['other.rom'], ['other.rom', 'initrd.cpio.xz'], ['sums.txt']];
    const sole = { ...root, explains: [...root.explains, ...elsewhere] };
    const text = compareLines({ ...report, rootCauses: [sole] }, plain).join('\n');
    expect(text).toContain('because of it, too: other.rom › initrd.cpio.xz and sums.txt\n');
    expect(text).toMatch(
      /\nAll of it goes back to heads-x230-v0.2.1.rom › initrd.cpio.xz › bin\/flashrom:\s+toolchain\s+version/,
    );
  });

  it('shows the digests of files in lists, and what only one side has', () => {
    expect(compareLines(testListsReport(), plain).join('\n')).toContain(
      [
        'a.sums › changed',
        '  unknown (sha256)',
        `    A  ${'1'.repeat(64)}`,
        `    B  ${'2'.repeat(64)}`,
        '',
        'a.sums › gone',
        '  missing file (sha256)',
        `    A  ${'1'.repeat(64)}`,
        '    B  (nothing)',
        '',
      ].join('\n'),
    );
  });

  it('tells a remedy in full once, and of places only what is not said above', () => {
    const remedy = 'Pack with `tar --mtime=@0`.';
    const member = (name: string) =>
      testDifference(name, {
        findings: [testFinding({ cause: 'timestamp', place: ['a.tar', name], remedy })],
      });
    const root = { causes: [], explains: [], alone: [], also: [], assumed: [] };
    const text = compareLines(
      testCompareReport({
        difference: testDifference('a.tar', { children: [member('one'), member('two')] }),
        rootCauses: ['one', 'two'].map((name) => ({ ...root, place: ['a.tar', name] })),
      }),
      plain,
    ).join('\n');
    expect(text.match(/--mtime/g)).toHaveLength(1);
    expect(text).toMatch(/\na\.tar › two\n(.*\n)+ {4}→ as above\n/);
    expect(text).not.toMatch(/ in (one|two)/);
  });

  it('never calls the undecided the same', () => {
    const undecided = testCompareReport({ verdict: 'undecided', rootCauses: [] });
    expect(compareLines(undecided, plain)[0]).toBe('Not decided: not everything could be examined');
  });
});

describe('lines', () => {
  it('are wrapped at spaces, hanging, and wide characters take two columns', () => {
    expect(wrap('one two three', 24, '  A  ')).toEqual(['  A  one two three']);
    expect(wrap('aaaaaaaaaa bbbbbbbbbb cccccccccc', 25, '  → ')).toEqual([
      '  → aaaaaaaaaa bbbbbbbbbb',
      '    cccccccccc',
    ]);
    expect(wrap('名前'.repeat(11), 20)).toEqual(['名前'.repeat(5), '名前'.repeat(5), '名前']);
  });

  it('tell what is to be known of builds, once', () => {
    const build = { outcome: { type: 'built' as const }, varied: [], milliseconds: 1 };
    const lost = 'made devices, pipes or sockets, which are not compared: pipe';
    const builds = [
      { ...build, id: 'build-1', notes: ['for all'] },
      { ...build, id: 'build-2', notes: ['for all', lost] },
    ];
    const lines = checkLines(testCheckReport({ builds }), plain);
    expect(lines).toContain('  all: for all');
    expect(lines).toContain(`  build-2: ${lost}`);
  });

  it('fit, and hold no control characters, whatever the report', () => {
    fc.assert(
      fc.property(
        fc.oneof(
          anyCheckReport.map(
            (report) => (columns: number) => checkLines(report, { style: plainStyle, columns }),
          ),
          anyCompareReport.map(
            (report) => (columns: number) => compareLines(report, { style: plainStyle, columns }),
          ),
        ),
        fc.integer({ min: 30, max: 200 }),
        (linesAt, columns) => {
          for (const line of linesAt(columns)) {
            expect(displayWidth(line)).toBeLessThanOrEqual(columns);
            expect(line).not.toMatch(
              /[\p{Cc}\p{Zl}\p{Zp}\u200b-\u200f\u202a-\u202e\u2066-\u2069]/u,
            );
          }
        },
      ),
    );
  });
});
