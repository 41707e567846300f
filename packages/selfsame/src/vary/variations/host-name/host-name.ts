import { seededWord } from '../seeded.js';
import type { Variation } from '../../types.js';

export const hostName: Variation = {
  name: 'host-name',
  title: 'host name',
  changes: 'Another host name.',
  needs: 'nothing',
  undo: 'nothing: it ends with the sandbox',
  causes: ['host-name'],
  fixedAt: 'fixed',
  sources: [],
  available: () => ({ works: true }),
  apply: (conditions, _host, seed) => ({
    ...conditions,
    hostname: `host-${seededWord(seed, 'host')}`,
  }),
  values: (before, after) => ({ a: before.hostname, b: after.hostname }),
};
