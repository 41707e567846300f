import { seededChoice } from '../seeded.js';
import type { Variation } from '../../types.js';

export const jobs: Variation = {
  name: 'jobs',
  title: 'parallel jobs',
  changes: 'Another number of jobs, where the command leaves it open.',
  needs: 'nothing',
  undo: 'nothing: it ends with the sandbox',
  causes: ['order', 'processor-count'],
  fixedAt: undefined,
  sources: [],
  available: () => ({ works: true }),
  apply: (conditions, _host, seed) => ({
    ...conditions,
    jobs: seededChoice(seed, 'jobs', [3, 5, 6, 7]),
  }),
  values: (before, after) => ({ a: String(before.jobs), b: String(after.jobs) }),
};
