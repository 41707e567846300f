import { withSource } from '../../conditions.js';
import type { Variation } from '../../types.js';

export const fileTimes: Variation = {
  name: 'file-times',
  title: 'times of files',
  changes: 'Files that were there look up to 1,000 days older, and nanoseconds have another scale.',
  needs: 'nothing',
  undo: 'nothing: it ends with the sandbox',
  causes: ['timestamp', 'order'],
  fixedAt: 'virtual',
  sources: ['fileTimes'],
  available: () => ({ works: true }),
  apply: (conditions, _host, seed) => withSource(conditions, 'fileTimes', seed),
  values: () => ({ a: 'as they are', b: 'older' }),
};
