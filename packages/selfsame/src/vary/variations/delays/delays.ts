import { withSource } from '../../conditions.js';
import type { Variation } from '../../types.js';

export const delays: Variation = {
  name: 'delays',
  title: 'delays',
  changes: 'Stops processes for up to 2 ms now and then, as the seed decides, to bring races out.',
  needs: 'nothing',
  undo: 'nothing: it ends with the sandbox',
  causes: ['order'],
  fixedAt: undefined,
  sources: [],
  available: () => ({ works: true }),
  apply: (conditions, _host, seed) => withSource(conditions, 'delays', seed),
  values: () => ({ a: 'none', b: 'up to 2 ms' }),
};
