import type { CauseName, Certainty } from '../../types.js';
import type { Canaries } from '../cause.js';
import { offsetAt, showPart, touches, type Reading, type Side } from '../reading.js';
import { canaryTexts, rareLength, type CanaryText } from './canary-values.js';

/** A value of a side's surroundings, found in what differs. */
export interface CanaryFinding {
  readonly cause: CauseName;
  readonly kind: string;
  readonly certainty: Certainty;
  readonly a: string;
  readonly b: string;
  readonly offsetA: number | undefined;
  readonly offsetB: number | undefined;
}

interface Hit {
  readonly canary: CanaryText;
  /** Index of the spelling, so that both sides are matched in the same one. */
  readonly spelling: string;
  readonly start: number;
  readonly end: number;
}

const found = new WeakMap<Reading, readonly CanaryFinding[]>();

/**
 * Text values of the surroundings in what differs. Certain: each side shows its own value, spelled the same way,
 * or one side shows a rare one. A value that both sides share explains nothing and is left out; so is a value
 * inside of a longer one (the user's name in the home directory's).
 */
export function findCanaries(reading: Reading): readonly CanaryFinding[] {
  const known = found.get(reading);
  if (known !== undefined) return known;
  const answer = search(reading);
  found.set(reading, answer);
  return answer;
}

/** The finding of one cause, if there is one. */
export function canaryOf(reading: Reading, cause: CauseName): CanaryFinding | undefined {
  return findCanaries(reading).find((finding) => finding.cause === cause);
}

function search(reading: Reading): readonly CanaryFinding[] {
  const { canariesA, canariesB } = reading.evidence;
  const hitsA = hitsOf(reading.a, canariesA, canariesB);
  const hitsB = hitsOf(reading.b, canariesB, canariesA);
  const findings: CanaryFinding[] = [];
  const used = new Set<Hit>();
  for (const hit of hitsA) {
    const partner = hitsB.find((other) => !used.has(other) && sameKind(hit, other));
    if (partner === undefined) continue;
    used.add(hit);
    used.add(partner);
    findings.push(finding(reading, hit, partner, 'certain'));
  }
  for (const hit of hitsA)
    if (!used.has(hit)) findings.push(finding(reading, hit, undefined, rarity(hit)));
  for (const hit of hitsB)
    if (!used.has(hit)) findings.push(finding(reading, undefined, hit, rarity(hit)));
  const rank = { certain: 0, likely: 1, possible: 2 };
  return findings.sort((one, other) => rank[one.certainty] - rank[other.certainty]);
}

function sameKind(one: Hit, other: Hit): boolean {
  return one.canary.kind === other.canary.kind && one.spelling === other.spelling;
}

function rarity(hit: Hit): Certainty {
  return hit.canary.value.length >= rareLength && !common.test(hit.canary.value)
    ? 'certain'
    : 'possible';
}

/** Values of ordinary surroundings, which texts can have for other reasons. */
const common =
  /^(?:x86_64|aarch64|(?:\/[a-z]+)?\/(?:bash|dash|sh|root|build|tmp)|C\.UTF-8|Etc\/UTC|selfsame|builder|localhost|localdomain)$/i;

function finding(
  reading: Reading,
  inA: Hit | undefined,
  inB: Hit | undefined,
  certainty: Certainty,
): CanaryFinding {
  const { cause, kind } = (inA ?? inB)?.canary ?? { cause: 'unknown', kind: '' };
  const shown = (side: Side | undefined, hit: Hit | undefined) => {
    if (side === undefined) return '';
    return hit === undefined
      ? showPart(side, side.from, side.to)
      : showPart(side, hit.start, hit.end);
  };
  const at = (side: Side | undefined, hit: Hit | undefined) =>
    side === undefined ? undefined : offsetAt(reading, side, hit?.start ?? side.from);
  return {
    cause,
    kind,
    certainty,
    a: shown(reading.a, inA),
    b: shown(reading.b, inB),
    offsetA: at(reading.a, inA),
    offsetB: at(reading.b, inB),
  };
}

function hitsOf(
  side: Side | undefined,
  own: Canaries | undefined,
  other: Canaries | undefined,
): readonly Hit[] {
  if (side === undefined || own === undefined) return [];
  const others = new Map(
    other === undefined ? [] : canaryTexts(other).map(({ kind, value }) => [kind, value]),
  );
  const hits: Hit[] = [];
  for (const canary of canaryTexts(own)) {
    if (others.get(canary.kind) === canary.value) continue;
    const hit = hitOf(side, canary) ?? truncatedHit(side, canary);
    if (hit !== undefined) hits.push(hit);
  }
  return hits.filter((hit) => !hits.some((larger) => encloses(larger, hit)));
}

function encloses(larger: Hit, hit: Hit): boolean {
  return (
    larger.start <= hit.start &&
    larger.end >= hit.end &&
    larger.end - larger.start > hit.end - hit.start
  );
}

function hitOf(side: Side, canary: CanaryText): Hit | undefined {
  for (const { name, text } of canary.spellings) {
    for (
      let start = side.text.indexOf(text);
      start >= 0;
      start = side.text.indexOf(text, start + 1)
    ) {
      const end = start + text.length;
      if (start > side.to) break;
      if (!touches(side, start, end)) continue;
      if (text.length < rareLength && !standsAlone(side.text, start, end)) continue;
      return { canary, spelling: name, start, end };
    }
  }
  return undefined;
}

/** Short values count as words only. */
function standsAlone(text: string, start: number, end: number): boolean {
  return !/\w/.test(text.charAt(start - 1)) && !/\w/.test(text.charAt(end));
}

/** Shortest beginning of a value that is taken for it: names in ar headers have 15 characters. */
const shortestTruncated = 12;

/** A beginning of the value that ends where a field of fixed length ends. */
function truncatedHit(side: Side, canary: CanaryText): Hit | undefined {
  const { text, name } = canary.spellings[0] ?? { text: '', name: '' };
  if (text.length <= shortestTruncated) return undefined;
  const head = text.slice(0, shortestTruncated);
  for (
    let start = side.text.indexOf(head);
    start >= 0;
    start = side.text.indexOf(head, start + 1)
  ) {
    let end = start + shortestTruncated;
    while (end < side.text.length && side.text[end] === text[end - start]) end += 1;
    const next = side.text.charAt(end);
    if (touches(side, start, end) && (next === '' || /[\0\n /]/.test(next)))
      return { canary, spelling: name, start, end };
  }
  return undefined;
}
