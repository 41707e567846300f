import { describe, expect, it } from 'vitest';

import type { Provenance } from '../provenance/provenance.js';
import type { BuildRun } from '../types.js';
import { doubtOf } from './chance.js';
import { rankOf } from './worth.js';

const logs = (atOnce: boolean) => ({
  logs: new Map([[{} as BuildRun, { atOnce } as Provenance]]),
  never: () => [],
  hardly: () => [],
});
const quiet = { blamed: [], chance: false, logs: logs(false) };

describe('what is built once more', () => {
  it('is nothing where nothing can race, or where nobody asks for it', () => {
    expect(doubtOf(2, quiet)).toBeUndefined();
    expect(doubtOf(2, { ...quiet, blamed: [['time'], ['host-name', 'locales']] })).toBeUndefined();
    expect(doubtOf(0, { blamed: [['jobs']], chance: true, logs: logs(true) })).toBeUndefined();
  });

  it('is the build with nothing varied, and what is blamed, where something says that chance had a part', () => {
    expect(doubtOf(2, { ...quiet, chance: true })).toEqual({ unvaried: 3, blamed: 3 });
    expect(doubtOf(2, { ...quiet, logs: logs(true) })).toEqual({ unvaried: 3, blamed: 3 });
    const racy = { ...quiet, blamed: [['umask']], logs: logs(true) };
    expect(doubtOf(2, racy)).toEqual({ unvaried: 5, blamed: 3 });
    expect(doubtOf(1, { ...quiet, blamed: [['locales', 'jobs']] })).toEqual({
      unvaried: 3,
      blamed: 2,
    });
  });
});

describe('what is explained first', () => {
  it.each([
    ['hello', true, 0],
    ['dist/app.js', false, 1],
    ['.gocache/27/x-a', true, 2],
    ['build/ccache/x', false, 3],
    ['src/__pycache__/a.pyc', true, 2],
    ['.eslintrc', true, 2],
    ['lib/scale.o', true, 0],
  ])('%s, made by the first build: %s, is of rank %i', (path, inFirst, rank) => {
    expect(rankOf(path, inFirst)).toBe(rank);
  });
});
