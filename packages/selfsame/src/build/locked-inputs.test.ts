import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { InputSpec } from '../inputs/schema.js';
import type { InputKind, PinnedInput } from '../inputs/types.js';
import { inputLockKey, pinInputs, pinnedInput } from './locked-inputs.js';
import { planIds } from './plan-ids.js';
import { openRig, planOf, plannedBuild, sha256 } from './test-rig.js';
import type { Rig } from './test-rig.js';

let rig: Rig;
let pinned: string[];
beforeEach(async () => {
  rig = await openRig();
  pinned = [];
});
afterEach(() => rig.close());

const kind: InputKind<InputSpec> = {
  kind: 'test',
  pinsItself: (spec) => spec.kind === 'file',
  pin(spec, context) {
    pinned.push(context.label);
    return Promise.resolve({
      form: 'file',
      digest: sha256(spec.kind),
      fileName: 'x',
      origin: { size: 3 },
    });
  },
  fetch: () => Promise.reject(new Error('not asked for')),
};
const findKind = () => Promise.resolve(kind);
const git = (commit: string, url = 'https://a.example/x.git'): InputSpec => ({
  kind: 'git',
  url,
  commit,
  submodules: false,
  unpack: false,
});
const withInput = (spec: InputSpec, project = 'app') =>
  plannedBuild(project, [], { inputs: [{ name: 'source', spec, at: undefined }] });
const look = (
  build: ReturnType<typeof withInput>,
  locked: Record<string, PinnedInput> | undefined,
) => {
  const [input] = build.inputs;
  if (input === undefined) throw new Error('no input');
  return pinnedInput(build, input, locked, findKind, rig.context, '/ws');
};

describe('inputs in the lock', () => {
  it('are found again as they were pinned, whatever the mirrors', async () => {
    const build = withInput(git('a'.repeat(40)));
    const locked = await pinInputs(planOf(build), findKind, rig.context, '/ws');
    expect(Object.keys(locked)).toEqual(['app@default/source']);
    expect(await look(build, locked)).toEqual({
      form: 'file',
      digest: sha256('git'),
      fileName: 'x',
      origin: { size: 3 },
    });
    expect(
      await look(withInput(git('a'.repeat(40), 'https://b.example/y.git')), locked),
    ).toMatchObject({ digest: sha256('git') });
    expect(pinned).toEqual(['app.source']);
  });

  it('are outdated when the recipe asks for something else, and missing when they are not there', async () => {
    const locked = await pinInputs(
      planOf(withInput(git('a'.repeat(40)))),
      findKind,
      rig.context,
      '/ws',
    );
    await expect(look(withInput(git('b'.repeat(40))), locked)).rejects.toMatchObject({
      code: 'INPUT_LOCK_OUTDATED',
      hint: expect.stringContaining('selfsame lock') as string,
    });
    await expect(look(withInput(git('a'.repeat(40)), 'other'), locked)).rejects.toMatchObject({
      code: 'INPUT_NOT_LOCKED',
    });
    await expect(look(withInput(git('a'.repeat(40))), undefined)).rejects.toMatchObject({
      code: 'INPUT_NOT_LOCKED',
    });
  });

  it('are not needed for what the recipe pins itself', async () => {
    const build = withInput({ kind: 'file', path: 'a', unpack: false });
    expect(await pinInputs(planOf(build), findKind, rig.context, '/ws')).toEqual({});
    expect(await look(build, undefined)).toMatchObject({ digest: sha256('file') });
  });

  it('are pinned once for targets that share them', async () => {
    const spec = git('a'.repeat(40));
    const debug = { ...withInput(spec), key: 'app@debug', target: 'debug' };
    const locked = await pinInputs(planOf(withInput(spec), debug), findKind, rig.context, '/ws');
    expect(pinned).toEqual(['app.source']);
    expect(Object.keys(locked)).toEqual([
      inputLockKey(withInput(spec), { name: 'source' }),
      'app@debug/source',
    ]);
  });
});

describe('plan ids', () => {
  it('are known before anything is built and change with everything needed', async () => {
    const ids = async (script: string) =>
      planIds(
        planOf(
          plannedBuild('a', [], { steps: [{ name: 'x', shell: 'sh', script }] }),
          plannedBuild('b', ['a']),
          plannedBuild('c'),
        ),
        rig.dependencies,
      );
    const [before, after] = [await ids('one'), await ids('two')];
    expect(after.get('a@default')).not.toBe(before.get('a@default'));
    expect(after.get('b@default')).not.toBe(before.get('b@default'));
    expect(after.get('c@default')).toBe(before.get('c@default'));
    expect(rig.ran).toEqual([]);
  });
});
