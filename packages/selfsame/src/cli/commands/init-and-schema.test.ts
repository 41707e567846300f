import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { SelfsameError } from '../../errors/selfsame-error.js';
import { policySchema } from '../../record/policy-schema.js';
import { reportSchema, reportSchemaNames } from '../../report/json/schemas.js';
import { jsonSchemaOf, schemaNames } from '../../workspace/published-schemas.js';
import type { CommandResult, OptionValues } from '../command.js';
import { testCommandContext } from '../testing.js';
import { initCommand } from './init.js';
import { schemaCommand } from './schema.js';

const scratch = mkdtempSync(join(tmpdir(), 'selfsame-cli-init-'));
afterAll(() => rmSync(scratch, { recursive: true, force: true }));

const context = testCommandContext(scratch);

const init = (args: string[], options: OptionValues = {}): Promise<CommandResult> =>
  initCommand.run(args, options, context);

async function complaint(work: Promise<unknown>): Promise<string> {
  try {
    await work;
    return '';
  } catch (error) {
    if (!(error instanceof SelfsameError)) throw error;
    return `${error.code} ${error.message} (${error.hint})`;
  }
}

describe('init', () => {
  it('asks nothing where there is no terminal, and refuses to do it twice', async () => {
    const result = await init(['one'], { project: 'tool' });
    expect(result.exitCode).toBe(0);
    expect(result.data).toEqual({
      directory: join(scratch, 'one'),
      project: 'tool',
      files: ['selfsame.yaml', 'projects/tool/recipe.yaml', 'projects/tool/main.c'],
    });
    expect(result.text).toContain('  cd one');
    expect(readFileSync(join(scratch, 'one/selfsame.yaml'), 'utf8')).toContain('debian: trixie');
    expect(await complaint(init(['one']))).toMatch(
      /^WORKSPACE_EXISTS selfsame\.yaml exists already in /,
    );
  });

  it.each([[[]], [['.']], [['./']], [[scratch]]])('does not say to go here: %j', async (args) => {
    const cwd = mkdtempSync(join(scratch, 'here-'));
    const here = args.map((arg) => (arg === scratch ? cwd : arg));
    const { text } = await initCommand.run(here, {}, { ...context, cwd });
    expect(text.filter((line) => line.includes('cd '))).toEqual([]);
  });

  it.each([
    [{ project: '../x' }, /^WRONG_USE --project must be a name/],
    [{ debian: 'Trixie' }, /^WRONG_USE --debian must be the name of a suite/],
  ])('refuses %j', async (options, message) => {
    expect(await complaint(init(['two'], options))).toMatch(message);
  });
});

describe('schema', () => {
  it.each(schemaNames)('prints that of %s', async (name) => {
    const result = await schemaCommand.run([name], {}, context);
    expect(JSON.parse(result.text.join('\n'))).toEqual(jsonSchemaOf(name));
    expect(result.data).toEqual(jsonSchemaOf(name));
    expect(schemaCommand.arguments[0]?.description).toContain(name);
  });

  it('prints that of policies', async () => {
    for (const name of reportSchemaNames) {
      const { data } = await schemaCommand.run([name], {}, context);
      expect(data).toEqual(reportSchema(name));
      expect(schemaCommand.arguments[0]?.description).toContain(name);
    }
    const result = await schemaCommand.run(['policy'], {}, context);
    expect(JSON.parse(result.text.join('\n'))).toEqual(policySchema());
    expect(schemaCommand.arguments[0]?.description).toContain('policy');
  });

  it('refuses others', async () => {
    expect(await complaint(schemaCommand.run(['recipes'], {}, context))).toBe(
      'WRONG_USE there is no schema "recipes" (did you mean "recipe"?)',
    );
  });
});
