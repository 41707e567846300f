import { expect, it } from 'vitest';
import { formatTime, parseTime } from './time.js';

it('reads days and seconds, and writes the shortest of both', () => {
  for (const [text, time] of [
    ['1970-01-01', 0],
    ['2027-03-01', 1_803_859_200],
    ['2027-03-01T12:00:01Z', 1_803_902_401],
  ] as const) {
    expect(parseTime(text)).toBe(time);
    expect(formatTime(time)).toBe(text);
  }
  expect(parseTime('2027-03-01T00:00:00Z')).toBe(1_803_859_200);
});

it.each([
  'x2027-03-01',
  '2027-03-01x',
  '2027-03-01\n',
  '2027-02-30',
  '2027-13-01',
  '2027-06-31T00:00:00Z',
  '2027-03-01T24:00:00Z',
  '2027-03-01T12:00:00',
  '',
  ['2027-03-01'],
  1_803_859_200,
  undefined,
])('refuses %j', (text) => {
  expect(parseTime(text)).toBeUndefined();
});
