import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { PlannedBuild } from '../recipe/types.js';
import type { PinnedInput } from '../inputs/types.js';
import { buildId } from '../record/build-id.js';
import type { BuildDefinition } from '../record/definition.js';
import { defineBuild, sourceDateEpoch } from './define.js';
import { compareDefinitions } from '../record/compare-definitions.js';
import { openRig, plannedBuild, sha256 } from './test-rig.js';
import type { Rig } from './test-rig.js';

let rig: Rig;
beforeEach(async () => {
  rig = await openRig();
});
afterEach(() => rig.close());

const url = (...urls: string[]) =>
  ({ kind: 'url', urls, sha256: sha256('tarball'), unpack: false }) as const;
const sample = (): PlannedBuild =>
  plannedBuild('app', ['zlib', 'pigz'], {
    inputs: [
      { name: 'source', spec: url('https://a.example/t.tar'), at: 'work/app' },
      { name: 'patch', spec: { kind: 'file', path: 'a.patch', unpack: false }, at: undefined },
    ],
    outputs: ['*.tar', 'bin/**'],
  });
const needs = new Map([
  ['zlib', sha256('zlib artifacts')],
  ['pigz', sha256('pigz artifacts')],
]);
const define = (planned = sample(), digests = needs, dependencies = rig.dependencies) =>
  defineBuild(planned, digests, dependencies);

describe('a build id', () => {
  it('does not depend on the checkout, the order of keys, mirrors, limits or time', async () => {
    const reference = (await define()).buildId;
    await fc.assert(
      fc.asyncProperty(
        fc.string(),
        fc.shuffledSubarray(sample().inputs as PlannedBuild['inputs'][number][], { minLength: 2 }),
        fc.shuffledSubarray([...needs], { minLength: 2 }),
        fc.shuffledSubarray([...sample().outputs], { minLength: 2 }),
        fc.array(fc.webUrl(), { minLength: 1, maxLength: 3 }),
        fc.nat(),
        async (directory, inputs, shuffledNeeds, outputs, urls, limit) => {
          const planned: PlannedBuild = {
            ...sample(),
            recipeFile: `/${directory}/recipe.yaml`,
            inputs: inputs.map((input) =>
              input.name === 'source' ? { ...input, spec: url(...urls) } : input,
            ),
            needs: [...sample().needs].reverse(),
            outputs,
            limits: {
              wallSeconds: limit,
              memoryBytes: limit,
              processes: limit,
              diskBytes: limit,
              outputBytes: limit,
            },
          };
          expect((await define(planned, new Map(shuffledNeeds))).buildId).toBe(reference);
        },
      ),
      { numRuns: 50 },
    );
  });

  const changes: [string, Partial<PlannedBuild>][] = [
    ['project', { project: 'other' }],
    ['version', { version: '1.1' }],
    ['target', { target: 'debug' }],
    ['a script', { steps: [{ name: 'build', shell: 'sh', script: 'make  app' }] }],
    ['a step name', { steps: [{ name: 'make', shell: 'sh', script: 'make app' }] }],
    ['a shell', { steps: [{ name: 'build', shell: 'bash', script: 'make app' }] }],
    ['the number of steps', { steps: [] }],
    [
      'a place of an input',
      { inputs: sample().inputs.map((input) => ({ ...input, at: 'work/x' })) },
    ],
    ['an input less', { inputs: sample().inputs.slice(1) }],
    ['the outputs', { outputs: ['*'] }],
    ['CPUs shown', { cpus: 8 }],
    ['memory shown', { memoryShown: 1 << 20 }],
    ['the level', { determinism: 'none' }],
    ['SOURCE_DATE_EPOCH', { sourceDateEpoch: 1 }],
    ['the environment', { environment: { ...sample().environment, name: 'other' } }],
  ];
  it.each(changes)('changes with %s', async (_what, change) => {
    const [before, after] = [await define(), await define({ ...sample(), ...change })];
    expect(after.buildId).not.toBe(before.buildId);
    expect(compareDefinitions(before.definition, after.definition)).not.toEqual([]);
  });

  it('changes with the content of an input and of a need', async () => {
    const ids = new Set([(await define()).buildId]);
    rig.files.set('app/patch', 'other content');
    ids.add((await define()).buildId);
    ids.add((await define(sample(), new Map([...needs, ['zlib', sha256('other')]]))).buildId);
    expect(ids.size).toBe(3);
  });

  it('holds nothing of this machine', async () => {
    const text = JSON.stringify(
      (await define({ ...sample(), recipeFile: '/home/alice/checkout/recipe.yaml' })).definition,
    );
    for (const word of ['alice', 'checkout', 'example', rig.directory])
      expect(text).not.toContain(word);
  });

  it('is another one for every single field of the document', async () => {
    const { definition } = await define();
    const ids = new Set<string>([buildId(definition)]);
    let count = 1;
    const visit = (value: unknown, replace: (changed: unknown) => BuildDefinition): void => {
      if (Array.isArray(value))
        value.forEach((item, index) =>
          visit(item, (changed) => replace(value.with(index, changed))),
        );
      else if (typeof value === 'object' && value !== null) {
        for (const [key, field] of Object.entries(value))
          visit(field, (changed) => replace({ ...value, [key]: changed }));
      } else {
        count += 1;
        ids.add(buildId(replace(typeof value === 'number' ? value + 1 : `${String(value)}~`)));
      }
    };
    visit(definition, (changed) => changed as BuildDefinition);
    expect(count).toBeGreaterThan(30);
    expect(ids.size).toBe(count);
  });
});

describe('SOURCE_DATE_EPOCH', () => {
  const environment = { digest: '', epoch: 1_500_000_000, stages: [], packages: [] };
  const pins = (...dates: (number | undefined)[]) =>
    new Map<string, PinnedInput>(
      dates.map((date, index) => [
        String(index),
        { form: 'file', digest: '', origin: {}, ...(date === undefined ? {} : { date }) },
      ]),
    );

  it("is the recipe's, else the newest of the inputs', else the environment's, never 1970 by accident", () => {
    expect(sourceDateEpoch({ ...sample(), sourceDateEpoch: 5 }, pins(9), environment)).toEqual({
      epoch: 5,
      from: 'recipe',
    });
    expect(sourceDateEpoch(sample(), pins(7, 9, undefined), environment)).toEqual({
      epoch: 9,
      from: 'inputs',
    });
    expect(sourceDateEpoch(sample(), pins(undefined, 0), environment)).toEqual({
      epoch: 1_500_000_000,
      from: 'environment',
    });
    expect(sourceDateEpoch(sample(), pins(), environment)).toEqual({
      epoch: 1_500_000_000,
      from: 'environment',
    });
  });
});
