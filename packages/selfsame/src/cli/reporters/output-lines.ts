import { printableLines } from '../../text/printable.js';

/** Characters kept of a line that never ends. */
const maxLine = 4096;

/**
 * Puts what builds print, which arrives in pieces, together to printable lines. Holds one unfinished
 * line of bounded length for each source.
 */
export class OutputLines {
  readonly #unfinished = new Map<string, string>();

  /** Takes in a piece of output and returns the lines it completed. */
  add(source: string, text: string): string[] {
    const pieces = ((this.#unfinished.get(source) ?? '') + text).split('\n');
    this.#unfinished.set(source, (pieces.pop() ?? '').slice(-maxLine));
    if (pieces.length === 0) return [];
    return printableLines(pieces.map((piece) => piece.slice(-maxLine)).join('\n'));
  }

  /** The source has ended: its last line, if that had no line feed. */
  end(source: string): string[] {
    const last = this.#unfinished.get(source) ?? '';
    this.#unfinished.delete(source);
    return last === '' ? [] : printableLines(last);
  }
}
