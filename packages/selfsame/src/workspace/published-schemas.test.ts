import { readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { join } from 'node:path';
import { Ajv2020 } from 'ajv/dist/2020.js';
import { format } from 'prettier';
import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { jsonSchemaOf, schemaNames } from './published-schemas.js';
import type { SchemaName } from './published-schemas.js';
import { defaultStarter, starterFiles } from './starter.js';

const repository = fileURLToPath(new URL('../../../../', import.meta.url));
const examples = join(repository, 'examples');

function problems(name: SchemaName, yaml: string): unknown[] {
  const ajv = new Ajv2020({
    allErrors: true,
    strict: true,
    strictTypes: false,
    strictRequired: false,
  });
  const validator = ajv.compile(jsonSchemaOf(name));
  return validator(parse(yaml)) ? [] : (validator.errors ?? []);
}

describe('published schemas', () => {
  // After a change: npx vitest run packages/selfsame/src/workspace/published-schemas.test.ts -u
  it.each(schemaNames)('%s.schema.json is up to date', async (name) => {
    const text = await format(JSON.stringify(jsonSchemaOf(name)), {
      parser: 'json',
      printWidth: 100,
    });
    await expect(text).toMatchFileSnapshot(
      join(repository, `packages/selfsame/schema/${name}.schema.json`),
    );
  });

  it('accept the examples', () => {
    expect(problems('workspace', readFileSync(join(examples, 'selfsame.yaml'), 'utf8'))).toEqual(
      [],
    );
    const projects = readdirSync(join(examples, 'projects'));
    expect(projects.length).toBeGreaterThan(0);
    for (const project of projects) {
      const text = readFileSync(join(examples, 'projects', project, 'recipe.yaml'), 'utf8');
      expect([project, ...problems('recipe', text)]).toEqual([project]);
    }
  });

  it('accept what init writes', () => {
    const files = starterFiles(defaultStarter);
    expect(problems('workspace', files['selfsame.yaml'] ?? '')).toEqual([]);
    expect(problems('recipe', files['projects/hello/recipe.yaml'] ?? '')).toEqual([]);
  });

  const recipe = 'name: a\nversion: "1"\nsteps: [{ run: x }]\noutputs: [x]\n';
  it.each([
    ['', true],
    ['inputs: { a: { file: "${{ x }}" } }\n', true],
    ['inputs: { a: { npm: { package: x, version: "${{ version }}" } } }\n', true],
    ['inputs: { a: { npm: { package: x, version: "^1" } } }\n', false],
    ['inputs: { a: {} }\n', false],
    ['inputs: { a: { file: x, npm: { package: x, version: 1.0.0 } } }\n', false],
    ['limits: { time: 30 }\n', false],
    ['targets: { a: }\n', true],
    ['verison: 1\n', false],
  ])('say of a recipe with %j: %s', (rest, fine) => {
    expect(problems('recipe', recipe + rest).length === 0).toBe(fine);
  });
});
