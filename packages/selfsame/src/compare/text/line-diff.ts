import { diffArrays } from 'diff';
import { linesOf, type Text } from './text-lines.js';

/** Inserted and removed lines beyond which two texts are compared as bytes only, and the time they may take, in ms. */
const mostEdits = 4000;
const mostTime = 2000;
/** Lines around changes, lines shown at most, and characters of each. */
const contextLines = 3;
const shownLines = 160;
const shownCharacters = 400;

/** Lines of A that stand where lines of B do; bytes from the beginning of each text. */
export interface Hunk {
  readonly offsetA: number;
  readonly a: string;
  readonly offsetB: number;
  readonly b: string;
}

export interface LineDiff {
  /** In order; latin1 as in `Text`. */
  readonly hunks: readonly Hunk[];
  /** Unified form without its header, cut to what a report shows. Untrusted. */
  readonly unified: string;
}

/** What differs line by line; undefined: too much to say so. */
export function lineDiff(a: Text, b: Text): LineDiff | undefined {
  const [linesA, linesB] = [linesOf(a.bytes), linesOf(b.bytes)];
  const most = Math.min(linesA.length, linesB.length);
  let before = 0;
  while (before < most && linesA[before] === linesB[before]) before += 1;
  let after = 0;
  while (after < most - before && linesA.at(-1 - after) === linesB.at(-1 - after)) after += 1;
  const middleA = linesA.slice(before, linesA.length - after);
  const middleB = linesB.slice(before, linesB.length - after);
  const changes = diffArrays(middleA, middleB, { maxEditLength: mostEdits, timeout: mostTime });
  if (changes === undefined) return undefined;
  const steps = [
    ...(before > 0 ? [{ lines: linesA.slice(0, before), kind: ' ' as const }] : []),
    ...changes.map(({ value, added, removed }) => ({
      lines: value,
      kind: added ? ('+' as const) : removed ? ('-' as const) : (' ' as const),
    })),
    ...(after > 0 ? [{ lines: linesA.slice(linesA.length - after), kind: ' ' as const }] : []),
  ];
  return { hunks: hunksOf(steps), unified: unifiedOf(steps, a, b) };
}

interface Step {
  readonly lines: readonly string[];
  readonly kind: ' ' | '+' | '-';
}

function hunksOf(steps: readonly Step[]): Hunk[] {
  const hunks: Hunk[] = [];
  let [offsetA, offsetB] = [0, 0];
  let a = '';
  let b = '';
  const close = (): void => {
    if (a !== '' || b !== '') hunks.push({ offsetA, a, offsetB, b });
    offsetA += a.length;
    offsetB += b.length;
    [a, b] = ['', ''];
  };
  for (const { lines, kind } of steps) {
    const text = lines.join('');
    if (kind === '-') a += text;
    else if (kind === '+') b += text;
    else {
      close();
      offsetA += text.length;
      offsetB += text.length;
    }
  }
  close();
  return hunks;
}

function unifiedOf(steps: readonly Step[], a: Text, b: Text): string {
  const shown: string[] = [];
  let [lineA, lineB] = [1, 1];
  let open = false;
  const show = (mark: string, line: string): void => {
    const text = Buffer.from(line, 'latin1').toString((mark === '+' ? b : a).encoding);
    const body = text.endsWith('\n') ? text.slice(0, -1) : text;
    shown.push(
      mark + (body.length > shownCharacters ? `${body.slice(0, shownCharacters)}…` : body),
    );
  };
  for (const [index, { lines, kind }] of steps.entries()) {
    if (shown.length > shownLines) break;
    if (kind !== ' ') {
      if (!open) shown.push(`@@ -${lineA} +${lineB} @@`);
      open = true;
      for (const line of lines.slice(0, shownLines)) show(kind, line);
      if (kind === '-') lineA += lines.length;
      else lineB += lines.length;
      continue;
    }
    const isFirst = index === 0;
    const isLast = index === steps.length - 1;
    const tail = isLast ? 0 : Math.min(contextLines, lines.length);
    const head = isFirst ? 0 : Math.min(contextLines, lines.length);
    if (isFirst || isLast || lines.length > head + tail) {
      for (const line of lines.slice(0, head)) show(' ', line);
      lineA += lines.length - tail;
      lineB += lines.length - tail;
      if (!isLast) shown.push(`@@ -${lineA} +${lineB} @@`);
      open = !isLast;
      for (const line of tail > 0 ? lines.slice(-tail) : []) show(' ', line);
      lineA += tail;
      lineB += tail;
    } else {
      for (const line of lines) show(' ', line);
      lineA += lines.length;
      lineB += lines.length;
    }
  }
  const cut = shown.length > shownLines;
  return [...shown.slice(0, shownLines), ...(cut ? ['…'] : [])].join('\n');
}
