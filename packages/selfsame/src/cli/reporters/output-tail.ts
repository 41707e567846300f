import { printableLines } from '../../text/printable.js';

/** Characters kept of a line that never ends. */
const maxLine = 4096;

/**
 * The last lines of what each build printed, so that a failure can show them: bounded, however much
 * is printed. Lines come out printable.
 */
export class OutputTail {
  readonly #lines = new Map<string, string[]>();
  readonly #partial = new Map<string, string>();
  readonly #keep: number;

  constructor(keep: number) {
    this.#keep = keep;
  }

  /** Takes in a piece of output and returns the lines it completed. */
  add(source: string, text: string): string[] {
    const pieces = ((this.#partial.get(source) ?? '') + text).split('\n');
    this.#partial.set(source, (pieces.pop() ?? '').slice(-maxLine));
    const complete = printableLines(pieces.map((piece) => piece.slice(-maxLine)).join('\n'));
    if (pieces.length === 0) return [];
    const kept = [...(this.#lines.get(source) ?? []), ...complete];
    this.#lines.set(source, kept.slice(-this.#keep));
    return complete;
  }

  /** The last lines, and forgets them; a last line without line feed included. */
  take(source: string): string[] {
    const partial = this.#partial.get(source) ?? '';
    const lines = [...(this.#lines.get(source) ?? [])];
    if (partial !== '') lines.push(...printableLines(partial));
    this.#lines.delete(source);
    this.#partial.delete(source);
    return lines.slice(-this.#keep);
  }
}
