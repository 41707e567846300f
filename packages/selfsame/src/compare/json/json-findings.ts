import { findingsOf, merged, type Subject } from '../findings.js';
import type { Session } from '../session.js';
import type { Difference, Finding, RangeDifference } from '../types.js';
import { jsonChanges, type JsonChange, type JsonOrder } from './json-changes.js';

/** Characters of a path in a finding. */
const pathCharacters = 120;

/**
 * What the causes say to values that differ between two JSON documents, each with the path of the first one;
 * undefined: they are no JSON, or the same data.
 */
export function jsonFindings(
  session: Session,
  a: Uint8Array,
  b: Uint8Array,
  subject: Pick<Subject, 'place' | 'formats'>,
  { ranges }: Pick<Difference, 'ranges'>,
): Finding[] | undefined {
  const found = jsonChanges(a, b);
  if (found === undefined) return undefined;
  const said: Finding[] = found.orders.map((one) => orderFinding(one, subject));
  const firsts = new Map<string, Finding>();
  for (const change of found.changes) {
    for (const finding of changeFindings(session, change, subject)) {
      const key = `${finding.cause} ${finding.kind} ${finding.consequence}`;
      const before = firsts.get(key);
      const kind = `${finding.kind} at ${cut(change.path)}`;
      firsts.set(
        key,
        before === undefined ? { ...finding, kind } : { ...before, more: before.more + 1 },
      );
    }
  }
  const all = merged([...said, ...firsts.values()]);
  const [first] = all;
  if (first !== undefined) for (const range of ranges) session.findingOf.set(range, first);
  return all;
}

function changeFindings(
  session: Session,
  { key, a, b }: JsonChange,
  { place, formats }: Pick<Subject, 'place' | 'formats'>,
): Finding[] {
  if (a === undefined || b === undefined) {
    const value = { a: (a ?? '').slice(0, 200), b: (b ?? '').slice(0, 200) };
    return [{ ...fallback(place, 'member on one side only'), ...value }];
  }
  const before = key === '' ? '' : `${JSON.stringify(key)}: `;
  const range = rangeOf(`${before}${a}\n`, `${before}${b}\n`);
  const evidence = { fields: [], ranges: [range], order: undefined, presence: 'both' as const };
  const found = findingsOf(session, evidence, { place, formats, contentDiffers: true });
  return found.map((finding) => {
    const isNamed = finding.cause !== 'text' && finding.cause !== 'unknown';
    const known = isNamed
      ? finding
      : { ...fallback(place, 'JSON value'), a: a.slice(0, 200), b: b.slice(0, 200) };
    return { ...known, offsetA: undefined, offsetB: undefined };
  });
}

function fallback(place: Finding['place'], kind: string): Finding {
  return {
    ...{
      cause: 'text',
      kind,
      certainty: 'possible',
      place,
      offsetA: undefined,
      offsetB: undefined,
    },
    ...{ a: '', b: '', consequence: false, more: 0 },
    remedy: 'Look at both values, then at what writes this member.',
  };
}

function orderFinding({ path, of, a, b }: JsonOrder, { place }: Pick<Subject, 'place'>): Finding {
  return {
    ...{ cause: 'order', kind: `${of} at ${cut(path)}`, certainty: 'certain', place },
    ...{ offsetA: undefined, offsetB: undefined, a: a.slice(0, 200), b: b.slice(0, 200) },
    ...{ consequence: false, more: 0 },
    remedy:
      'Write members and items sorted: `sort_keys=True` (Python), `jq -S`, or a sorted container instead of a hash table.',
  };
}

/** Two lines as evidence of bytes: from the first character that differs to the last. */
function rangeOf(textA: string, textB: string): RangeDifference {
  const [a, b] = [Buffer.from(textA), Buffer.from(textB)];
  const shorter = Math.min(a.length, b.length);
  let head = 0;
  while (head < shorter && a[head] === b[head]) head += 1;
  let tail = 0;
  while (tail < shorter - head && a.at(-1 - tail) === b.at(-1 - tail)) tail += 1;
  return {
    ...{ offsetA: head, lengthA: a.length - head - tail, offsetB: head },
    ...{ lengthB: b.length - head - tail, sampleA: a, sampleB: b },
    ...{ sampleOffsetA: 0, sampleOffsetB: 0 },
  };
}

function cut(text: string): string {
  return text.length > pathCharacters ? `${text.slice(0, pathCharacters - 1)}…` : text;
}
