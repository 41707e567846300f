import { expect, it } from 'vitest';

import { isSettled } from './settled.js';

const second = 1_700_000_000_000;
const nanoseconds = (milliseconds: number): bigint => BigInt(milliseconds) * 1_000_000n;

it.each([
  ['just now', second + 5, second + 5, false],
  ['a tick ago', second + 5, second + 15, false],
  ['many ticks ago', second + 5, second + 250, true],
  ['in what may be a whole second, a moment ago', second, second + 1500, false],
  ['in what may be a whole second, long ago', second, second + 2500, true],
  ['in the future', second + 5000, second, false],
])('a file that was changed %s', (_when, changed, now, settled) => {
  expect(isSettled({ ctimeNs: nanoseconds(changed) }, now)).toBe(settled);
});
