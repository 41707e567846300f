import type { Cause, Recognition } from './cause.js';
import { numberPair } from './decoders/numbers.js';
import { around, before, matchesTouching, pairOf, valuesOf } from './matching.js';
import { readingOf, showRange, type Reading } from './reading.js';

/** How many processors, and so jobs. */
export const processorCount: Cause = {
  name: 'processor-count',
  title: 'Number of processors',
  summary:
    'A program wrote down the number of processors or of parallel jobs, or split its work by it.',
  looks:
    'the number of processors or jobs of the build, or a number by a word for it: `-j4`, `NCPUS 16`.',
  get remedies() {
    return [remedy];
  },
  variations: ['cpu-count', 'cpu-affinity', 'jobs'],
  endsAt: 'fixed',
  recognise(evidence) {
    if (evidence.field !== undefined && !/^(?:text|other|version)$/.test(evidence.field.kind))
      return undefined;
    const reading = readingOf(evidence);
    return ofCanaries(reading) ?? ofOneSide(reading) ?? ofWords(reading);
  },
};

const words = /cpu|core|job|thread|parallel|nproc|processor|worker|concurren|-j ?$|MAKEFLAGS/i;
const remedy =
  'Do not write the number of processors or jobs (`nproc`, `$(getconf _NPROCESSORS_ONLN)`, `-jN` in recorded flags); set it, or work in a fixed number of parts.';

/** The numbers of both sides; certain by a word for it, or where the numbers are large. */
function ofCanaries(reading: Reading): Recognition | undefined {
  const { canariesA, canariesB } = reading.evidence;
  if (canariesA === undefined || canariesB === undefined || reading.a === undefined)
    return undefined;
  for (const key of ['cpus', 'jobs'] as const) {
    const [own, other] = [canariesA[key], canariesB[key]];
    if (own === other) continue;
    const pair = numberPair(
      reading,
      (value) => value === own,
      (value) => value === other,
    );
    if (pair === undefined || (!pair.covers && !named(reading, pair.start))) continue;
    const word = words.test(around(reading.a, pair.start, 48));
    const large = own >= 100 && other >= 100;
    return {
      kind: key === 'cpus' ? 'number of processors' : 'number of jobs',
      certainty: word || large ? 'certain' : reading.isText ? 'likely' : 'possible',
      ...pair.values,
      remedy,
    };
  }
  return undefined;
}

/** Right after a word for it. */
function named({ a, isText }: Reading, start: number): boolean {
  return isText && a !== undefined && wordBefore.test(before(a, start, 24));
}

const wordBefore =
  /(?:cpus?|cores?|jobs?|threads?|parallel|nproc|processors?|workers?|-j)["']?[\s:=]{0,3}$/i;

/** A flag or a setting that only one side has, with that side's number. */
function ofOneSide(reading: Reading): Recognition | undefined {
  const { evidence, a, b } = reading;
  const { canariesA, canariesB } = evidence;
  if (canariesA === undefined || canariesB === undefined || evidence.range === undefined)
    return undefined;
  for (const [side, own, other] of [
    [a, canariesA, canariesB],
    [b, canariesB, canariesA],
  ] as const) {
    if (side === undefined || side.from === side.to) continue;
    for (const match of matchesTouching(side, setting)) {
      const value = Number(match.groups[0]);
      if (![own.cpus, own.jobs].includes(value) || [other.cpus, other.jobs].includes(value))
        continue;
      return {
        kind: 'number on one side',
        certainty: 'likely',
        a: showRange(a),
        b: showRange(b),
        remedy,
      };
    }
  }
  return undefined;
}

const setting =
  /(?<!\w)(?:-j ?|(?:jobs|parallel|cpus|nproc|threads|workers|processors)["']?\s{0,2}[=:]\s{0,2}["']?)(\d{1,4})(?!\w)/gi;

function ofWords(reading: Reading): Recognition | undefined {
  const pair = pairOf(
    reading,
    /(?:\b(?:n?cpus?|nproc|cores|jobs|threads|processors|workers|parallel(?:ism)?|concurrency)["']?\s{0,2}(?::|=| )\s{0,2}["']?\d{1,4}(?!\d)|(?<!\w)-j ?\d{1,4}(?!\d)|(?<!\w)\d{1,4} (?:cpus|cores|jobs|threads|processors|workers)\b)/gi,
  );
  return pair === undefined
    ? undefined
    : { kind: 'number by a word for it', certainty: 'likely', ...valuesOf(reading, pair), remedy };
}
