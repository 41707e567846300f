import { visibleLine } from '../visible.js';
import { count } from '../words.js';
import { markedLines } from './values.js';
import { markup, nothing, type Markup } from './markup.js';

/** Rows of one text. */
const mostRows = 60;
/** Characters of one text that are looked at. */
const mostText = 200_000;
/** Characters of a line. */
const mostCharacters = 300;

interface Row {
  readonly a: string | undefined;
  readonly b: string | undefined;
  readonly kind: 'same' | 'changed' | 'hunk';
}

/** Lines that differ, beside each other, with what differs within a line marked. */
export function textDiffMarkup(unified: string): Markup {
  const rows = rowsOf(unified);
  const shown = rows.slice(0, mostRows);
  const left = rows.length - shown.length;
  const more =
    unified.length > mostText ? 'More rows' : left > 0 ? count(left, 'more row') : undefined;
  return markup`<div class="scroll" tabindex="0" role="region" aria-label="lines that differ"><table class="lines"><thead><tr><th scope="col">A</th><th scope="col">B</th></tr></thead><tbody>${shown.map(rowMarkup)}</tbody></table></div>${more === undefined ? nothing : markup`<p class="soft">${more} left out.</p>`}`;
}

/** Lines of a unified difference as rows: removed lines beside those that were added in their place. */
function rowsOf(unified: string): Row[] {
  const rows: Row[] = [];
  let removed: string[] = [];
  let added: string[] = [];
  const flush = () => {
    const most = Math.max(removed.length, added.length);
    for (let at = 0; at < most; at += 1)
      rows.push({ a: removed[at], b: added[at], kind: 'changed' });
    removed = [];
    added = [];
  };
  const lines = unified.slice(0, mostText).split('\n');
  if (lines.at(-1) === '') lines.pop();
  for (const line of lines) {
    if (line.startsWith('-')) {
      if (added.length > 0) flush();
      removed.push(line.slice(1));
    } else if (line.startsWith('+')) added.push(line.slice(1));
    else if (line.startsWith('\\')) {
      // "\ No newline at end of file" belongs to the line before it.
      const last = added.length > 0 ? added : removed;
      if (last.length > 0) last.push(`${last.pop() ?? ''} (no newline at the end)`);
    } else {
      flush();
      rows.push(
        line.startsWith('@@')
          ? { a: line, b: undefined, kind: 'hunk' }
          : { a: line.slice(1), b: line.slice(1), kind: 'same' },
      );
    }
  }
  flush();
  return rows;
}

function rowMarkup({ a, b, kind }: Row): Markup {
  if (kind === 'hunk')
    return markup`<tr class="hunk"><td colspan="2">${visibleLine(a ?? '', 120)}</td></tr>`;
  if (kind === 'same')
    return markup`<tr><td>${visibleLine(a ?? '', mostCharacters)}</td><td>${visibleLine(b ?? '', mostCharacters)}</td></tr>`;
  if (a === undefined)
    return markup`<tr><td></td><td class="added">${visibleLine(b ?? '', mostCharacters)}</td></tr>`;
  if (b === undefined)
    return markup`<tr><td class="removed">${visibleLine(a, mostCharacters)}</td><td></td></tr>`;
  const [inA, inB] = markedLines(a, b, mostCharacters);
  return markup`<tr><td class="removed">${inA}</td><td class="added">${inB}</td></tr>`;
}
