import fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import { dependsOn, searchFake, variationNames } from './testing.js';
import type { FakeArtifact } from './testing.js';
import type { Dependence } from '../types.js';

const runs = { numRuns: 150, seed: 20_261_121 };

/** Up to three sets of one to three of the variations, none of which contains another. */
function minimalSets(count: number): fc.Arbitrary<string[][]> {
  const names = variationNames(count);
  return fc
    .array(fc.subarray(names, { minLength: 1, maxLength: Math.min(3, count) }), {
      minLength: 1,
      maxLength: 3,
    })
    .map((sets) =>
      sets.filter(
        (set, at) =>
          !sets.some(
            (other, index) =>
              index !== at &&
              other.every((name) => set.includes(name)) &&
              (other.length < set.length || index < at),
          ),
      ),
    );
}

const sorted = (sets: readonly (readonly string[])[]): string[] =>
  sets.map((set) => [...set].sort().join(' ')).sort();

/** What a claim says of builds, asked of the oracle itself. */
function proved(artifact: FakeArtifact, { sets }: Extract<Dependence, { type: 'with' }>): void {
  const differs = (set: readonly string[]) =>
    artifact(new Set(set), 0, 0) !== artifact(new Set(), 0, 0);
  for (const set of sets) {
    expect(differs(set)).toBe(true);
    for (const name of set) expect(differs(set.filter((other) => other !== name))).toBe(false);
  }
}

describe('what the search claims', () => {
  it('is all of the truth for causes that add up, of several artifacts at once', async () => {
    const worlds = fc
      .integer({ min: 1, max: 20 })
      .chain((count) =>
        fc.tuple(fc.constant(count), fc.array(minimalSets(count), { minLength: 1, maxLength: 5 })),
      );
    await fc.assert(
      fc.asyncProperty(worlds, fc.integer({ min: 1, max: 3 }), async ([count, truths], jobs) => {
        const artifacts = Object.fromEntries(
          truths.map((sets, index) => [`a${index}`, dependsOn(...sets)]),
        );
        const { result } = await searchFake(
          { artifacts },
          { variations: variationNames(count), jobs },
        );
        for (const [index, truth] of truths.entries()) {
          const { dependence, matrix } = result.artifacts.get(`a${index}`) ?? {};
          expect(dependence?.type).toBe('with');
          if (dependence?.type !== 'with') continue;
          expect(sorted(dependence.sets)).toEqual(sorted(truth));
          expect(dependence.incomplete).toBeUndefined();
          const members = new Set(truth.flat());
          for (const [name, cell] of Object.entries(matrix ?? {}))
            if (cell !== undefined) expect(cell).toBe(members.has(name));
        }
      }),
      runs,
    );
  });

  it('is proved by builds where causes do not add up, where builds fail, with wrong hints and small budgets', async () => {
    const count = 5;
    const variations = variationNames(count);
    // A table of answers for each of the sets: anything at all.
    const table = fc.array(fc.integer({ min: 0, max: 2 }), {
      minLength: 2 ** count,
      maxLength: 2 ** count,
    });
    const at = (values: readonly number[], varied: ReadonlySet<string>): number =>
      values[variations.reduce((sum, name, bit) => sum + (varied.has(name) ? 2 ** bit : 0), 0)] ??
      0;
    await fc.assert(
      fc.asyncProperty(
        fc.array(table, { minLength: 1, maxLength: 3 }),
        fc.option(table, { nil: undefined }),
        fc.subarray(variations),
        fc.subarray(variations),
        fc.integer({ min: 2, max: 40 }),
        async (tables, failing, shown, neverAsked, builds) => {
          const fails = (varied: ReadonlySet<string>) =>
            failing !== undefined && varied.size > 0 && at(failing, varied) === 0;
          const artifacts: Record<string, FakeArtifact> = {};
          for (const [index, values] of tables.entries())
            artifacts[`a${index}`] = (varied) =>
              varied.size === 0 ? '0' : String(at(values, varied));
          const { result, built } = await searchFake(
            { artifacts, fails },
            {
              variations,
              builds,
              examine: () => Promise.resolve({ shown: new Map([['a0', shown]]), neverAsked }),
            },
          );
          expect(built.length).toBeLessThanOrEqual(builds);
          expect(result.builds).toBe(built.length);
          // No set is built again for nothing.
          for (const { varied, attempt } of built)
            if (varied.length > 0) expect(attempt).toBeLessThan(2);
          for (const [path, { dependence, matrix }] of result.artifacts) {
            const artifact = artifacts[path];
            if (artifact === undefined) throw new Error(path);
            if (dependence.type === 'with') proved(artifact, dependence);
            expect(['with', 'unsearched']).toContain(dependence.type);
            const seen = built.filter(({ varied }) => !fails(new Set(varied)));
            for (const [name, cell] of Object.entries(matrix)) {
              const withIt = seen.filter(({ varied }) => varied.includes(name));
              const differ = withIt.filter(({ varied }) => artifact(new Set(varied), 0, 0) !== '0');
              if (cell === true) expect(differ.length).toBeGreaterThan(0);
              if (cell === false) expect(differ.length).toBeLessThan(withIt.length);
            }
          }
          if (result.failing?.type === 'with')
            proved((varied) => String(fails(varied)), result.failing);
        },
      ),
      { ...runs, numRuns: 400 },
    );
  });

  it('never blames a variation for what differs at random in every build', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.integer({ min: 1, max: 20 }),
        minimalSets(1),
        async (count, [cause = []]) => {
          let number = 0;
          const { result } = await searchFake(
            { artifacts: { random: () => String(number++), caused: dependsOn(cause) } },
            { variations: variationNames(count) },
          );
          expect(result.artifacts.get('random')?.dependence.type).toBe('always');
          expect(result.artifacts.get('caused')?.dependence).toEqual({
            type: 'with',
            sets: [cause],
          });
        },
      ),
      { ...runs, numRuns: 40 },
    );
  });

  it('holds in the builds that were made, whatever an artifact that differs now and then does', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.integer({ min: 2, max: 16 }),
        fc.infiniteStream(fc.integer({ min: 0, max: 3 })),
        minimalSets(2),
        async (count, dice, [cause = []]) => {
          const seen: { set: string; text: string }[] = [];
          const flaky: FakeArtifact = (varied) => {
            const text = String(dice.next().value);
            seen.push({ set: [...varied].sort().join(' '), text });
            return text;
          };
          const { result, built } = await searchFake(
            { artifacts: { flaky, caused: dependsOn(cause) } },
            { variations: variationNames(count), builds: 60 },
          );
          expect(built.length).toBeLessThanOrEqual(60);
          expect(result.artifacts.get('caused')?.dependence).toMatchObject({
            type: 'with',
            sets: [cause],
          });
          const dependence = result.artifacts.get('flaky')?.dependence;
          const said = (set: readonly string[]) =>
            seen
              .slice(1)
              .filter((each) => each.set === [...set].sort().join(' '))
              .map(({ text }) => text !== seen[0]?.text);
          if (dependence?.type === 'with')
            for (const set of dependence.sets) {
              expect(said(set)).not.toContain(false);
              for (const name of set)
                if (set.length > 1)
                  expect(said(set.filter((each) => each !== name))).not.toContain(true);
            }
          if (dependence?.type === 'always') expect(said([])).not.toContain(false);
          if (dependence?.type === 'sometimes')
            expect(dependence.differed).toBeLessThan(dependence.builds);
        },
      ),
      { ...runs, numRuns: 100 },
    );
  });

  it('is the same for the same input', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(minimalSets(12), { minLength: 1, maxLength: 4 }),
        async (truths) => {
          const artifacts = Object.fromEntries(
            truths.map((sets, index) => [`a${index}`, dependsOn(...sets)]),
          );
          const once = await searchFake({ artifacts }, { variations: variationNames(12) });
          expect(await searchFake({ artifacts }, { variations: variationNames(12) })).toEqual(once);
        },
      ),
      { ...runs, numRuns: 30 },
    );
  });
});
