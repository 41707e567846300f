import type { Variation } from '../../types.js';

export const niceness: Variation = {
  name: 'niceness',
  title: 'niceness',
  changes: 'Runs at a lower priority.',
  needs: 'nothing',
  undo: 'nothing: it ends with the sandbox',
  causes: ['order', 'text'],
  fixedAt: undefined,
  sources: [],
  available: (host) =>
    host.niceness
      ? { works: true }
      : {
          works: false,
          why: 'this account cannot lower its priority any more: it is at 19 already',
        },
  apply: (conditions) => ({ ...conditions, niceness: 10 }),
  values: (before, after) => ({ a: String(before.niceness), b: String(after.niceness) }),
};
