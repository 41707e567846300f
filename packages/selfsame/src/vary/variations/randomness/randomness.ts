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
  // Never the seed of what is fixed, whatever ours is: that would be the same bytes.
  apply: (conditions, _host, seed) =>
    withSource(conditions, 'randomness', `other than ${conditions.seed}: ${seed}`),
  values: () => ({ a: 'one seed', b: 'another seed' }),
};
