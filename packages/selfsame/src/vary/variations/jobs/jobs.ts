import { kindOfValues } from '../../other-values.js';
import type { Variation } from '../../types.js';

/** More than usual, by a number that few others divide, and never as many as processors are shown. */
const more = [5, 7] as const;

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
    jobs: conditions.jobs + more[kindOfValues(seed)],
  }),
  values: (before, after) => ({ a: String(before.jobs), b: String(after.jobs) }),
};
