import { mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { SelfsameError } from '../errors/selfsame-error.js';
import { planBuilds } from '../recipe/plan.js';
import { initWorkspace } from './init-workspace.js';
import { loadWorkspace } from './load-workspace.js';
import { defaultStarter } from './starter.js';

const scratch = mkdtempSync(join(tmpdir(), 'selfsame-init-'));
afterAll(() => rmSync(scratch, { recursive: true, force: true }));

async function codeOf(work: Promise<unknown>): Promise<string> {
  try {
    await work;
    return 'none';
  } catch (error) {
    if (!(error instanceof SelfsameError)) throw error;
    return error.code;
  }
}

describe('initWorkspace', () => {
  it('writes a workspace that can be planned', async () => {
    const directory = join(scratch, 'new/deep');
    const files = await initWorkspace(directory, { project: 'my-tool', suite: 'bookworm' });
    expect(files).toEqual([
      'selfsame.yaml',
      'projects/my-tool/recipe.yaml',
      'projects/my-tool/main.c',
    ]);
    const plan = planBuilds(loadWorkspace(directory));
    expect(plan.order).toEqual(['my-tool@default']);
    expect(plan.builds.get('my-tool@default')?.environment).toMatchObject({
      suite: 'bookworm',
      packages: ['gcc', 'libc6-dev'],
    });
  });

  it('overwrites nothing and then writes nothing', async () => {
    const directory = join(scratch, 'existing');
    mkdirSync(join(directory, 'projects/hello'), { recursive: true });
    writeFileSync(join(directory, 'projects/hello/main.c'), 'mine');
    expect(await codeOf(initWorkspace(directory, defaultStarter))).toBe('WORKSPACE_EXISTS');
    expect(readdirSync(directory)).toEqual(['projects']);
  });

  it('says where it cannot write', async () => {
    const file = join(scratch, 'file');
    writeFileSync(file, '');
    expect(await codeOf(initWorkspace(join(file, 'x'), defaultStarter))).toBe(
      'WORKSPACE_UNWRITABLE',
    );
  });
});
