import { printable } from '../text/printable.js';

/**
 * What `printable` lets through although it takes no place or moves others: soft hyphen, grapheme joiner, Arabic
 * letter mark, Hangul fillers, Khmer inherent vowels, Mongolian and other variation selectors, interlinear
 * annotations, and the two noncharacters that XML 1.0 forbids (§2.2).
 */
const invisible =
  /[\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180f\u3164\ufe00-\ufe0f\uffa0\ufff9-\ufffb\ufffe\uffff]/gu;

/** Characters of names and values that are shown; the rest is cut. */
export const valueCharacters = 200;

/**
 * Untrusted text as one line in which nothing is hidden: every control, bidirectional and zero-width character as
 * `\x1b` or `\u{202e}`, lone surrogates as U+FFFD, cut with `…` beyond `most` characters. Unlike `printable` it
 * keeps colours and tabs (as `\x1b[31m`, `\t`), for in a comparison they may be all that differs. Well-formed
 * UTF-16, and safe in XML once its markup is escaped.
 */
export function visible(text: string, most = valueCharacters): string {
  return cut(escapeInvisible(text.slice(0, 2 * most + 2).replaceAll('\t', '\\t')), most);
}

/** As `visible`, for a line of a text: tabs as `→` with spaces, and a longer line is allowed. */
export function visibleLine(line: string, most = 400): string {
  return cut(escapeInvisible(line.slice(0, 2 * most + 2).replaceAll('\t', '→   ')), most);
}

function escapeInvisible(text: string): string {
  return printable(text.replaceAll('\u001b', '\\x1b')).replace(
    invisible,
    (character) => `\\u{${character.charCodeAt(0).toString(16)}}`,
  );
}

/** At most `most` characters, the last of them `…` where there were more. */
function cut(text: string, most: number): string {
  if (text.length <= most) return text;
  let kept = '';
  let count = 0;
  for (const character of text) {
    count += 1;
    if (count === most) {
      // Held back: it is replaced by the ellipsis unless it is the last one.
      return kept.length + character.length === text.length ? text : `${kept}…`;
    }
    kept += character;
  }
  return text;
}
