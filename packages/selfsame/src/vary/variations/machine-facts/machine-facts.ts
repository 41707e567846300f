import type { Variation } from '../../types.js';

export const machineFacts: Variation = {
  name: 'machine-facts',
  title: 'facts of the machine',
  changes: 'Other memory, uptime, load, number of processes, and size and room of file systems.',
  needs: 'nothing',
  undo: 'nothing: it ends with the sandbox',
  causes: ['text', 'unknown', 'file-system'],
  fixedAt: 'virtual',
  sources: [],
  available: () => ({ works: true }),
  apply: (conditions, _host, seed) => ({
    ...conditions,
    sources: { ...conditions.sources, sysinfo: `vary:${seed}`, statfs: `vary:${seed}` },
  }),
  values: () => ({ a: 'constant', b: 'others' }),
};
