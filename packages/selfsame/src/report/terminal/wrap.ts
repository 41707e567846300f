import { characterWidth, displayWidth } from '../../text/width.js';

/** Narrowest room for text that is wrapped; narrower terminals get longer lines. */
const narrowest = 20;

/**
 * Printable text as lines of at most `columns` columns, broken at spaces, and within a word only where it is longer
 * than a line. The first line begins with `first`, the others with spaces of the same width.
 */
export function wrap(text: string, columns: number, first = ''): string[] {
  const hanging = ' '.repeat(displayWidth(first));
  const room = Math.max(narrowest, columns - hanging.length);
  const lines: string[] = [];
  let line = '';
  let width = 0;
  for (const word of text.split(' ')) {
    const wordWidth = displayWidth(word);
    if (line !== '' && width + 1 + wordWidth <= room) {
      line += ` ${word}`;
      width += 1 + wordWidth;
      continue;
    }
    if (line !== '') lines.push(line);
    const pieces = wordWidth <= room ? [word] : chop(word, room);
    lines.push(...pieces.slice(0, -1));
    line = pieces.at(-1) ?? '';
    width = displayWidth(line);
  }
  if (line !== '' || lines.length === 0) lines.push(line);
  return lines.map((one, index) => `${index === 0 ? first : hanging}${one}`);
}

function chop(word: string, room: number): string[] {
  const pieces: string[] = [];
  let piece = '';
  let width = 0;
  for (const character of word) {
    const wide = characterWidth(character);
    if (width + wide > room && piece !== '') {
      pieces.push(piece);
      piece = '';
      width = 0;
    }
    piece += character;
    width += wide;
  }
  pieces.push(piece);
  return pieces;
}
