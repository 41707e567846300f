import { withTime } from '../../conditions.js';
import { seededNumber } from '../seeded.js';
import type { Variation } from '../../types.js';

const day = 86_400;

const shown = (epoch: number): string => `${new Date(epoch * 1000).toISOString().slice(0, 19)}Z`;

export const time: Variation = {
  name: 'time',
  title: 'date and time',
  changes: 'A clock one to two years later, to an odd second.',
  needs: 'nothing',
  undo: 'nothing: it ends with the sandbox',
  causes: ['timestamp'],
  fixedAt: 'virtual',
  sources: [],
  available: () => ({ works: true }),
  apply: (conditions, _host, seed) =>
    withTime(conditions, {
      timeShift:
        (366 + seededNumber(seed, 'days', 300)) * day +
        (1 + seededNumber(seed, 'hours', 22)) * 3600 +
        (1 + seededNumber(seed, 'minutes', 58)) * 60 +
        (1 + 2 * seededNumber(seed, 'seconds', 28)),
    }),
  values: (before, after) => ({ a: shown(before.epoch), b: shown(after.epoch) }),
};
