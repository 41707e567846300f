import type { Conditions, Variation } from '../../types.js';

const shown = ({ affinity }: Conditions): string =>
  affinity === undefined ? 'all' : String(affinity);

export const cpuAffinity: Variation = {
  name: 'cpu-affinity',
  title: 'processors used',
  changes: 'Only one of the processors is really used.',
  needs: 'two processors',
  undo: 'nothing: it ends with the sandbox',
  causes: ['processor-count', 'order'],
  fixedAt: undefined,
  sources: [],
  available: (host) =>
    host.cpus > 1
      ? { works: true }
      : { works: false, why: 'there is only one processor here; use a machine with two' },
  apply: (conditions) => ({ ...conditions, affinity: 1 }),
  values: (before, after) => ({ a: shown(before), b: shown(after) }),
};
