import { describe, expect, it } from 'vitest';

import { dependsOn, searchFake, variationNames } from './testing.js';
import type { FakeArtifact } from './testing.js';

const variations = ['time', 'path', 'locale', 'cpus', 'umask', 'order'];

describe('search', () => {
  it('makes two builds and one with other values when they are the same', async () => {
    const { result, built } = await searchFake({ artifacts: { a: dependsOn() } }, { variations });
    expect(result).toMatchObject({ type: 'searched', budgetSpent: false, failing: undefined });
    expect(result.artifacts.size).toBe(0);
    expect(built.map(({ varied, values }) => [varied.length, values])).toEqual([
      [0, 0],
      [6, 0],
      [6, 1],
    ]);
    const nothing = await searchFake({ artifacts: { a: dependsOn() } }, { variations: [] });
    expect(nothing.built).toHaveLength(2);
    const quick = await searchFake({ artifacts: { a: dependsOn() } }, { variations, quick: true });
    expect(quick.built).toHaveLength(2);
    // The budget ended no search.
    const budget = await searchFake({ artifacts: { a: dependsOn() } }, { variations, builds: 2 });
    expect(budget.built).toHaveLength(2);
    expect(budget.result.budgetSpent).toBe(false);
  });

  it('finds what two variations together undo with some values and not with others', async () => {
    // With the first values each by itself changes a parity, and both together do not.
    const parity: FakeArtifact = (varied, _attempt, values) =>
      String((Number(varied.has('time')) + Number(varied.has('umask')) * (1 + values)) % 2);
    const { result, built } = await searchFake({ artifacts: { parity } }, { variations });
    expect(result.artifacts.get('parity')?.dependence).toEqual({ type: 'with', sets: [['time']] });
    // All that is searched for is searched for with the values that showed it.
    expect(built.slice(2).every(({ values }) => values === 1)).toBe(true);
  });

  it('searches with the other values for what only they bring out, within the bar', async () => {
    const names = variationNames(32);
    for (const cause of names) {
      const rare: FakeArtifact = (varied, _attempt, values) =>
        varied.has(cause) && values === 1 ? 'x' : '';
      const { result, built } = await searchFake({ artifacts: { rare } }, { variations: names });
      expect(result.artifacts.get('rare')?.dependence).toEqual({ type: 'with', sets: [[cause]] });
      // One more than 2 + 2·log2(32): the build that showed nothing.
      expect(built.length).toBeLessThanOrEqual(13);
    }
  });

  it('tries other values in each of the builds that are asked for, until something differs', async () => {
    const same = await searchFake({ artifacts: { a: dependsOn() } }, { variations, runs: 6 });
    expect(same.built.map(({ varied, values }) => [varied.length, values])).toEqual([
      ...[
        [0, 0],
        [6, 0],
        [0, 0],
      ],
      ...[
        [6, 1],
        [0, 1],
        [6, 2],
      ],
    ]);
    const failing = await searchFake(
      {
        artifacts: { a: dependsOn() },
        fails: (varied, attempt) => varied.size === 6 && attempt > 0,
      },
      { variations },
    );
    expect(failing.result.failing).toBeDefined();
  });

  it('stops when the build fails with nothing varied', async () => {
    const { result, built } = await searchFake(
      { artifacts: {}, fails: () => true },
      { variations },
    );
    expect(result.type).toBe('does-not-build');
    expect(built).toHaveLength(1);
  });

  it('finds sets of several, and several sets', async () => {
    const { result } = await searchFake(
      {
        artifacts: {
          pair: dependsOn(['locale', 'cpus']),
          either: dependsOn(['time'], ['path']),
          both: dependsOn(['time'], ['locale', 'umask', 'order']),
        },
      },
      { variations },
    );
    const sets = (path: string) => result.artifacts.get(path)?.dependence;
    expect(sets('pair')).toEqual({ type: 'with', sets: [['locale', 'cpus']] });
    expect(sets('either')).toEqual({ type: 'with', sets: [['time'], ['path']] });
    expect(sets('both')).toEqual({ type: 'with', sets: [['time'], ['locale', 'umask', 'order']] });
    expect(result.artifacts.get('pair')?.matrix).toMatchObject({
      locale: true,
      cpus: true,
      time: false,
    });
  });

  it('says of what differs with nothing varied that it always does', async () => {
    let build = 0;
    const { result } = await searchFake(
      { artifacts: { random: () => String(build++), dated: dependsOn(['time']) } },
      { variations },
    );
    expect(result.artifacts.get('random')?.dependence.type).toBe('always');
    expect(result.artifacts.get('random')?.matrix).toEqual(
      Object.fromEntries(variations.map((name) => [name, undefined])),
    );
    expect(result.artifacts.get('dated')?.dependence).toEqual({ type: 'with', sets: [['time']] });
  });

  it('says of what differs now and then that it does, with counts', async () => {
    const once = await searchFake(
      { artifacts: { racy: (varied, attempt) => (varied.size === 0 && attempt === 1 ? 'x' : '') } },
      { variations, runs: 3 },
    );
    expect(once.result.artifacts.get('racy')?.dependence).toEqual({
      type: 'sometimes',
      differed: 1,
      builds: 3,
    });
    // Only in the build with all: the search finds nothing in parts of it, and asks for it again.
    const whole = await searchFake(
      { artifacts: { racy: (varied, attempt) => (varied.size === 6 && attempt === 0 ? 'x' : '') } },
      { variations },
    );
    expect(whole.result.artifacts.get('racy')?.dependence).toEqual({
      type: 'sometimes',
      differed: 1,
      builds: 2,
    });
    expect(whole.built.length).toBeLessThanOrEqual(8);
  });

  it('trusts builds, not order, where more variations bring out less', async () => {
    const { result } = await searchFake(
      {
        artifacts: {
          a: (varied) =>
            varied.has('time') && (!varied.has('path') || varied.has('cpus')) ? 'x' : '',
        },
      },
      { variations },
    );
    expect(result.artifacts.get('a')?.dependence).toEqual({ type: 'with', sets: [['time']] });
  });

  it('finds what makes the build fail, and goes on without it', async () => {
    const { result } = await searchFake(
      {
        artifacts: { dated: dependsOn(['time']), masked: dependsOn(['umask']) },
        fails: (varied) => varied.has('umask'),
      },
      { variations },
    );
    expect(result.failing).toEqual({ type: 'with', sets: [['umask']] });
    expect(result.artifacts.get('dated')?.dependence).toEqual({ type: 'with', sets: [['time']] });
    // Nobody can know what it would have made.
    expect(result.artifacts.has('masked')).toBe(false);
    expect(result.artifacts.get('dated')?.matrix['umask']).toBeUndefined();
  });

  it('uses each variation that fails only together with another', async () => {
    const { result } = await searchFake(
      {
        artifacts: { a: dependsOn(['time']), b: dependsOn(['path']) },
        fails: (varied) => varied.has('time') && varied.has('path'),
      },
      { variations },
    );
    expect(result.failing).toEqual({ type: 'with', sets: [['time', 'path']] });
    expect(result.artifacts.get('a')?.dependence).toEqual({ type: 'with', sets: [['time']] });
    expect(result.artifacts.get('b')?.dependence).toEqual({ type: 'with', sets: [['path']] });
  });

  it('tells a build that fails now and then from one that a variation breaks', async () => {
    const { result } = await searchFake(
      {
        artifacts: { a: dependsOn() },
        fails: (varied, attempt) => varied.size === 6 && attempt === 0,
      },
      { variations },
    );
    expect(result.failing).toEqual({ type: 'sometimes', differed: 1, builds: 2 });
  });

  it('names candidates when the budget ends first', async () => {
    const names = variationNames(32);
    const { result, built } = await searchFake(
      { artifacts: { a: dependsOn(['v20']) } },
      { variations: names, builds: 5 },
    );
    expect(built).toHaveLength(5);
    expect(result.budgetSpent).toBe(true);
    const { dependence } = result.artifacts.get('a') ?? {};
    expect(dependence).toMatchObject({ type: 'unsearched' });
    const candidates = dependence?.type === 'unsearched' ? dependence.candidates : [];
    expect(candidates).toContain('v20');
    expect(candidates.length).toBeLessThan(32);
  });

  it('starts nothing when time is up, but for the first two', async () => {
    const { result, built } = await searchFake(
      { artifacts: { a: dependsOn(['time']) } },
      { variations, timeIsUp: () => true },
    );
    expect(built).toHaveLength(2);
    expect(result.budgetSpent).toBe(true);
    expect(result.artifacts.get('a')?.dependence).toEqual({
      type: 'unsearched',
      candidates: variations,
    });
  });

  it('says that more may matter when the budget ends between', async () => {
    const fake = { artifacts: { a: dependsOn(['time'], ['path', 'order']) } };
    const { built } = await searchFake(fake, { variations });
    // Whatever the budget, what is said is true.
    for (let builds = 2; builds < built.length; builds++) {
      const { result } = await searchFake(fake, { variations, builds });
      const dependence = result.artifacts.get('a')?.dependence;
      expect(result.budgetSpent).toBe(true);
      if (dependence?.type === 'with') expect(dependence.incomplete).toBe(true);
      else expect(dependence?.type).toBe('unsearched');
    }
    const { result } = await searchFake(fake, { variations, builds: built.length });
    expect(result.artifacts.get('a')?.dependence).toEqual({
      type: 'with',
      sets: [['time'], ['path', 'order']],
    });
    expect(result.budgetSpent).toBe(false);
  });

  it('leaves it at three builds when it is to be quick', async () => {
    const { result, built } = await searchFake(
      { artifacts: { a: dependsOn(['time']) } },
      { variations, quick: true },
    );
    expect(built.map(({ varied, attempt }) => [varied.length, attempt])).toEqual([
      [0, 0],
      [6, 0],
      [0, 1],
    ]);
    expect(result.artifacts.get('a')?.dependence).toEqual({
      type: 'unsearched',
      candidates: variations,
      quick: true,
    });
  });

  it('builds once more what may be chance, and no more than that', async () => {
    // Differs in the builds with `order` by chance: the second such build does not.
    const racy: FakeArtifact = (varied, attempt) =>
      (varied.has('order') && attempt === 0) || varied.size === 6 ? 'x' : '';
    const asked: { blamed: readonly (readonly string[])[]; chance: boolean }[] = [];
    const doubt = (blamed: readonly (readonly string[])[], chance: boolean) => {
      asked.push({ blamed, chance });
      return Promise.resolve({ unvaried: 3, blamed: 2 });
    };
    const { result, built } = await searchFake(
      { artifacts: { racy, dated: dependsOn(['time']) } },
      { variations, doubt },
    );
    expect(asked[0]).toEqual({ blamed: [], chance: false });
    expect(asked).toContainEqual({ blamed: [['time'], ['order']], chance: false });
    expect(asked.at(-1)?.chance).toBe(true);
    expect(result.artifacts.get('racy')?.dependence).toEqual({
      type: 'sometimes',
      differed: 1,
      builds: 2,
    });
    expect(result.artifacts.get('dated')?.dependence).toEqual({ type: 'with', sets: [['time']] });
    const count = (names: readonly string[]) =>
      built.filter(({ varied }) => String(varied) === String(names)).length;
    expect([count([]), count(['time']), count(['order'])]).toEqual([3, 2, 2]);
    const believed = await searchFake(
      { artifacts: { racy } },
      { variations, doubt: () => Promise.resolve(undefined) },
    );
    expect(believed.result.artifacts.get('racy')?.dependence).toEqual({
      type: 'with',
      sets: [['order']],
    });
  });

  it('does not doubt what shows itself', async () => {
    const { result, built } = await searchFake(
      { artifacts: { dated: dependsOn(['time']), placed: dependsOn(['path']) } },
      {
        ...{ variations, evident: (path, varied) => path === 'dated' && varied[0] === 'time' },
        doubt: () => Promise.resolve({ unvaried: 2, blamed: 3 }),
      },
    );
    expect(result.artifacts.get('dated')?.dependence).toEqual({ type: 'with', sets: [['time']] });
    const count = (name: string) => built.filter(({ varied }) => String(varied) === name).length;
    expect([count('time'), count('path')]).toEqual([1, 3]);
  });

  it('looks for chance where nothing differed, and lets it be brought out', async () => {
    const racy: FakeArtifact = (varied, attempt) => (varied.size === 0 && attempt === 1 ? 'x' : '');
    const { result, built } = await searchFake(
      { artifacts: { racy } },
      { variations, doubt: () => Promise.resolve({ unvaried: 2, blamed: 2 }) },
    );
    expect(built.map(({ varied, provoking }) => [varied.length, provoking])).toEqual([
      [0, false],
      [6, false],
      [6, false],
      [0, true],
      [0, false],
    ]);
    expect(result.artifacts.get('racy')?.dependence).toEqual({
      type: 'sometimes',
      differed: 1,
      builds: 3,
    });
  });

  it('confirms within the budget only, and says when it ended', async () => {
    const { result, built } = await searchFake(
      { artifacts: { a: dependsOn([]) } },
      { variations, builds: 3, doubt: () => Promise.resolve({ unvaried: 9, blamed: 2 }) },
    );
    expect(built).toHaveLength(3);
    expect(result.budgetSpent).toBe(true);
  });

  it('searches first what counts most, and not for long what counts least', async () => {
    const names = variationNames(32);
    // Files that only one build makes, as caches have them, each with a question of its own.
    const cached = Object.fromEntries(
      names.map((name) => [`.cache/${name}`, dependsOn([name, 'v31'])] as const),
    );
    const artifacts = { ...cached, program: dependsOn(['v9'], ['v20']) };
    const search = { variations: names, builds: 24 };
    const rank = (path: string) => (path.startsWith('.cache/') ? 2 : 0);
    const ranked = await searchFake({ artifacts }, { ...search, rank });
    const whole = { type: 'with', sets: [['v9'], ['v20']] };
    expect(ranked.result.artifacts.get('program')?.dependence).toEqual(whole);
    expect(ranked.built.length).toBeLessThan(24);
    expect(ranked.result.budgetSpent).toBe(true);
    const unranked = await searchFake({ artifacts }, search);
    expect(unranked.result.artifacts.get('program')?.dependence).not.toEqual(whole);
  });

  it('works with no variation at all', async () => {
    let build = 0;
    const { result, built } = await searchFake(
      { artifacts: { a: () => String(build++) } },
      { variations: [] },
    );
    expect(result.artifacts.get('a')?.dependence.type).toBe('always');
    expect(built.length).toBe(3);
  });

  it('makes builds at once when it may', async () => {
    const names = variationNames(16);
    const fake = {
      artifacts: { a: dependsOn(['v3']), b: dependsOn(['v12']), c: dependsOn(['v7', 'v8']) },
    };
    const alone = await searchFake(fake, { variations: names });
    const together = await searchFake(fake, { variations: names, jobs: 4 });
    for (const path of ['a', 'b', 'c'])
      expect(together.result.artifacts.get(path)?.dependence).toEqual(
        alone.result.artifacts.get(path)?.dependence,
      );
  });
});
