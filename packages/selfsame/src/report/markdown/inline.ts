import type { Place } from '../../compare/types.js';
import { sentencePieces } from '../words.js';
import { visible, visibleLine } from '../visible.js';

/**
 * Untrusted text as a code span (CommonMark 0.31, §6.1) that it cannot leave, in which no mention, link or markup
 * is read: fenced by more backticks than it holds in a row. `|` is shown as `\x7c`, since in the cells of tables
 * (GitHub Flavored Markdown, §4.10) it would end the cell even within code.
 */
export function span(text: string, most?: number): string {
  const shown = visible(text, most).replaceAll('|', '\\x7c').trim();
  if (shown === '') return '(empty)';
  const fence = '`'.repeat(1 + longestRun(shown));
  const pad = shown.startsWith('`') || shown.endsWith('`') ? ' ' : '';
  return `${fence}${pad}${shown}${pad}${fence}`;
}

/** Untrusted sentences as text: every character that could begin markup, a mention or a link is a code span's. */
export function prose(text: string, most = 600): string {
  const shown = visible(text, most);
  // Plain sentences stay as they are; anything that Markdown or GitHub might read is quoted whole.
  const bare = shown.replace(/(?<=[\p{L}\p{N}])_(?=[\p{L}\p{N}])/gu, '');
  return /^[\p{L}\p{N} .,;:'"()/=+%-]*$/u.test(bare) &&
    !/:\/\/|www\.|^\s*(?:[-+=]|\d+[.)])/iu.test(shown) &&
    shown.trim() === shown
    ? shown
    : span(text, most);
}

/** A sentence with code between backticks: its code as spans, the rest as text if it can be read as nothing else. */
export function sentence(text: string): string {
  const pieces = sentencePieces(text);
  const plain = pieces.filter((_, at) => at % 2 === 0);
  if (!plain.every((piece) => piece.trim() === '' || prose(piece.trim()) === piece.trim()))
    return span(text, 600);
  return pieces.map((piece, at) => (at % 2 === 0 ? piece : span(piece, 600))).join('');
}

/** `data.tar.xz` › `./usr/bin/hello`. */
export function placeSpan(place: Place): string {
  const names = place.length > 12 ? [...place.slice(0, 6), '…', ...place.slice(-5)] : place;
  return names.map((name) => span(name, 120)).join(' › ');
}

/** Lines of untrusted text as a fenced block that they cannot leave. */
export function block(lines: readonly string[], language = 'text'): string {
  const shown = lines.map((line) => visibleLine(line, 300));
  const fence = '`'.repeat(Math.max(3, 1 + longestRun(shown.join('\n'))));
  return `${fence}${language}\n${shown.join('\n')}\n${fence}`;
}

function longestRun(text: string): number {
  return (text.match(/`+/g) ?? []).reduce((most, run) => Math.max(most, run.length), 0);
}

/** Parts of a document, as many of them as fit. */
export class Parts {
  readonly #most: number;
  #bytes = 0;
  #leftOut = 0;
  readonly #parts: string[] = [];

  /** `most`: bytes of UTF-8, some of which are kept for the note at the end. */
  constructor(most: number) {
    this.#most = most - 200;
  }

  add(part: string): void {
    const bytes = Buffer.byteLength(part) + 2;
    if (this.#leftOut > 0 || this.#bytes + bytes > this.#most) {
      this.#leftOut += 1;
      return;
    }
    this.#bytes += bytes;
    this.#parts.push(part);
  }

  toString(): string {
    const note =
      this.#leftOut === 0
        ? []
        : [
            `_${this.#leftOut} more parts are left out: the summary is full. The HTML and JSON forms have them._`,
          ];
    return `${[...this.#parts, ...note].join('\n\n')}\n`;
  }
}
