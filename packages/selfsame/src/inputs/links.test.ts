import { mkdirSync, mkdtempSync, realpathSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { escapingLink } from './links.js';

const escapes = (...links: [string, string][]) =>
  escapingLink(links.map(([path, target]) => ({ path, target })))?.path;

describe('escapingLink', () => {
  it('lets links inside the tree pass, also dangling and circular ones', () => {
    expect(
      escapes(['a', 'b'], ['d/e', '../a'], ['x', 'x'], ['y', 'z'], ['z', 'y'], ['r', '.']),
    ).toBeUndefined();
  });

  it('finds links that leave it, directly or through others', () => {
    expect(escapes(['a', '/etc/passwd'])).toBe('a');
    expect(escapes(['d/a', '../../x'])).toBe('d/a');
    expect(escapes(['l', '.'], ['m', 'l/../x'])).toBe('m');
    expect(escapes(['d/l', '..'], ['m', 'd/l/../x'])).toBe('m');
    expect(escapes(['d/e/l', '../..'], ['m', 'd/e/l/..'])).toBe('m');
  });

  it('agrees with the kernel: what passes never resolves to outside', () => {
    const name = fc.constantFrom('a', 'b', 'c');
    const path = fc.array(name, { minLength: 1, maxLength: 3 }).map((parts) => parts.join('/'));
    const target = fc
      .array(fc.constantFrom('a', 'b', 'c', '..', '.'), { minLength: 1, maxLength: 5 })
      .map((parts) => parts.join('/'));
    fc.assert(
      fc.property(fc.array(fc.tuple(path, target), { minLength: 1, maxLength: 5 }), (wanted) => {
        const outer = realpathSync(mkdtempSync(join(tmpdir(), 'selfsame-links-')));
        try {
          const root = join(outer, 'a', 'b', 'c');
          mkdirSync(root, { recursive: true });
          const made: { path: string; target: string }[] = [];
          for (const [at, to] of wanted) {
            const directory = dirname(at);
            // Only trees that an archive could have made: nothing below a link.
            if (
              made.some(
                (link) =>
                  at === link.path ||
                  at.startsWith(`${link.path}/`) ||
                  link.path.startsWith(`${at}/`),
              )
            )
              continue;
            mkdirSync(join(root, directory), { recursive: true });
            try {
              symlinkSync(to, join(root, at));
            } catch {
              continue;
            }
            made.push({ path: at, target: to });
          }
          if (escapingLink(made) !== undefined) return;
          for (const { path: at } of made) {
            let real: string;
            try {
              real = realpathSync(join(root, at));
            } catch {
              continue;
            }
            expect(real === root || real.startsWith(`${root}/`)).toBe(true);
          }
        } finally {
          rmSync(outer, { recursive: true });
        }
      }),
      { numRuns: 300 },
    );
  });
});
