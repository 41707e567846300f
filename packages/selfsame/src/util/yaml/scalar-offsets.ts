import type { Scalar } from 'yaml';

/** Characters after `\` in double quotes that take more hex digits (YAML 1.2.2, section 5.7). */
const hexEscapes: Readonly<Record<string, number>> = { x: 2, u: 4, U: 8 };

/**
 * For each UTF-16 code unit of a string scalar's value: the offset in `text` it comes from. Follows
 * indentation, folding, quotes and escapes; where a line break was folded away, the offset of that break.
 */
export function scalarOffsets(text: string, node: Scalar): Uint32Array {
  const value = String(node.value);
  const offsets = new Uint32Array(value.length);
  const range = node.range ?? [0, 0, 0];
  const block = node.type === 'BLOCK_LITERAL' || node.type === 'BLOCK_FOLDED';
  const quoted = node.type === 'QUOTE_DOUBLE' || node.type === 'QUOTE_SINGLE';
  let at = range[0];
  if (block) at = text.indexOf('\n', at) + 1;
  else if (quoted) at++;
  const end = quoted ? range[1] - 1 : range[1];
  const indent = block ? indentOf(text, at, end, value) : -1;
  if (block) at = skipIndent(text, at, end, indent);
  let i = 0;
  while (i < value.length && at < end) {
    const source = text[at];
    if (source === '\r' && text[at + 1] === '\n') {
      at++;
    } else if (source === '\n') {
      // A break in the text is a break, a space or nothing in the value.
      if (value[i] === '\n' || value[i] === ' ') offsets[i++] = at;
      at = skipIndent(text, at + 1, end, indent);
    } else if (node.type === 'QUOTE_SINGLE' && source === "'") {
      offsets[i++] = at;
      at += 2;
    } else if (node.type === 'QUOTE_DOUBLE' && source === '\\') {
      const next = text[at + 1] ?? '';
      if (next === '\n' || next === '\r') {
        at = skipIndent(text, text.indexOf('\n', at) + 1, end, -1);
        continue;
      }
      const width = 2 + (hexEscapes[next] ?? 0);
      const astral = next === 'U' && (value.codePointAt(i) ?? 0) > 0xffff;
      offsets[i++] = at;
      if (astral) offsets[i++] = at;
      at += width;
    } else if (!block && (source === ' ' || source === '\t') && value[i] !== source) {
      // Blanks before a folded line break.
      at++;
    } else if (!block && (source === ' ' || source === '\t') && endsLine(text, at, end)) {
      at++;
    } else {
      offsets[i++] = at;
      at++;
    }
  }
  offsets.fill(Math.max(range[0], Math.min(at, end) - 1), i);
  return offsets;
}

/** True if only blanks stand between `at` and the end of its line, before `end`. */
function endsLine(text: string, at: number, end: number): boolean {
  let i = at;
  while (i < end && (text[i] === ' ' || text[i] === '\t')) i++;
  return i < end && (text[i] === '\n' || text[i] === '\r');
}

/** Spaces that a block scalar's lines lose: those of its first line with text, less those the value keeps. */
function indentOf(text: string, start: number, end: number, value: string): number {
  const firstKept = /^(?: *\n)*( *)(?=[^ \n])/.exec(value)?.[1]?.length ?? 0;
  let at = start;
  while (at < end) {
    let blanks = 0;
    while (text[at + blanks] === ' ') blanks++;
    const next = text[at + blanks];
    if (next !== '\n' && next !== '\r' && next !== undefined)
      return Math.max(0, blanks - firstKept);
    const newline = text.indexOf('\n', at);
    if (newline === -1) break;
    at = newline + 1;
  }
  return 0;
}

/** Skips `indent` spaces at the start of a line, or (with -1) all blanks. */
function skipIndent(text: string, start: number, end: number, indent: number): number {
  let at = start;
  while (at < end && (text[at] === ' ' || (indent === -1 && text[at] === '\t'))) {
    if (indent !== -1 && at - start >= indent) break;
    at++;
  }
  return at;
}
