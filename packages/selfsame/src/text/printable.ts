/**
 * Characters that could move the cursor, change colours, hide or reorder text on a terminal: C0 and
 * C1 controls, DEL, line separators, bidirectional embeddings, overrides and isolates (Unicode
 * Standard Annex 9), zero-width and language-tag characters.
 */
const unsafe =
  /[\u0000-\u0008\u000a-\u001f\u007f-\u009f\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff\u{e0000}-\u{e007f}]/gu;

/** Colour and weight settings (`ESC [ … m`): harmless and frequent in build logs, dropped instead of shown. */

const colours = /\u001b\[[0-9;:]{0,64}m/g;

/**
 * Untrusted text as one line that a terminal only prints: colours dropped, every other control
 * character shown as `\x1b` or `\u{202e}`, tabs kept as 4 spaces. Lone surrogates become U+FFFD.
 */
export function printable(text: string): string {
  return text
    .replace(/[\ud800-\udfff]/gu, '\ufffd')
    .replace(colours, '')
    .replaceAll('\t', '    ')
    .replace(unsafe, escapeCharacter);
}

function escapeCharacter(character: string): string {
  if (character === '\n') return '\\n';
  if (character === '\r') return '\\r';
  const code = character.codePointAt(0) ?? 0;
  const hex = code.toString(16);
  return code < 256 ? `\\x${hex.padStart(2, '0')}` : `\\u{${hex}}`;
}

/** As `printable`, for text of several lines: splits at line feeds, and keeps of a line rewritten with carriage returns what it ended as. */
export function printableLines(text: string): string[] {
  return text.split('\n').map((line) => {
    const written = line.split('\r').filter((part) => part !== '');
    return printable(written.at(-1) ?? '');
  });
}

/** JSON of a value on one line, with the characters `printable` escapes as `\uXXXX`, so that it can be shown as it is. */
export function printableJson(value: unknown): string {
  return JSON.stringify(value).replace(unsafe, (character) =>
    Array.from({ length: character.length }, (_, index) => character.charCodeAt(index))
      .map((unit) => `\\u${unit.toString(16).padStart(4, '0')}`)
      .join(''),
  );
}
