import type { SourceLocation } from '../../errors/selfsame-error.js';

/** Longest line quoted in an error, in UTF-16 code units; longer ones are left out rather than cut. */
const longestQuotedLine = 500;

/** Turns offsets of a text into lines and columns. Offsets are UTF-16 code units from 0. */
export interface LineIndex {
  /** Where `[start, end)` is; the squiggle ends with the first line and is at least 1 long. */
  locate(start: number, end: number): SourceLocation;
}

export function indexLines(text: string, file: string): LineIndex {
  const starts = [0];
  for (let at = text.indexOf('\n'); at !== -1; at = text.indexOf('\n', at + 1)) starts.push(at + 1);
  return {
    locate(start, end) {
      const from = Math.max(0, Math.min(start, text.length));
      let low = 0;
      let high = starts.length - 1;
      while (low < high) {
        const middle = (low + high + 1) >> 1;
        if ((starts[middle] ?? 0) <= from) low = middle;
        else high = middle - 1;
      }
      const lineStart = starts[low] ?? 0;
      let lineEnd = (starts[low + 1] ?? text.length + 1) - 1;
      if (lineEnd > lineStart && text[lineEnd - 1] === '\r') lineEnd--;
      const lineText = text.slice(lineStart, lineEnd);
      return {
        file,
        line: low + 1,
        column: from - lineStart + 1,
        length: Math.max(1, Math.min(end, lineEnd) - from),
        ...(lineText.length <= longestQuotedLine ? { lineText } : {}),
      };
    },
  };
}
