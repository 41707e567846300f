import type { HostFacts, Variation } from '../../types.js';

/** Of the shells that are there, in the order of host-facts.ts, the first that /bin/sh is not. */
const other = ({ shells, sh }: HostFacts): string | undefined =>
  sh === undefined ? undefined : shells.find((path) => path !== sh);

export const shell: Variation = {
  name: 'shell',
  title: 'shell',
  changes: 'Another program as `/bin/sh`.',
  needs: 'two of dash, bash, busybox, mksh',
  undo: 'nothing: it ends with the sandbox',
  causes: ['text', 'code'],
  fixedAt: 'fixed',
  sources: [],
  available: (host) =>
    other(host) === undefined
      ? { works: false, why: 'no second shell is installed; install bash or dash' }
      : { works: true },
  apply: (conditions, host) => ({ ...conditions, shell: other(host) ?? conditions.shell }),
  values: (before, after) => ({ a: before.shell ?? 'as it is', b: after.shell ?? 'as it is' }),
};
