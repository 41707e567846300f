import type { Certainty, Finding } from '../types.js';
import type { Cause, Evidence, Recognition } from './cause.js';
import { show } from './reading.js';

/** Findings per piece of evidence. */
const maximumFindings = 4;

const rank: Readonly<Record<Certainty, number>> = { certain: 0, likely: 1, possible: 2 };

/** Answers that only say what a thing is: they give way to any that says why. */
const fallbacks = new Set([
  'code',
  'text',
  'unknown',
  'symbolic-link',
  'missing-file',
  'consequence',
]);

interface Answer {
  readonly cause: Cause;
  readonly recognition: Recognition;
}

/**
 * What a list of causes says, most certain first. Of answers about the same value, a more certain one silences the
 * less certain, and of equally certain ones the cause that stands first in the list; answers about other values of
 * the same evidence stay. `possible` is only heard where nothing better is.
 */
export function answersOf(causes: readonly Cause[], evidence: Evidence): readonly Finding[] {
  const answers: Answer[] = [];
  for (const cause of causes) {
    if (fallbacks.has(cause.name) && answers.some(isReason)) continue;
    if (cause.name === 'unknown' && answers.length > 0) continue;
    const recognition = cause.recognise(evidence);
    if (recognition !== undefined) answers.push({ cause, recognition });
  }
  // Sorting is stable: among equals the registry's order counts.
  answers.sort((one, other) => rank[one.recognition.certainty] - rank[other.recognition.certainty]);
  const best = answers[0]?.recognition.certainty;
  const kept: Answer[] = [];
  for (const answer of answers) {
    if (kept.length >= maximumFindings) break;
    if (answer.recognition.certainty === 'possible' && (best !== 'possible' || kept.length > 0))
      break;
    if (kept.some(({ recognition }) => overlaps(recognition, answer.recognition))) continue;
    kept.push(answer);
  }
  return kept.map(({ cause, recognition }) => findingOf(cause, recognition, evidence));
}

function isReason({ recognition }: Answer): boolean {
  return recognition.certainty !== 'possible';
}

/** Whether two answers are about the same bytes, as far as they say where those are. */
function overlaps(one: Recognition, other: Recognition): boolean {
  if (one.offsetA === undefined || other.offsetA === undefined) return true;
  if (one.offsetB === undefined || other.offsetB === undefined) return true;
  const inA = cross(one.offsetA, one.a.length, other.offsetA, other.a.length);
  return inA || cross(one.offsetB, one.b.length, other.offsetB, other.b.length);
}

function cross(start: number, length: number, otherStart: number, otherLength: number): boolean {
  return start < otherStart + Math.max(1, otherLength) && otherStart < start + Math.max(1, length);
}

function findingOf(cause: Cause, recognition: Recognition, evidence: Evidence): Finding {
  const { field, range } = evidence;
  return {
    cause: cause.name,
    kind: recognition.kind,
    certainty: recognition.certainty,
    place: evidence.place,
    offsetA: recognition.offsetA ?? field?.offsetA ?? range?.offsetA,
    offsetB: recognition.offsetB ?? field?.offsetB ?? range?.offsetB,
    a: show(recognition.a),
    b: show(recognition.b),
    remedy: recognition.remedy,
    consequence: recognition.consequence ?? false,
    more: 0,
  };
}
