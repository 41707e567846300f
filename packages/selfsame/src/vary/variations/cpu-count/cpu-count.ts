import { kindOfValues } from '../../other-values.js';
import type { Variation } from '../../types.js';

/** More than there are by default, by a number that few others divide; few, as builds start as many jobs. */
const more = [5, 7] as const;

export const cpuCount: Variation = {
  name: 'cpu-count',
  title: 'processors shown',
  changes: 'Another number of processors.',
  needs: 'nothing',
  undo: 'nothing: it ends with the sandbox',
  causes: ['processor-count'],
  fixedAt: 'fixed',
  sources: [],
  available: () => ({ works: true }),
  apply: (conditions, _host, seed) => ({
    ...conditions,
    cpus: conditions.cpus + more[kindOfValues(seed)],
  }),
  values: (before, after) => ({ a: String(before.cpus), b: String(after.cpus) }),
};
