import type { Place } from '../../compare/types.js';
import { visible, visibleLine } from '../visible.js';
import { sentencePieces } from '../words.js';
import { markup, nothing, type Markup, type MarkupValue } from './markup.js';

/** Untrusted text as code: one line, nothing hidden, its direction kept to itself. */
export function code(text: string, most?: number): Markup {
  return markup`<code>${visible(text, most)}</code>`;
}

/** A path whose directory is softer than its name. */
export function pathMarkup(path: string): Markup {
  const shown = visible(path, 300);
  const at = shown.lastIndexOf('/', shown.length - 2) + 1;
  return at === 0
    ? markup`<code>${shown}</code>`
    : markup`<code><span class="directory">${shown.slice(0, at)}</span>${shown.slice(at)}</code>`;
}

/** A place as a chain, outermost first. */
export function chain(place: Place, last: MarkupValue = nothing): Markup {
  const names = place.length > 12 ? [...place.slice(0, 6), '…', ...place.slice(-5)] : place;
  return markup`<ol class="chain">${names.map(
    (name, at) => markup`<li>${pathMarkup(name)}${at === names.length - 1 ? last : nothing}</li>`,
  )}</ol>`;
}

/** Both values, each with what the other has not marked; nothing of two that are empty. */
export function pair(a: string | undefined, b: string | undefined): Markup {
  if (a === '' && b === '') return nothing;
  const [inA, inB] = markedPair(a, b);
  return markup`<dl class="pair"><div><dt>A</dt><dd>${inA}</dd></div><div><dt>B</dt><dd>${inB}</dd></div></dl>`;
}

/** Two values as code, with what is neither at the beginning nor at the end of both marked. */
export function markedPair(
  a: string | undefined,
  b: string | undefined,
): readonly [Markup, Markup] {
  const missing = markup`<span class="soft">not there</span>`;
  const empty = markup`<span class="soft">(nothing)</span>`;
  const alone = (value: string | undefined): Markup =>
    value === undefined ? missing : value === '' ? empty : code(value);
  if (a === undefined || b === undefined || a === '' || b === '') return [alone(a), alone(b)];
  const [inA, inB] = markedTexts(visible(a), visible(b));
  return [markup`<code>${inA}</code>`, markup`<code>${inB}</code>`];
}

/** As `markedPair`, of two lines of text, without `code`. */
export function markedLines(a: string, b: string, most: number): readonly [Markup, Markup] {
  return markedTexts(visibleLine(a, most), visibleLine(b, most));
}

function markedTexts(a: string, b: string): readonly [Markup, Markup] {
  const pointsA = [...a];
  const pointsB = [...b];
  const shorter = Math.min(pointsA.length, pointsB.length);
  let start = 0;
  while (start < shorter && pointsA[start] === pointsB[start]) start += 1;
  let end = 0;
  while (end < shorter - start && pointsA.at(-1 - end) === pointsB.at(-1 - end)) end += 1;
  // Whole words and numbers: half a year says little.
  while (start > 0 && inWord(pointsA, start) && inWord(pointsB, start)) start -= 1;
  while (end > 0 && inWord(pointsA, pointsA.length - end) && inWord(pointsB, pointsB.length - end))
    end -= 1;
  const one = (points: readonly string[]): Markup => {
    const changed = points.slice(start, points.length - end).join('');
    const mark = changed === '' ? nothing : markup`<mark>${changed}</mark>`;
    return markup`${points.slice(0, start).join('')}${mark}${points.slice(points.length - end).join('')}`;
  };
  return [one(pointsA), one(pointsB)];
}

/** Whether a word goes on at an index: letters or digits on both of its sides. */
function inWord(points: readonly string[], at: number): boolean {
  const word = /[\p{L}\p{N}]/u;
  return word.test(points[at - 1] ?? '') && word.test(points[at] ?? '');
}

/** A sentence with code between backticks. */
export function sentenceMarkup(text: string): Markup[] {
  return sentencePieces(text).map((piece, at) =>
    at % 2 === 0 ? markup`${piece}` : markup`<code>${piece}</code>`,
  );
}

export type Tone = 'good' | 'note' | 'bad' | 'soft' | 'cause';

export function badge(text: string, tone: Tone): Markup {
  return markup`<span class="badge ${tone}">${text}</span>`;
}
