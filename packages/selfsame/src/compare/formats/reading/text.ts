import { createHash } from 'node:crypto';
import { TextSet } from './text-set.js';

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
  // Not of all bytes: what is cut from a text holds all of it.
  const shown = Math.min(bytes.byteLength, shownBytes);
  const hex = Buffer.from(bytes.buffer, bytes.byteOffset, shown).toString('hex');
  if (bytes.length <= shownBytes) return hex;
  const sum = createHash('sha256').update(bytes).digest('hex');
  return `${Buffer.from(bytes.buffer, bytes.byteOffset, shownBytes / 2).toString('hex')}… (${bytes.length} bytes, sha256 ${sum})`;
}

/** Names of members are shown so far: no system takes longer paths (Linux, PATH_MAX), and all of them are held. */
const shownName = 4096;

/** The name of a member as a part has it: long ones are cut, with their sha256, so that others are others. */
export function memberName(text: string): string {
  return boundedText(text, shownName);
}

/** Text of at most `most` characters as it is; of longer ones the beginning, with length and sha256. */
export function boundedText(text: string, most = 4096): string {
  if (text.length <= most) return text;
  const sum = createHash('sha256').update(text).digest('hex');
  // Copied: a slice would hold all of the text for as long as itself is held.
  const start = Buffer.from(text.slice(0, most)).toString();
  return `${start}… (${text.length} characters, sha256 ${sum})`;
}

/** Permissions and such as octal digits: `0644`. */
export function octalText(value: number | bigint): string {
  return value.toString(8).padStart(4, '0');
}

/** Gives repeated names of siblings `#2`, `#3` and so on. */
export class UniqueNames {
  readonly #taken = new TextSet();
  /** How far the numbers of names that are repeated have come. They only rise, so that no name is tried twice for another. */
  readonly #counts = new Map<string, number>();

  unique(name: string): string {
    if (this.#taken.add(name)) return name;
    let count = this.#counts.get(name) ?? 1;
    let candidate: string;
    do {
      count += 1;
      candidate = `${name}#${count}`;
    } while (!this.#taken.add(candidate));
    this.#counts.set(name, count);
    return candidate;
  }
}
