import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { checkCommand } from './commands/check.js';
import { compareCommand } from './commands/compare.js';
import { globalOptions } from './global-options.js';

const page = readFileSync(new URL('../../../../docs/reports.md', import.meta.url), 'utf8');

/** `--html` of `--html <file>`; of `-j, --jobs <n>` both. */
const namesOf = (flags: string) => flags.match(/--?[a-z][a-z-]*/g) ?? [];

describe('docs/reports.md', () => {
  it('names options that check and compare have', () => {
    for (const command of [checkCommand, compareCommand]) {
      const known = new Set(
        [...command.options, ...globalOptions].flatMap(({ flags }) => namesOf(flags)),
      );
      const table = [...page.matchAll(/^\|[^|]*\| `(--[a-z]+)/gm)].map(([, name = '']) => name);
      expect(table.length).toBeGreaterThan(4);
      expect([command.name, ...table.filter((name) => !known.has(name))]).toEqual([command.name]);
    }
  });

  it.each(['github', 'gitlab', 'forgejo'])(
    'has a file for %s that calls check as it is',
    (forge) => {
      const text = new RegExp(`^\`\`\`yaml ${forge}\n([^]*?)^\`\`\`$`, 'm').exec(page)?.[1] ?? '';
      expect(typeof parse(text)).toBe('object');
      const known = new Set(checkCommand.options.flatMap(({ flags }) => namesOf(flags)));
      const calls = [...text.matchAll(/selfsame check (.*) -- make$/gm)].map(
        ([, call = '']) => call,
      );
      expect(calls).toHaveLength(1);
      for (const name of (calls[0] ?? '').match(/--[a-z-]+/g) ?? []) expect(known).toContain(name);
      // What is handed on is what was written.
      const written = [...(calls[0] ?? '').matchAll(/--(?:html|sarif|junit) (\S+)/g)].map(
        ([, file = '']) => file,
      );
      for (const file of written) expect(text.split(file).length).toBeGreaterThan(2);
    },
  );
});
