import { seededWord } from '../seeded.js';
import type { Variation } from '../../types.js';

export const cpuModel: Variation = {
  name: 'cpu-model',
  title: 'processor model',
  changes: 'Another model in `/proc/cpuinfo`.',
  needs: 'nothing',
  undo: 'nothing: it ends with the sandbox',
  causes: ['processor-model'],
  fixedAt: 'fixed',
  sources: [],
  available: () => ({ works: true }),
  apply: (conditions, _host, seed) => ({
    ...conditions,
    cpuModel: `${seededWord(seed, 'processor')} 9000 Processor`,
  }),
  values: (before, after) => ({ a: before.cpuModel, b: after.cpuModel }),
};
