import { withSource } from '../../conditions.js';
import type { Variation } from '../../types.js';

export const randomness: Variation = {
  name: 'randomness',
  title: 'random numbers',
  changes: 'Other random bytes, for every program.',
  needs: 'nothing',
  undo: 'nothing: it ends with the sandbox',
  causes: ['randomness'],
  fixedAt: 'virtual',
  sources: [],
  available: () => ({ works: true }),
  apply: (conditions, _host, seed) => withSource(conditions, 'randomness', seed),
  values: () => ({ a: 'one seed', b: 'another seed' }),
};
