import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { box, boxFormat, runFormat, runs } from '../testing-box.js';
import { normalisers, normalisersNamed } from './normalisers.js';
import { reportIn, type ReportOf } from './testing.js';

let scratch: string;
const report: ReportOf = (...asked) => reportIn(scratch, ...asked);

beforeAll(() => {
  scratch = mkdtempSync(join(tmpdir(), 'normalisers-test-'));
});

afterAll(() => rmSync(scratch, { recursive: true, force: true }));

describe('normalisersNamed', () => {
  it('keeps the order in which they were named', () => {
    const named = normalisersNamed(['order', 'mtime', 'order']);
    expect(named.map(({ name }) => name)).toEqual(['order', 'mtime']);
  });

  it('says what may have been meant', () => {
    expect(() => normalisersNamed(['mtiem'])).toThrowError(
      expect.objectContaining({
        code: 'COMPARE_UNKNOWN_NORMALISER',
        hint: 'did you mean "mtime"?',
      }),
    );
  });

  it('has all that the documentation names, and no other', () => {
    const page = readFileSync(
      join(import.meta.dirname, '../../../../../docs/comparing.md'),
      'utf8',
    );
    const rows = [...page.matchAll(/^\| `([a-z-]+)` +\| /gm)].map(([, name]) => name);
    expect(rows).toEqual(expect.arrayContaining(normalisers.map(({ name }) => name)));
    expect(rows).toHaveLength(normalisers.length);
  });

  it('knows each name once, with a sentence', () => {
    expect(new Set(normalisers.map(({ name }) => name)).size).toBe(normalisers.length);
    for (const { name, hides } of normalisers) {
      expect(name).toMatch(/^[a-z]+(-[a-z]+)*$/);
      expect(hides).toMatch(/^[A-Z].*\.$/);
    }
  });
});

describe('ignoring', () => {
  const old = box([{ name: 'm', bytes: 'text', mtime: 1 }]);
  const late = box([{ name: 'm', bytes: 'text', mtime: 2 }]);

  it('says what it hid, and that the rest is equal', async () => {
    const found = await report(old, late, ['owner', 'mtime'], [boxFormat]);
    expect(found.verdict).toBe('equal-after-ignoring');
    expect(found.difference).toBeUndefined();
    expect(found.ignored).toEqual([
      { normaliser: 'owner', hid: 0 },
      { normaliser: 'mtime', hid: 2 },
    ]);
    expect(found.hidden).toEqual([
      { normaliser: 'mtime', place: ['a', 'm'], detail: 'mtime 1 / 2' },
      {
        normaliser: 'mtime',
        place: ['a'],
        detail: 'bytes of the box around what is in it, as they follow from it',
      },
    ]);
  });

  it('hides nothing that was not named', async () => {
    const found = await report(old, late, ['order', 'owner', 'mode'], [boxFormat]);
    expect(found.verdict).toBe('differs');
    expect(found.hidden).toEqual([]);
    expect(found.difference?.children[0]?.fields).toHaveLength(1);
  });

  it('leaves what differs besides, and its findings only', async () => {
    const other = box([{ name: 'm', bytes: 'test', mtime: 2 }]);
    const found = await report(old, other, ['mtime'], [boxFormat]);
    expect(found.verdict).toBe('differs');
    const [member] = found.difference?.children ?? [];
    expect(member).toMatchObject({ fields: [], ranges: [{ lengthA: 1 }] });
    expect(member?.findings.map(({ cause }) => cause)).not.toContain('timestamp');
    expect(found.hidden).toHaveLength(1);
  });

  it('never hides what could not be examined', async () => {
    const damaged = Buffer.concat([late, Buffer.from('x')]);
    const found = await report(
      old,
      damaged,
      normalisers.map(({ name }) => name),
      [boxFormat],
    );
    expect(found.verdict).toBe('differs');
    expect(found.unexamined).toHaveLength(1);
  });

  it('is not the same as being equal', async () => {
    expect((await report(old, old, ['mtime'], [boxFormat])).verdict).toBe('identical');
  });

  it('compression hides another encoding of the same content only', async () => {
    const formats = [runFormat];
    const [one, other] = [runs(1, [[9, 65]]), runs(2, [[9, 65]])];
    expect((await report(one, other, ['compression'], formats)).verdict).toBe(
      'equal-after-ignoring',
    );
    expect((await report(one, runs(2, [[9, 66]]), ['compression'], formats)).verdict).toBe(
      'differs',
    );
    expect((await report(one, other, ['gzip-header'], formats)).verdict).toBe('differs');
  });

  it('order hides another order of the same members only', async () => {
    const [m, n] = [
      { name: 'm', bytes: '1' },
      { name: 'n', bytes: '2' },
    ];
    const formats = [boxFormat];
    expect((await report(box([m, n]), box([n, m]), ['order'], formats)).verdict).toBe(
      'equal-after-ignoring',
    );
    const changed = box([n, { ...m, bytes: '3' }]);
    expect((await report(box([m, n]), changed, ['order'], formats)).verdict).toBe('differs');
  });

  it('signature hides members that are signatures, also on one side only', async () => {
    const m = { name: 'm', bytes: '1' };
    const formats = [boxFormat];
    const signed = box([m, { name: 'META-INF/CERT.RSA', bytes: 'secret' }]);
    expect((await report(box([m]), signed, ['signature'], formats)).verdict).toBe(
      'equal-after-ignoring',
    );
    const more = box([m, { name: 'META-INF/CERT.TXT', bytes: 'secret' }]);
    expect((await report(box([m]), more, ['signature'], formats)).verdict).toBe('differs');
  });

  it('file-names hides another name of the same content only', async () => {
    const named = (name: string, bytes: string) => box([{ name, bytes }]);
    const formats = [boxFormat];
    expect(
      (await report(named('m', 'same'), named('n', 'same'), ['file-names'], formats)).verdict,
    ).toBe('equal-after-ignoring');
    expect(
      (await report(named('m1', 'one'), named('m2', 'two'), ['file-names'], formats)).verdict,
    ).toBe('differs');
  });

  it('line-endings hides carriage returns before line feeds and nothing else', async () => {
    const ignore = ['line-endings'];
    expect((await report('a\nb\n', 'a\r\nb\r\n', ignore)).verdict).toBe('equal-after-ignoring');
    expect((await report('a\nb\n', 'a\r\nc\r\n', ignore)).verdict).toBe('differs');
    expect((await report('a\rb\n', 'ab\n', ignore)).verdict).toBe('differs');
    const members = (bytes: string, mtime: number) => box([{ name: 'm', bytes, mtime }]);
    const both = await report(
      members('a\nb', 1),
      members('a\r\nb', 2),
      ['line-endings', 'mtime'],
      [boxFormat],
    );
    expect(both.verdict).toBe('equal-after-ignoring');
  });

  it('names of the two files that are compared do not matter', async () => {
    const found = await report(gzipSync('same'), gzipSync('same', { level: 0 }), [
      'compression',
      'gzip-header',
    ]);
    expect(found.verdict).toBe('equal-after-ignoring');
  });
});

describe('an archive of tar', () => {
  const pack = (seconds: number): Buffer => {
    const root = join(scratch, 'tree');
    mkdirSync(join(root, 'd'), { recursive: true });
    writeFileSync(join(root, 'd/text'), 'some text\n');
    rmSync(join(root, 'link'), { force: true });
    symlinkSync('d/text', join(root, 'link'));
    const options = [
      '--sort=name',
      '--owner=0',
      '--group=0',
      '--format=gnu',
      `--mtime=@${seconds}`,
    ];
    return execFileSync('tar', [...options, '-C', root, '-cf', '-', '.']);
  };

  it('is equal but for times only if it is: no other byte may differ', async () => {
    const [a, b] = [pack(1_600_000_000), pack(1_700_000_000)];
    expect((await report(a, b, ['mtime'])).verdict).toBe('equal-after-ignoring');
    await fc.assert(
      fc.asyncProperty(fc.nat(b.length - 1), fc.integer({ min: 1, max: 255 }), async (at, by) => {
        // Of a header of 512 bytes: mtime and checksum (pax(1), ustar interchange format).
        const inHeader = at % 512;
        fc.pre(inHeader < 136 || inHeader >= 156);
        const changed = Buffer.from(b);
        changed[at] = (changed[at] ?? 0) ^ by;
        expect((await report(a, changed, ['mtime'])).verdict).not.toBe('equal-after-ignoring');
      }),
      { numRuns: 150 },
    );
  });
});
