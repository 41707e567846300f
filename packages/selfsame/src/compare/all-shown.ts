import { both } from './both.js';
import { sliceContent } from './content/slice-content.js';
import type { Content, Field, Format } from './formats/format.js';
import { equalContents } from './ranges/equal-contents.js';
import type { Session } from './session.js';

interface Range {
  readonly from: number;
  readonly to: number;
}

/**
 * Whether two contents differ in nothing but the bytes of those fields of the whole that differ, so that nothing can be
 * left out although their reader does not show every byte.
 *
 * @throws FormatError when either cannot be read
 */
export async function onlyFieldsDiffer(
  session: Session,
  format: Format,
  a: Content,
  b: Content,
): Promise<boolean> {
  if (a.size !== b.size) return false;
  const [fieldsA, fieldsB] = await both(session, async (side, signal) => {
    const content = side === 'a' ? a : b;
    const none: readonly Field[] = [];
    return (await format.fields?.(content, session.access(content, signal))) ?? none;
  });
  const inB = new Map(fieldsB.map((field) => [field.name, field]));
  let at = 0;
  for (const { from, to } of fieldsA
    .flatMap((field) => rangeOf(field, inB.get(field.name)))
    .sort(byStart)) {
    if (!(await isEqual(session, a, b, at, from))) return false;
    at = Math.max(at, to);
  }
  return isEqual(session, a, b, at, a.size);
}

const byStart = (p: Range, q: Range): number => p.from - q.from;

/** The bytes of a field that stands at the same place in both, and differs. */
function rangeOf(a: Field, b: Field | undefined): Range[] {
  const { offset, length } = a;
  if (offset === undefined || length === undefined) return [];
  const isAlike = b?.offset === offset && b.length === length && b.value !== a.value;
  return isAlike ? [{ from: offset, to: offset + length }] : [];
}

async function isEqual(
  session: Session,
  a: Content,
  b: Content,
  from: number,
  to: number,
): Promise<boolean> {
  if (from >= to) return true;
  const [inA, inB] = [a, b].map((content) => sliceContent(content, from, to - from));
  if (inA === undefined || inB === undefined) return false;
  return equalContents(inA, inB, () => session.check());
}
