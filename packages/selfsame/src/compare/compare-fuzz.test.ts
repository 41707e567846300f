import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { compareContents } from './compare.js';
import { memoryContent } from './content/memory-content.js';
import { everyDifference } from './difference.js';

let scratch: string;
const samples = new Map<string, Buffer>();

beforeAll(() => {
  scratch = mkdtempSync(join(tmpdir(), 'compare-fuzz-test-'));
  const tree = join(scratch, 'tree');
  mkdirSync(join(tree, 'd'), { recursive: true });
  writeFileSync(join(tree, 'd/text'), 'some text of several lines\n'.repeat(40));
  writeFileSync(join(tree, 'empty'), '');
  writeFileSync(join(tree, 'inner.gz'), gzipSync('inner content\n'.repeat(50)));
  const tar = execFileSync('tar', ['--sort=name', '-C', tree, '-cf', '-', '.']);
  samples.set('a.tar', tar).set('a.tar.gz', gzipSync(tar));
  samples.set('a.bin', readFileSync(process.execPath).subarray(0, 20_000));
  // Of the machine, where they are there.
  made('a.deb', () => {
    mkdirSync(join(tree, 'DEBIAN'));
    const control =
      'Package: p\nVersion: 1\nArchitecture: all\nMaintainer: n <n@example.org>\nDescription: d\n';
    writeFileSync(join(tree, 'DEBIAN/control'), control);
    execFileSync('dpkg-deb', ['-Zxz', '--build', tree, join(scratch, 'a.deb')], {
      stdio: 'ignore',
    });
    return readFileSync(join(scratch, 'a.deb'));
  });
  made('a.elf', () => readFileSync('/bin/true'));
  made('a.zip', () => {
    const script =
      'import sys,zipfile\nz=zipfile.ZipFile(sys.argv[1],"w",8)\nz.writestr("m","text\\n"*50)\nz.writestr("n","n")';
    execFileSync('python3', ['-c', script, join(scratch, 'a.zip')]);
    return readFileSync(join(scratch, 'a.zip'));
  });
});

afterAll(() => rmSync(scratch, { recursive: true, force: true }));

function made(name: string, make: () => Buffer): void {
  try {
    samples.set(name, make());
  } catch {
    // The tool is not there: the other samples stay.
  }
}

interface Edit {
  readonly at: number;
  readonly removed: number;
  readonly added: Uint8Array;
}

/** Small changes anywhere, and cuts of the end. */
const edit: fc.Arbitrary<Edit> = fc.record({
  at: fc.double({ min: 0, max: 1, noNaN: true }),
  removed: fc.oneof({ weight: 5, arbitrary: fc.integer({ min: 0, max: 8 }) }, fc.constant(1e9)),
  added: fc.uint8Array({ maxLength: 8 }),
});

function altered(bytes: Buffer, edits: readonly Edit[]): Buffer {
  let result = bytes;
  for (const { at, removed, added } of edits) {
    const place = Math.floor(at * result.length);
    result = Buffer.concat([result.subarray(0, place), added, result.subarray(place + removed)]);
  }
  return result;
}

describe('files of every kind, altered', () => {
  it('are never called equal, never crash, and always show where they differ', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.nat(samples.size - 1),
        fc.array(edit, { minLength: 1, maxLength: 3 }),
        async (index, edits) => {
          const [name, whole] = [...samples][index] ?? ['', Buffer.alloc(0)];
          const other = altered(whole, edits);
          const sides = [memoryContent(whole), memoryContent(other)] as const;
          const found = await compareContents(...sides, name, {});
          expect(found === undefined).toBe(whole.equals(other));
          if (found === undefined) return;
          const leaves = [...everyDifference(found)].filter(
            ({ difference }) => difference.children.length === 0,
          );
          for (const { difference } of leaves) {
            const { ranges, fields, order, types, presence, unexamined, nameInB, findings } =
              difference;
            const says = [ranges, fields, unexamined, findings].some((all) => all.length > 0);
            expect(
              says ||
                order !== undefined ||
                types !== undefined ||
                presence !== 'both' ||
                nameInB !== undefined,
            ).toBe(true);
            // A fault of a reader is one, not an answer.
            expect(
              unexamined
                .map(({ detail }) => detail)
                .filter((detail) => /its reader failed/.test(detail)),
            ).toEqual([]);
          }
        },
      ),
      { numRuns: 120 },
    );
  });
});
