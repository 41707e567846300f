import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { parse, stringify } from 'yaml';
import { jsonSchemaOf } from '../workspace/published-schemas.js';
import { filters } from './expressions/filters.js';
import { complaintsAbout } from './test-workspace.js';

const page = readFileSync(
  fileURLToPath(new URL('../../../../docs/recipes.md', import.meta.url)),
  'utf8',
);

/** Fenced blocks whose info string is `yaml KIND`. */
function blocks(kind: string): string[] {
  return [...page.matchAll(/^```yaml (\S+)\n([^]*?)^```$/gm)].flatMap(([, found, text]) =>
    found === kind && text !== undefined ? [text] : [],
  );
}

const zlib = {
  'projects/zlib/recipe.yaml':
    'name: zlib\nversion: "1"\ntargets: { default: {}, debug: {} }\nsteps: [{ run: make }]\noutputs: [x]\n',
};

describe('docs/recipes.md', () => {
  it.each(blocks('recipe'))('has a good recipe: %s', (text) => {
    const { name } = parse(text) as { name: string };
    const files = {
      [`projects/${name}/recipe.yaml`]: text,
      [`projects/${name}/install.sh`]: 'true\n',
    };
    for (const target of ['default', 'debug']) {
      expect(complaintsAbout({ ...zlib, ...files }, { projects: [`${name}@${target}`] })).toEqual(
        [],
      );
    }
  });

  it.each(blocks('recipe-part'))('has good parts of recipes: %s', (text) => {
    const minimal = { name: 'tool', version: '1.0', steps: [{ run: 'make' }], outputs: ['x'] };
    const recipe = stringify({ ...minimal, ...(parse(text) as object) });
    expect(complaintsAbout({ ...zlib, 'projects/tool/recipe.yaml': recipe })).toEqual([]);
  });

  it.each(blocks('workspace'))('has good workspaces: %s', (text) => {
    expect(complaintsAbout({ ...zlib, 'selfsame.yaml': text })).toEqual([]);
  });

  it('has blocks of each kind', () => {
    expect([
      blocks('recipe').length,
      blocks('recipe-part').length,
      blocks('workspace').length,
    ]).toEqual([1, 3, 2]);
  });

  it('explains every key that may be written', () => {
    const keys = new Set<string>();
    const visit = (schema: unknown): void => {
      if (typeof schema !== 'object' || schema === null) return;
      for (const [key, value] of Object.entries(schema)) {
        if (key === 'properties') for (const name of Object.keys(value as object)) keys.add(name);
        visit(value);
      }
    };
    visit(jsonSchemaOf('workspace'));
    expect(keys.size).toBeGreaterThan(40);
    const missing = [...keys].filter((key) => !page.includes(`\`${key}\``));
    expect(missing).toEqual([]);
  });

  it('explains every filter as the program does', () => {
    for (const [name, { parameters, does }] of Object.entries(filters)) {
      const call =
        parameters.length === 0
          ? name
          : `${name}(${parameters.map((each) => `"${each}"`).join(', ')})`;
      const row = page.split('\n').find((line) => line.startsWith(`| \`${call}\` `));
      expect(row?.split('|')[2]?.trim()).toBe(does);
    }
  });
});
