import type { CauseName, Certainty } from '../../types.js';
import type { Canaries } from '../cause.js';
import { offsetAt, showPart, touches, type Reading, type Side } from '../reading.js';
import {
  canaryIndex,
  canaryTexts,
  rareLength,
  type CanaryText,
  type IndexedSpelling,
} from './canary-values.js';

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
    if (!used.has(hit) && !common.test(hit.canary.value))
      findings.push(finding(reading, hit, undefined, rarity(hit)));
  for (const hit of hitsB)
    if (!used.has(hit) && !common.test(hit.canary.value))
      findings.push(finding(reading, undefined, hit, rarity(hit)));
  const rank = { certain: 0, likely: 1, possible: 2 };
  return findings.sort((one, other) => rank[one.certainty] - rank[other.certainty]);
}

function sameKind(one: Hit, other: Hit): boolean {
  return one.canary.kind === other.canary.kind && one.spelling === other.spelling;
}

function rarity(hit: Hit): Certainty {
  return hit.canary.value.length >= rareLength ? 'certain' : 'possible';
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
  const shared = new Set(
    other === undefined ? [] : canaryTexts(other).map(({ kind, value }) => `${kind}\n${value}`),
  );
  const { heads, byHead } = canaryIndex(own);
  const { text, bytes } = side;
  const hits: Hit[] = [];
  const last = Math.min(side.to, bytes.length - 3);
  for (let start = 0; start <= last && hits.length < maximumHits; start += 1) {
    if (heads[(bytes[start] ?? 0) | ((bytes[start + 1] ?? 0) << 8)] !== 1) continue;
    for (const entry of byHead.get(text.slice(start, start + 3)) ?? []) {
      const end = endOf(side, start, entry);
      if (end === undefined || shared.has(`${entry.canary.kind}\n${entry.canary.value}`)) continue;
      hits.push({ canary: entry.canary, spelling: entry.spelling.name, start, end });
    }
  }
  return hits.filter((hit) => !hits.some((larger) => encloses(larger, hit)));
}

/** Places of one sample at which values are found. */
const maximumHits = 64;

/** Shortest beginning of a value that is taken for it: names in ar headers have 15 characters. */
const shortestTruncated = 12;

/** End of a spelling that begins at a place, or of a beginning of the value that ends where a field of fixed length does. */
function endOf(
  side: Side,
  start: number,
  { spelling: { text }, plain }: IndexedSpelling,
): number | undefined {
  const { text: all } = side;
  if (all.startsWith(text, start)) {
    const end = start + text.length;
    if (!touches(side, start, end)) return undefined;
    return text.length >= rareLength || standsAlone(all, start, end) ? end : undefined;
  }
  if (!plain || text.length <= shortestTruncated) return undefined;
  let end = start + 3;
  while (end < all.length && all[end] === text[end - start]) end += 1;
  if (end - start < shortestTruncated || !touches(side, start, end)) return undefined;
  return end === all.length || /[\0\n /]/.test(all.charAt(end)) ? end : undefined;
}

/** Short values count as words only. */
function standsAlone(text: string, start: number, end: number): boolean {
  return !/\w/.test(text.charAt(start - 1)) && !/\w/.test(text.charAt(end));
}

function encloses(larger: Hit, hit: Hit): boolean {
  return (
    larger.start <= hit.start &&
    larger.end >= hit.end &&
    larger.end - larger.start > hit.end - hit.start
  );
}
