import { seededApart } from '../../other-values.js';
import { seededWord } from '../seeded.js';
import type { Variation } from '../../types.js';

/** Of another length, too, which matters where paths are padded, aligned or cut. */
function otherPath(seed: string, usualLength: number): string {
  const path = `/srv/${seededWord(seed, 'path')}/${seededWord(seed, 'last of the path')}-tree`;
  const length = seededApart(seed, 'length', { least: path.length, below: 1 }, usualLength);
  return path.padEnd(length, 'e');
}

export const buildPath: Variation = {
  name: 'build-path',
  title: 'build path',
  changes: 'Puts the tree at another path.',
  needs: 'nothing',
  undo: 'nothing: it ends with the sandbox',
  causes: ['build-path'],
  fixedAt: 'fixed',
  sources: [],
  available: () => ({ works: true }),
  apply: (conditions, _host, seed) => ({
    ...conditions,
    path: otherPath(seed, conditions.path.length),
  }),
  values: (before, after) => ({ a: before.path, b: after.path }),
};
