import type { Cause } from './cause.js';
import { pairOf, valuesOf } from './matching.js';
import { readingOf } from './reading.js';

/** How long it took. */
export const buildLog: Cause = {
  name: 'build-log',
  title: 'Log or duration of the build',
  summary:
    'A log of the build or of its tests, with how long things took, became part of the result.',
  looks: 'durations as `time`, test runners and build tools print them.',
  get remedies() {
    return [remedy];
  },
  variations: ['time', 'jobs', 'delays', 'cpu-count'],
  endsAt: undefined,
  recognise(evidence) {
    const reading = readingOf(evidence);
    if (evidence.field !== undefined || evidence.presence !== undefined) return undefined;
    for (const pattern of durations) {
      const pair = pairOf(reading, pattern, 128);
      if (pair !== undefined)
        return { kind: 'duration', certainty: 'likely', ...valuesOf(reading, pair), remedy };
    }
    return undefined;
  },
};

const remedy =
  'Do not ship logs and test reports, and do not print how long steps took (`time`, `--durations`, `elapsed`).';

/** Words and numbers as time(1), test runners and build tools print them. */
const durations = [
  /\b(?:real|user|sys)\s{1,8}\d{1,5}m\d{1,2}[.,]\d{1,3}s/g,
  /\b(?:in|took|elapsed|duration|total time|time taken|finished in|ran for|compile time|runtime|wall(?:[- ]clock)?(?: time)?|time)["']?[:=]?\s{0,3}["']?\d{1,6}(?:[.,]\d{1,9})?\s?(?:ns|us|µs|\xc2\xb5s|ms|s|sec|secs|seconds?|m|min|minutes?)\b/gi,
  /(?<![\w.])\d{1,6}[.,]\d{1,9}\s?(?:s|sec|secs|seconds|ms)\b(?:elapsed)?/g,
  /\(\d{1,6}(?:\.\d{1,6})?\s?(?:ms|s|us|µs)\)/g,
  /\btime="\d{1,6}(?:\.\d{1,9})?"/g,
  /\b\d{1,3}[.,]\d{2}user \d{1,3}[.,]\d{2}system \d{1,4}:\d\d[.,]\d\delapsed/g,
] as const;
