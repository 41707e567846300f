import { firstReading, tellingShift } from '../../clock.js';
import { withTime } from '../../conditions.js';
import type { Variation } from '../../types.js';

export const time: Variation = {
  name: 'time',
  title: 'date and time',
  changes: 'A clock one to two years later, at which no field of date and time is the same.',
  needs: 'nothing',
  undo: 'nothing: it ends with the sandbox',
  causes: ['timestamp'],
  fixedAt: 'virtual',
  sources: [],
  available: () => ({ works: true }),
  apply: (conditions, _host, seed) =>
    withTime(conditions, { timeShift: tellingShift(conditions.sourceEpoch, seed) }),
  values: (before, after) => ({ a: firstReading(before), b: firstReading(after) }),
};
