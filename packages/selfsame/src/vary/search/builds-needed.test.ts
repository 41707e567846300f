import { describe, expect, it } from 'vitest';

import { dependsOn, searchFake, variationNames } from './testing.js';

/** The bar: builds of a whole check of one artifact that one of n variations matters to. */
const bar = (count: number): number => Math.floor(2 + 2 * Math.log2(count) + 1e-9);

describe('builds needed without any hint, when one of n variations matters', () => {
  const counts = Array.from({ length: 64 }, (_, index) => index + 1);

  it.each(counts)('n = %i, at every position', async (count) => {
    const variations = variationNames(count);
    let most = 0;
    for (const cause of variations) {
      const { result, built } = await searchFake(
        { artifacts: { a: dependsOn([cause]) } },
        { variations },
      );
      // The answer is whole: nothing else does it either, and without it nothing does.
      expect(result.artifacts.get('a')?.dependence).toEqual({ type: 'with', sets: [[cause]] });
      most = Math.max(most, built.length);
    }
    // With one variation two builds tell nothing from a race; with 3 and 5 the last build shows that nothing else matters.
    const more = count === 1 || count === 3 || count === 5 ? 1 : 0;
    expect(most).toBeLessThanOrEqual(bar(count) + more);
  });

  it.each(counts.slice(1))(
    'n = %i, with the budget of the bar the cause is named',
    async (count) => {
      const variations = variationNames(count);
      for (const cause of variations) {
        const { result } = await searchFake(
          { artifacts: { a: dependsOn([cause]) } },
          { variations, builds: bar(count) },
        );
        expect(result.artifacts.get('a')?.dependence).toMatchObject({
          type: 'with',
          sets: [[cause]],
        });
      }
    },
  );

  it('needs four when the difference shows the cause, whatever n is', async () => {
    const variations = variationNames(40);
    const { result, built } = await searchFake(
      { artifacts: { a: dependsOn(['v17']), b: dependsOn(['v17']) } },
      {
        variations,
        examine: () =>
          Promise.resolve({
            shown: new Map([
              ['a', ['v17']],
              ['b', ['v17']],
            ]),
            neverAsked: [],
          }),
      },
    );
    expect(result.artifacts.get('b')?.dependence).toEqual({ type: 'with', sets: [['v17']] });
    expect(built).toHaveLength(4);
  });

  it('needs four also when only one of those that differ shows the cause', async () => {
    const variations = variationNames(40);
    const artifacts = Object.fromEntries(
      ['a', 'b', 'c'].map((path) => [path, dependsOn(['v17'])] as const),
    );
    const { result, built } = await searchFake(
      { artifacts },
      {
        variations,
        examine: () => Promise.resolve({ shown: new Map([['b', ['v17']]]), neverAsked: [] }),
      },
    );
    expect(result.artifacts.get('a')?.dependence).toEqual({ type: 'with', sets: [['v17']] });
    expect(result.artifacts.get('c')?.dependence).toEqual({ type: 'with', sets: [['v17']] });
    expect(built).toHaveLength(4);
  });

  it('is led no further astray by what another shows', async () => {
    const variations = variationNames(40);
    const artifacts = { a: dependsOn(['v30']), b: dependsOn(['v17']) };
    const examine = () => Promise.resolve({ shown: new Map([['b', ['v17']]]), neverAsked: [] });
    const { result, built } = await searchFake({ artifacts }, { variations, examine });
    expect(result.artifacts.get('a')?.dependence).toEqual({ type: 'with', sets: [['v30']] });
    expect(result.artifacts.get('b')?.dependence).toEqual({ type: 'with', sets: [['v17']] });
    // As many as without: a guess that is wrong halves nothing.
    expect(built.length).toBeLessThanOrEqual(bar(40) + 1);
  });

  it('needs few when the log rules most out, and is not led astray by it', async () => {
    const variations = variationNames(40);
    const neverAsked = variations.slice(4);
    const examine = () => Promise.resolve({ shown: new Map(), neverAsked });
    const right = await searchFake(
      { artifacts: { a: dependsOn(['v2']) } },
      { variations, examine },
    );
    expect(right.result.artifacts.get('a')?.dependence).toEqual({ type: 'with', sets: [['v2']] });
    expect(right.built.length).toBeLessThanOrEqual(7);
    const wrong = await searchFake(
      { artifacts: { a: dependsOn(['v30']) } },
      { variations, examine },
    );
    expect(wrong.result.artifacts.get('a')?.dependence).toEqual({ type: 'with', sets: [['v30']] });
    const apart = await searchFake(
      { artifacts: { a: dependsOn(['v1', 'v30']) } },
      { variations, examine },
    );
    expect(apart.result.artifacts.get('a')?.dependence).toEqual({
      type: 'with',
      sets: [['v1', 'v30']],
    });
  });

  it('answers for many artifacts with the builds of few', async () => {
    const variations = variationNames(32);
    const artifacts = Object.fromEntries(
      Array.from({ length: 300 }, (_, index) => [`a${index}`, dependsOn([`v${index % 3}`])]),
    );
    const { result, built } = await searchFake({ artifacts }, { variations });
    expect(result.artifacts.get('a298')?.dependence).toEqual({ type: 'with', sets: [['v1']] });
    expect(built.length).toBeLessThanOrEqual(16);
  });
});
