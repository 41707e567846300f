import type { Variation } from '../../types.js';

const octal = (mask: number): string => mask.toString(8).padStart(4, '0');

/** Files are for the group, too, and not for others. */
const groupOnly = 0o007;

export const umask: Variation = {
  name: 'umask',
  title: 'umask',
  changes: 'Another umask.',
  needs: 'nothing',
  undo: 'nothing: it ends with the sandbox',
  causes: ['permissions'],
  fixedAt: 'fixed',
  sources: [],
  available: () => ({ works: true }),
  apply: (conditions) => ({ ...conditions, umask: groupOnly }),
  values: (before, after) => ({ a: octal(before.umask), b: octal(after.umask) }),
};
