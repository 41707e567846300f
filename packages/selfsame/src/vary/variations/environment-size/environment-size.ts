import { withSource } from '../../conditions.js';
import type { Variation } from '../../types.js';

export const environmentSize: Variation = {
  name: 'environment-size',
  title: 'size of the environment',
  changes: 'A variable of 0 to 4,095 bytes, which moves the stack.',
  needs: 'nothing',
  undo: 'nothing: it ends with the sandbox',
  causes: ['address-layout', 'uninitialised-memory'],
  fixedAt: 'fixed',
  sources: [],
  available: () => ({ works: true }),
  apply: (conditions, _host, seed) => withSource(conditions, 'environmentSize', seed),
  values: () => ({ a: 'as it is', b: 'larger' }),
};
