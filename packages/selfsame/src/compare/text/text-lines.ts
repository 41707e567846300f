/** Text of both sides is compared by lines up to here. */
export const textBytes = 4 * 2 ** 20;

/** Control characters that text has none of: all but tab, line feed, form feed, carriage return, backspace, escape. */

const binary = /[\u0000-\u0007\u000b\u000e-\u001a\u001c-\u001f\u007f]/;

export type Encoding = 'utf8' | 'latin1';

/** Bytes that are text, one character of `bytes` for each byte (latin1), so that lengths are offsets. */
export interface Text {
  readonly encoding: Encoding;
  readonly bytes: string;
}

/** The bytes as text: UTF-8 (and so ASCII), else latin1 where no control characters are in it; undefined: neither. */
export function textOf(bytes: Uint8Array): Text | undefined {
  if (bytes.length > textBytes) return undefined;
  const buffer = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const characters = buffer.toString('latin1');
  if (binary.test(characters)) return undefined;
  return { encoding: isUtf8(buffer) ? 'utf8' : 'latin1', bytes: characters };
}

function isUtf8(bytes: Uint8Array): boolean {
  try {
    new TextDecoder('utf-8', { fatal: true }).decode(bytes);
    return true;
  } catch {
    return false;
  }
}

/** Each with its line feed; joined they are the text. */
export function linesOf(text: string): string[] {
  const lines: string[] = [];
  for (let from = 0; from < text.length;) {
    const end = text.indexOf('\n', from);
    const to = end < 0 ? text.length : end + 1;
    lines.push(text.slice(from, to));
    from = to;
  }
  return lines;
}
