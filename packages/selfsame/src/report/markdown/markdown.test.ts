import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  testArtifact,
  testCheckReport,
  testCompareReport,
  testListsReport,
  testUnbuiltReport,
} from '../testing.js';
import { anyCheckReport, anyCompareReport } from '../testing-arbitrary.js';
import { checkMarkdown } from './check-markdown.js';
import { compareMarkdown } from './compare-markdown.js';
import { block, prose, sentence, span } from './inline.js';

/** What is left of a document without fenced blocks and code spans, as CommonMark finds them. */
function outside(document: string): string {
  const lines: string[] = [];
  let fence: string | undefined;
  for (const line of document.split('\n')) {
    // What follows an opening fence holds no backticks (§4.5), else it is a code span.
    const mark = /^(`{3,})[^`]*$/.exec(line)?.[1];
    if (fence === undefined && mark !== undefined) fence = mark;
    else if (fence === undefined) lines.push(line);
    else if (line === fence) fence = undefined;
  }
  expect(fence).toBeUndefined();
  // A span ends at the next run of exactly as many backticks.
  return lines.join('\n').replace(/(?<!`)(`+)(?!`)[^\n]*?(?<!`)\1(?!`)/g, '‸');
}

function problemsOf(document: string): string[] {
  const rest = outside(document).replace(/<\/?(?:details|summary)>/g, '');
  const lines = rest.split('\n');
  return [
    ...lines.filter((line) => /[<>[\]`@\\~&]|:\/\/|\$/.test(line)),
    ...document.split('\n').filter((line) => line.startsWith('| ') && line.split('|').length !== 6),
    ...lines.filter((line) => /\p{Cc}/u.test(line)),
  ];
}

describe('a summary in Markdown', () => {
  it('says verdict, files with conditions and causes, remedies, and what was not tried', () => {
    const text = checkMarkdown(testCheckReport());
    expect(text).toMatch(
      /^## ❌ 8 of 42 files differ\n\n`dpkg-buildpackage -us -uc -b` — 6 builds in 47\.3 s\n/,
    );
    expect(text).toContain(
      '| `hello_2.12.1-3_amd64.deb` | differs with: build path, or date and time | build path and timestamp | fixed |',
    );
    expect(text).toContain(
      '  - Fix: `Compile with -ffile-prefix-map="$PWD"=. (GCC 8 and later, Clang 10 and later).`',
    );
    expect(text).toContain('  - Fix: Call gzip with -n: it then writes neither name nor time.');
    expect(text).toContain('follows from `hello_2.12.1-3_amd64.deb`');
    expect(text).toContain('- not varied: file-system block size (');
    expect(text).toContain('make[2]: *** [Makefile:31: tr.gmo] Error 1\n```');
    expect(problemsOf(text)).toEqual([]);
  });

  it('says the level of a recipe, and what is to be known of builds', () => {
    const text = checkMarkdown(testCheckReport({ level: 'fixed' }));
    expect(text).toContain(
      "- The recipe's determinism level is `fixed`, which holds for `selfsame build`",
    );
    expect(text).toContain('| fixed: so in selfsame build |');
    expect(text).toContain(
      '- of the builds: build-3: the CPU model could not be hidden from the instruction cpuid',
    );
    expect(problemsOf(text)).toEqual([]);
  });

  it('says root causes of a comparison, what was ignored and what is missing', () => {
    const text = compareMarkdown(testCompareReport({ notes: ['B is signed by <nobody>'] }));
    expect(text).toMatch(/^## ❌ 3 of 214 files differ\n/);
    expect(text).toContain(
      '`heads-x230-v0.2.1.rom` › `initrd.cpio.xz` › `bin/flashrom`: toolchain version and code',
    );
    expect(text).toContain('- ignored: mtime, which hid 31 differences');
    expect(text).toContain('- not examined: `heads-x230-v0.2.1.rom` › `me.bin`: encrypted');
    expect(text).toContain('- `B is signed by <nobody>`');
  });

  it('shows the digests of files in lists, and what only one side has', () => {
    const text = compareMarkdown(testListsReport());
    expect(text).toContain(
      `\`changed\`: unknown\n\n- **unknown** (sha256)\n  - A: \`${'1'.repeat(64)}\``,
    );
    expect(text).toContain('  - B: (nothing)');
  });

  it('says of what is not built why that can be, and nothing of what was not varied', () => {
    const text = checkMarkdown(testUnbuiltReport());
    expect(text).toContain('- Builds of a command have no network');
    expect(text).toContain('### The build fails with nothing varied');
    expect(text).not.toMatch(/not varied|not covered/);
    expect(checkMarkdown({ ...testUnbuiltReport(), level: 'fixed' })).not.toContain('no network');
  });

  it('is never longer than a step summary may be, and says so', () => {
    const artifacts = Array.from({ length: 3_000 }, (_, at) =>
      testArtifact(`${at}/${'名'.repeat(300)}`),
    );
    const big = testCheckReport({
      artifacts: [...testCheckReport().artifacts, ...artifacts],
      failures: Array.from({ length: 10 }, () => ({
        dependence: { type: 'always', why: '' } as const,
        why: 'x',
        lastLines: Array.from({ length: 100 }, () => '`'.repeat(400)),
      })),
    });
    expect(Buffer.byteLength(checkMarkdown(big))).toBeLessThan(1_000_000);
    const small = checkMarkdown(big, { most: 4_000 });
    expect(Buffer.byteLength(small)).toBeLessThanOrEqual(4_000);
    expect(small).toMatch(/_\d+ more parts are left out/);
  });

  it('quotes what Markdown could read', () => {
    expect(span('a`b')).toBe('``a`b``');
    expect(span('`x``')).toBe('``` `x`` ```');
    expect(span('a|b\\|c')).toBe('`a\\x7cb\\\\x7cc`');
    expect(span(' ')).toBe('(empty)');
    expect(prose('Set SOURCE_DATE_EPOCH: now.')).toBe('Set SOURCE_DATE_EPOCH: now.');
    expect(prose('_x_ @all')).toBe('`_x_ @all`');
    expect(prose('see https://x.example')).toBe('`see https://x.example`');
    expect(sentence('Set `A=$B` in it.')).toBe('Set `A=$B` in it.');
    expect(sentence('Set `A` <b>.')).toBe('``Set `A` <b>.``');
    expect(sentence('one ` alone')).toBe('``one ` alone``');
    expect(block(['```', 'x'])).toBe('````text\n```\nx\n````');
  });

  it('lets no text out, whatever the report', () => {
    fc.assert(
      fc.property(anyCheckReport, anyCompareReport, (check, compare) => {
        expect(problemsOf(checkMarkdown(check))).toEqual([]);
        expect(problemsOf(compareMarkdown(compare))).toEqual([]);
      }),
    );
  });
});
