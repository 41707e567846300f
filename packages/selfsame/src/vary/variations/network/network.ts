import type { Variation } from '../../types.js';

export const network: Variation = {
  name: 'network',
  title: 'network',
  changes: 'The network of the machine is there.',
  needs: 'nothing',
  undo: 'nothing: it ends with the sandbox',
  onRequest: true,
  causes: ['text', 'unknown'],
  fixedAt: 'fixed',
  sources: [],
  available: () => ({ works: true }),
  apply: (conditions) => ({ ...conditions, network: 'host' }),
  values: (before, after) => ({ a: before.network, b: after.network }),
};
