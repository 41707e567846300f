import { dirname, join } from 'node:path/posix';
import { describe, expect, it } from 'vitest';
import { repositoryFiles, textOf } from './repository-files.js';

const root = 'packages/verify/src/';
const modules = repositoryFiles().filter(
  (path) =>
    path.startsWith(root) &&
    /\.ts$/.test(path) &&
    !/\.test\.ts$|\/testing\/|\/index\.ts$/.test(path),
);

/** Whose whole contract is in their comments: bytes, numbers of bytes, the names of errors. */
const withoutSpecification = ['encoding/bytes.ts', 'encoding/reader.ts', 'errors.ts'];

const comments = (text: string): string =>
  [...text.matchAll(/\/\*[\s\S]*?\*\/|\/\/.*$/gm)].map(([comment]) => comment).join('\n');

const citation =
  /\b(?:RFC \d{3,5}|FIPS \d|C2SP|DSSE|ECMA-\d|TUF specification|in-toto (?:specification|attestation framework)|slsa\.dev|PROTOCOL\.sshsig|signify\(1\)|fnmatch|docs\/[a-z-]+\.md)/;

/** Lines of code: no comments, no empty lines, no imports and exports of other modules. */
function codeLines(path: string): number {
  const code = (textOf(path) ?? '')
    .replace(/\/\*[\s\S]*?\*\/|^\s*\/\/.*$/gm, '')
    .replace(/^(?:import|export) [^;]*? from '[^']+';$/gm, '');
  return code.split('\n').filter((line) => line.trim() !== '').length;
}

const sum = (paths: Iterable<string>): number =>
  [...paths].reduce((total, path) => total + codeLines(path), 0);

/** These modules and all that they import. */
function reachedFrom(...entries: readonly string[]): ReadonlySet<string> {
  const reached = new Set<string>();
  const open = [...entries];
  for (let path = open.pop(); path !== undefined; path = open.pop()) {
    if (reached.has(path)) continue;
    reached.add(path);
    for (const [, target = ''] of (textOf(path) ?? '').matchAll(/ from '(\.[^']+)\.js';$/gm))
      open.push(join(dirname(path), `${target}.ts`));
  }
  return reached;
}

describe('the trust core', () => {
  it('can be read in an evening: what a verdict passes through, and all of it', () => {
    const verdict = reachedFrom(`${root}verdict/judge.ts`, `${root}roster/signed-roster.ts`);
    const evidence = reachedFrom(`${root}evidence/judge-evidence.ts`);
    expect(verdict.size).toBeGreaterThan(40);
    for (const path of [...verdict, ...evidence]) expect(modules).toContain(path);
    // The bounds that packages/verify/README.md states.
    expect(sum(verdict)).toBeLessThan(3300);
    expect(sum(evidence)).toBeLessThan(4200);
    expect(sum(modules)).toBeLessThan(4600);
  });

  it('signs nothing, and knows no private key', () => {
    const made = modules.filter((path) =>
      /import \{[^}]*\b(?:sign|createPrivateKey|generateKeyPair\w*|randomBytes)\b[^}]*\} from 'node:crypto'/.test(
        textOf(path) ?? '',
      ),
    );
    expect(made).toEqual([]);
  });

  it('says in every module which specification it follows', () => {
    const without = modules.filter((path) => !citation.test(comments(textOf(path) ?? '')));
    expect(without).toEqual(withoutSpecification.map((path) => root + path));
  });

  it('names sections of documents that are there', () => {
    const missing = modules.flatMap((path) =>
      [...comments(textOf(path) ?? '').matchAll(/(docs\/[a-z-]+\.md)(?: "([^"]+)")?/g)].flatMap(
        ([, file = '', section]) => {
          const headings = (textOf(file) ?? '').split('\n').filter((line) => line.startsWith('#'));
          const isThere = headings.some((line) => line.replace(/^#+ /, '') === section);
          return headings.length > 0 && (section === undefined || isThere)
            ? []
            : [`${path}: ${file} ${section ?? ''}`];
        },
      ),
    );
    expect(missing).toEqual([]);
  });
});
