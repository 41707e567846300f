import { withTime } from '../../conditions.js';
import type { Conditions, Variation } from '../../types.js';

const shown = ({ epoch, yearEnd }: Conditions): string =>
  `${new Date((epoch + 2) * 1000).toISOString().slice(0, 19)}Z${yearEnd ? ' and on, 0.1 s at each look' : ''}`;

export const timeOfDay: Variation = {
  name: 'time-of-day',
  title: 'time of day',
  changes:
    'A clock that crosses midnight and the end of a year (UTC) in every program that reads it a few times.',
  needs: 'nothing',
  undo: 'nothing: it ends with the sandbox',
  causes: ['timestamp'],
  fixedAt: 'virtual',
  sources: [],
  available: () => ({ works: true }),
  apply: (conditions) => withTime(conditions, { yearEnd: true, clockStep: 100_000_000 }),
  values: (before, after) => ({ a: shown(before), b: shown(after) }),
};
