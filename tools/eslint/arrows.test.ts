import { join } from 'node:path';
import { ESLint } from 'eslint';
import { describe, expect, it } from 'vitest';
import { arrowProblem, arrows } from './arrows.js';

const repository = join(import.meta.dirname, '../..');

async function lint(file: string, text: string): Promise<string[]> {
  const eslint = new ESLint({
    cwd: repository,
    overrideConfig: {
      files: ['**/*.ts'],
      languageOptions: {
        parserOptions: { projectService: { allowDefaultProject: ['packages/*/src/*/*.ts'] } },
      },
    },
  });
  const [result] = await eslint.lintText(text, { filePath: join(repository, file) });
  return (result?.messages ?? []).map((message) => message.message);
}

describe('import arrows', () => {
  it('lets a folder import itself and what lies below it', () => {
    expect(arrowProblem('build/schedule', 'build/run.js', false)).toBeUndefined();
    expect(arrowProblem('build/schedule', 'store/store.js', false)).toBeUndefined();
    expect(arrowProblem('cli/commands/build', 'build/build.js', false)).toBeUndefined();
  });

  it('refuses what lies above', () => {
    expect(arrowProblem('store/store', 'build/run.js', false)).toContain(
      'must not import src/build',
    );
    expect(arrowProblem('inputs/url/url', 'cli/frame.js', false)).toContain('src/cli');
    expect(arrowProblem('util/native', 'store/store.js', false)).toContain('src/store');
  });

  it('lets anyone import a contract as types, and only as types', () => {
    expect(arrowProblem('recipe/plan', 'environment/types.js', true)).toBeUndefined();
    expect(arrowProblem('recipe/plan', 'environment/types.js', false)).toBeDefined();
    expect(arrowProblem('recipe/plan', 'environment/resolve.js', true)).toBeDefined();
  });

  it('lets only the two unions collect from every folder', () => {
    expect(arrowProblem('errors/codes', 'build/error-codes.js', false)).toBeUndefined();
    expect(arrowProblem('errors/render', 'build/error-codes.js', false)).toBeDefined();
    expect(arrowProblem('events/event', 'build/events.js', true)).toBeUndefined();
  });

  it('has no circle', () => {
    const done = new Set<string>();
    const visit = (folder: string, path: readonly string[]): void => {
      if (done.has(folder)) return;
      expect(path, `circle: ${[...path, folder].join(' → ')}`).not.toContain(folder);
      for (const allowed of arrows[folder] ?? []) {
        // A row that names one file of a folder does not make the folders depend on each other,
        // and recipe and workspace are one level: a workspace is made of recipes.
        if (allowed.includes('/') || (folder === 'workspace' && allowed === 'recipe')) continue;
        visit(allowed, [...path, folder]);
      }
      done.add(folder);
    };
    for (const folder of Object.keys(arrows)) visit(folder, []);
    expect(done.size).toBeGreaterThan(10);
  });

  it('is applied by npm run lint, to static, dynamic and type imports', async () => {
    const messages = await lint(
      'packages/selfsame/src/store/arrow-probe.ts',
      "export * from '../build/run.js';\nexport const late = import('../cli/frame.js');\nexport type T = import('../doctor/check.js').Check;\n",
    );
    expect(messages.filter((message) => message.includes('must not import'))).toHaveLength(3);
  });

  it('keeps the trust core on node:crypto and its own files', async () => {
    const messages = await lint(
      'packages/verify/src/keys/arrow-probe.ts',
      "export { readFile } from 'node:fs';\nexport { parse } from 'yaml';\nexport { sign } from 'node:crypto';\n",
    );
    expect(messages.filter((message) => message.includes('imports nothing but'))).toHaveLength(2);
  });
});
