import { createHash } from 'node:crypto';

const utf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

/** Bytes as text: UTF-8 where it is that, otherwise ASCII with other bytes and backslashes as `\xff`. */
export function decodeText(bytes: Uint8Array): string {
  try {
    return utf8.decode(bytes);
  } catch {
    let text = '';
    for (const byte of bytes) {
      text +=
        byte >= 0x20 && byte < 0x7f && byte !== 0x5c
          ? String.fromCharCode(byte)
          : `\\x${byte.toString(16).padStart(2, '0')}`;
    }
    return text;
  }
}

/** The bytes before the first NUL, as text. */
export function decodeCString(bytes: Uint8Array): string {
  const end = bytes.indexOf(0);
  return decodeText(end === -1 ? bytes : bytes.subarray(0, end));
}

/** Bytes shown whole in hexadecimal; longer ones get their length and sha256 after the first of them. */
const shownBytes = 32;

/** Bytes for a field's value: short ones in hexadecimal, longer ones so that equal text means equal bytes. */
export function hexText(bytes: Uint8Array): string {
  const hex = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('hex');
  if (bytes.length <= shownBytes) return hex;
  const sum = createHash('sha256').update(bytes).digest('hex');
  return `${hex.slice(0, shownBytes)}… (${bytes.length} bytes, sha256 ${sum})`;
}

/** Text of at most `most` characters as it is; of longer ones the beginning, with length and sha256. */
export function boundedText(text: string, most = 4096): string {
  if (text.length <= most) return text;
  const sum = createHash('sha256').update(text).digest('hex');
  return `${text.slice(0, most)}… (${text.length} characters, sha256 ${sum})`;
}

/** Permissions and such as octal digits: `0644`. */
export function octalText(value: number | bigint): string {
  return value.toString(8).padStart(4, '0');
}

/** Gives repeated names of siblings `#2`, `#3` and so on. */
export class UniqueNames {
  readonly #counts = new Map<string, number>();

  unique(name: string): string {
    let candidate = name;
    for (;;) {
      const count = this.#counts.get(candidate);
      if (count === undefined) {
        this.#counts.set(candidate, 1);
        return candidate;
      }
      // A name that is taken leads on from the count of the one that took it, so that few are tried.
      this.#counts.set(candidate, count + 1);
      candidate = `${name}#${count + 1}`;
    }
  }
}
