import { execFileSync } from 'node:child_process';
import {
  chmodSync,
  linkSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  rmSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { compare, compareArtifacts, compareTrees } from './compare.js';
import { box, boxFormat } from './testing-box.js';
import { withSession } from './session.js';
import { pathOf, walkTrees, type Unread } from './tree/walk-trees.js';
import type { Difference } from './types.js';

let scratch: string;
let a: string;
let b: string;

beforeEach(() => {
  scratch = mkdtempSync(join(tmpdir(), 'compare-trees-test-'));
  [a, b] = [join(scratch, 'a'), join(scratch, 'b')];
  mkdirSync(a);
  mkdirSync(b);
});

afterEach(() => rmSync(scratch, { recursive: true, force: true }));

function put(root: string, path: string | Buffer, bytes: string | Uint8Array): void {
  if (typeof path === 'string') mkdirSync(dirname(join(root, path)), { recursive: true });
  const target = Buffer.concat([Buffer.from(`${root}/`), Buffer.from(path)]);
  writeFileSync(target, bytes);
}

const children = (found: Difference | undefined) => found?.children ?? [];
const names = (found: Difference | undefined) => children(found).map(({ name }) => name);
const fields = (found: Difference | undefined) =>
  children(found).flatMap((child) => child.fields.map((f) => [child.name, f.name, f.a, f.b]));

describe('compareTrees', () => {
  it('never takes files for equal that are longer than the system says', async () => {
    // Every file of /proc says that it is empty.
    for (const [root, of] of [
      [a, 'cpuinfo'],
      [b, 'meminfo'],
    ] as const) {
      symlinkSync(`/proc/${of}`, join(root, 'link'));
    }
    const two = [join(a, 'link'), join(b, 'link')] as const;
    await expect(compare(...two)).rejects.toMatchObject({ code: 'COMPARE_UNREADABLE' });
    const found = await compareTrees('/proc/sys/kernel/random', '/proc/sys/kernel/random');
    expect(children(found).length).toBeGreaterThan(0);
    for (const child of children(found)) {
      expect(child.unexamined).toMatchObject([{ reason: 'unreadable' }]);
    }
  });

  it('sees that trees are equal, whatever their times are', async () => {
    for (const root of [a, b]) {
      put(root, 'd/file', 'x');
      symlinkSync('nowhere', join(root, 'link'));
      mkdirSync(join(root, 'empty'));
    }
    utimesSync(join(a, 'd/file'), 1000, 1000);
    expect(await compareTrees(a, b)).toBeUndefined();
    expect(
      fields(await compareTrees(a, b, { metadata: true })).map(([name, field]) => [name, field]),
    ).toContainEqual(['d/file', 'mtime']);
  });

  it('shows what differs of files, by path, in order', async () => {
    put(a, 'z', 'one');
    put(b, 'z', 'two');
    put(a, 'd/only', 'only in a');
    put(b, 'd/large', new Uint8Array(600_000));
    put(a, 'large', new Uint8Array(600_000));
    put(b, 'large', new Uint8Array(600_000).fill(1, 599_999));
    const found = await compareTrees(a, b);
    expect(found).toMatchObject({ name: 'a', format: 'directory' });
    expect(children(found).map(({ name, presence }) => [name, presence])).toEqual([
      ['d/large', 'only-b'],
      ['d/only', 'only-a'],
      ['large', 'both'],
      ['z', 'both'],
    ]);
    expect(children(found)[2]?.ranges).toMatchObject([{ offsetA: 599_999, lengthA: 1 }]);
  });

  it('shows permissions, kinds, links and devices', async () => {
    put(a, 'mode', '');
    put(b, 'mode', '');
    chmodSync(join(a, 'mode'), 0o644);
    chmodSync(join(b, 'mode'), 0o755);
    symlinkSync('one', join(a, 'link'));
    symlinkSync('two', join(b, 'link'));
    put(a, 'kind', '');
    mkdirSync(join(b, 'kind'));
    put(b, 'kind/inside', '');
    execFileSync('mkfifo', [join(a, 'pipe'), join(b, 'pipe')]);
    const found = await compareTrees(a, b);
    expect(names(found)).toEqual(['kind', 'kind/inside', 'link', 'mode']);
    expect(children(found)[0]?.types).toEqual(['file', 'directory']);
    expect(fields(found)).toContainEqual(['link', 'target', 'one', 'two']);
    expect(fields(found)).toContainEqual(['mode', 'mode', '0644', '0755']);
  });

  it('shows which names are one file', async () => {
    for (const root of [a, b]) put(root, 'one', 'same');
    linkSync(join(a, 'one'), join(a, 'two'));
    put(b, 'two', 'same');
    expect(fields(await compareTrees(a, b))).toEqual([['two', 'hard link', 'one', 'none']]);
  });

  it('does not follow links, even where a file stands on the other side', async () => {
    put(a, 'x', 'text');
    put(scratch, 'outside', 'text');
    symlinkSync('../outside', join(b, 'x'));
    const found = await compareTrees(a, b);
    expect(children(found)).toMatchObject([{ name: 'x', types: ['file', 'symlink'], ranges: [] }]);
  });

  it('keeps apart names that are no text, and shows them without control characters of theirs being lost', async () => {
    put(a, Buffer.from([0x66, 0xff]), '1');
    put(b, Buffer.from([0x66, 0xff]), '2');
    put(a, Buffer.from([0x66, 0xfe]), '1');
    put(b, Buffer.from([0x66, 0xfe]), '1');
    put(a, 'new\nline', '1');
    put(b, 'new\nline', '2');
    put(a, 'ü', '1');
    put(b, 'ü', '2');
    expect(names(await compareTrees(a, b))).toEqual(['f\\xff', 'new\nline', 'ü']);
  });

  it('knows files again by their content', async () => {
    put(a, 'old/name', 'some content');
    put(b, 'new/other.txt', 'some content');
    put(a, 'lib-1.so', 'x');
    put(b, 'lib-2.so', 'y');
    const found = await compareTrees(a, b);
    expect(children(found)).toMatchObject([
      { name: 'lib-1.so', nameInB: 'lib-2.so', ranges: [{}] },
      { name: 'new', presence: 'only-b' },
      { name: 'old', presence: 'only-a' },
      { name: 'old/name', nameInB: 'new/other.txt', ranges: [] },
    ]);
  });

  it('bounds the number of files, says so, and shows what it saw', async () => {
    for (let index = 0; index < 5; index += 1) put(a, `${index}`, '');
    const found = await compareTrees(a, b, { limits: { parts: 3 } });
    expect(found).toMatchObject({ unexamined: [{ place: ['a'], reason: 'too-large' }] });
    expect(names(found)).toEqual(['0', '1', '2']);
    for (let index = 0; index < 5; index += 1) put(b, `${index}`, '');
    expect((await compare(a, b, { limits: { parts: 3 } })).verdict).toBe('undecided');
    expect((await compare(a, b, { limits: { parts: 5 } })).verdict).toBe('identical');
  });

  it('shows all in byte order of the paths, whatever stands beside directories', async () => {
    const paths = ['a', 'a!', 'a!b', 'a-b/x', 'a/b', 'a/b-c', 'a/b/c', 'a0', 'b/a', 'b.c'];
    const isBelow = (path: string) => paths.some((other) => path.startsWith(`${other}/`));
    const holds = (path: string) => paths.some((other) => other.startsWith(`${path}/`));
    const files = paths.filter((path) => !holds(path) || isBelow(path)).filter((p) => !holds(p));
    for (const path of files) {
      put(a, path, 'one');
      put(b, path, 'other');
    }
    put(a, 'a/a/alone', '');
    put(b, 'a!z', 'x');
    const found = names(await compareTrees(a, b));
    expect(found).toEqual([...files, 'a!z', 'a/a', 'a/a/alone'].sort());
  });

  it('says nothing of what one side has in a directory that cannot be read in the other', async () => {
    put(a, 'd/x', '');
    mkdirSync(join(b, 'd'));
    const unread: Unread[] = [];
    const seen: string[] = [];
    await withSession({}, async (session) => {
      // A root that is no directory stands for one that may not be read, which root always may.
      put(scratch, 'file', '');
      for await (const pairs of walkTrees(session, a, join(scratch, 'file'), unread))
        seen.push(...pairs.map(pathOf));
    });
    expect([seen, unread]).toEqual([[], [{ path: '', why: 'ENOTDIR' }]]);
  });

  it('bounds the number of differences, and says how many more there are', async () => {
    for (let index = 0; index < 9; index += 1) put(a, `${index}`, '');
    const found = await compareTrees(a, b, { limits: { differences: 4 } });
    expect(names(found)).toEqual(['0', '1', '2', '3']);
    expect(found?.unexamined[0]?.detail).toMatch(/^5 more/);
    // Those that only one has are among the first by their paths, not by when they are looked at.
    for (const index of [5, 6, 7, 8]) put(b, `${index}`, 'x');
    const mixed = await compareTrees(a, b, { limits: { differences: 4 } });
    expect(names(mixed)).toEqual(['0', '1', '2', '3']);
    expect(mixed?.unexamined[0]?.detail).toMatch(/^5 more/);
  });

  it('counts directories apart from files, shown or not', async () => {
    for (const root of [a, b]) put(root, 'same', 's');
    put(a, 'd/e/f', '1');
    put(a, 'x', '1');
    put(b, 'x', '2');
    const totalsWith = async (differences: number) =>
      (await compare(a, b, { limits: { differences } })).totals;
    const expected = { files: 3, differing: 2, differingDirectories: 2 };
    expect(await totalsWith(100)).toMatchObject(expected);
    expect(await totalsWith(1)).toMatchObject(expected);
    const { totals } = await compare(join(a, 'x'), join(b, 'x'));
    expect(totals).toMatchObject({ files: 1, differing: 1, differingDirectories: 0 });
  });

  it('never calls equal what it had no time for', async () => {
    for (const root of [a, b]) put(root, 'x', 'same');
    const found = await compareTrees(a, b, { limits: { milliseconds: 0 } });
    expect(found?.unexamined).toMatchObject([{ reason: 'out-of-time' }]);
    const report = await compare(a, b, { limits: { milliseconds: 0 } });
    expect(report.verdict).toBe('undecided');
    put(b, 'x', 'more');
    chmodSync(join(b, 'x'), 0o600);
    expect((await compare(a, b, { limits: { milliseconds: 0 } })).verdict).toBe('undecided');
    put(b, 'x', 'longer');
    const sized = await compare(join(a, 'x'), join(b, 'x'), { limits: { milliseconds: 0 } });
    expect([sized.verdict, sized.unexamined.length]).toEqual(['differs', 1]);
  });

  it('leaves nothing behind, not even when it is interrupted', async () => {
    const before = scratches();
    const member = (text: string) =>
      box([
        { name: 'm', bytes: text.repeat(5000) },
        { name: 'n', bytes: text },
      ]);
    put(a, 'x', box([{ name: 'deep', bytes: member('a') }]));
    put(b, 'x', box([{ name: 'deep', bytes: member('b') }]));
    let seen = 0;
    const controller = new AbortController();
    const spooling = {
      ...boxFormat,
      async *parts(...args: Parameters<typeof boxFormat.parts>) {
        for await (const part of boxFormat.parts(...args)) {
          if ((seen += 1) > 3) {
            if (scratches().length > before.length) controller.abort(new Error('enough'));
          }
          yield part;
        }
      },
    };
    const options = { formats: [spooling], limits: { heldBytes: 100 } };
    expect(names(await compareTrees(a, b, options))).toEqual(['x']);
    expect(scratches()).toEqual(before);
    seen = 0;
    await expect(compareTrees(a, b, { ...options, signal: controller.signal })).rejects.toThrow(
      'enough',
    );
    expect(scratches()).toEqual(before);
  });

  function scratches(): string[] {
    return readdirSync(tmpdir()).filter((name) => name.startsWith('selfsame-compare-'));
  }
});

describe('compareArtifacts', () => {
  it('answers by path, for those asked', async () => {
    put(a, 'out/x', 'one');
    put(b, 'out/x', 'two');
    put(a, 'same', 's');
    put(b, 'same', 's');
    put(a, 'gone', 'g');
    put(b, 'went', 'g');
    const all = await compareArtifacts(a, b);
    expect([...all.keys()].sort()).toEqual(['gone', 'out/x', 'went']);
    expect(all.get('gone')).toMatchObject({ presence: 'only-a' });
    expect(all.get('out/x')?.findings[0]?.place).toEqual(['out/x']);
    expect([...(await compareArtifacts(a, b, { only: ['out/x', 'same'] })).keys()]).toEqual([
      'out/x',
    ]);
  });
});

interface Leaf {
  readonly path: string;
  readonly content: string;
  readonly mode: number;
  readonly kind: 'file' | 'link';
}

const leaf = fc.record<Leaf>({
  path: fc.constantFrom('a', 'b', 'c.txt', 'd/a', 'd/b', 'd/e/f'),
  content: fc.constantFrom('', 'x', 'xy', 'x\ny\n', '\0binary'),
  mode: fc.constantFrom(0o644, 0o755),
  kind: fc.constantFrom('file', 'link'),
});
const tree = fc.uniqueArray(leaf, { selector: ({ path }) => path, maxLength: 5 });

function lay(root: string, leaves: readonly Leaf[]): void {
  mkdirSync(root);
  for (const { path, content, mode, kind } of leaves) {
    mkdirSync(dirname(join(root, path)), { recursive: true });
    if (kind === 'link') symlinkSync(`to${content.replaceAll('\0', '')}`, join(root, path));
    else writeFileSync(join(root, path), content, { mode });
  }
}

/** What a tree is, by the simplest means. */
function facts(leaves: readonly Leaf[]): string {
  return JSON.stringify(
    leaves
      .map(({ path, content, mode, kind }) =>
        kind === 'link' ? [path, kind, content.replaceAll('\0', '')] : [path, kind, content, mode],
      )
      .sort(([p = ''], [q = '']) => (p < q ? -1 : 1)),
  );
}

describe('random trees', () => {
  it('differ exactly if something in them does, and in both directions', async () => {
    let run = 0;
    await fc.assert(
      fc.asyncProperty(tree, tree, fc.boolean(), async (first, second, same) => {
        const root = join(scratch, `${(run += 1)}`);
        mkdirSync(root);
        const other = same ? first : second;
        lay(join(root, 'a'), first);
        lay(join(root, 'b'), other);
        const there = await compareTrees(join(root, 'a'), join(root, 'b'));
        const back = await compareTrees(join(root, 'b'), join(root, 'a'));
        const differs = facts(first) !== facts(other);
        expect(there !== undefined).toBe(differs);
        expect(back !== undefined).toBe(differs);
        expect(children(back)).toHaveLength(children(there).length);
        rmSync(root, { recursive: true });
      }),
      { numRuns: 60 },
    );
  });
});
