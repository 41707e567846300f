import { firstReading } from '../../clock.js';
import { withTime } from '../../conditions.js';
import { kindOfValues } from '../../other-values.js';
import type { Conditions, Variation } from '../../types.js';

const shown = (conditions: Conditions): string =>
  `${firstReading(conditions)}${conditions.yearEnd === 'no' ? '' : ` and on, ${conditions.clockStep / 1e9} s at each look`}`;

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
  apply: (conditions, _host, seed) =>
    withTime(conditions, { yearEnd: kindOfValues(seed) === 0 ? 'always' : 'unless-shifted' }),
  values: (before, after) => ({ a: shown(before), b: shown(after) }),
};
