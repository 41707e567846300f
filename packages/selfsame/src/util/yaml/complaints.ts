import { SelfsameError, SelfsameErrors } from '../../errors/selfsame-error.js';
import type { LineIndex } from './line-index.js';

/** The most complaints about one file; more would not be read. */
export const mostErrorsPerFile = 20;

export type YamlErrorCode = 'YAML_SYNTAX' | 'YAML_REFUSED' | 'YAML_LIMIT' | 'DUPLICATE_KEY';

/** Gathers complaints about one text. */
export class Complaints {
  readonly #lines: LineIndex;
  readonly #errors: SelfsameError[] = [];

  constructor(lines: LineIndex) {
    this.#lines = lines;
  }

  add(code: YamlErrorCode, message: string, start: number, end: number, hint?: string): void {
    if (this.#errors.length >= mostErrorsPerFile) return;
    const location = this.#lines.locate(start, end);
    this.#errors.push(
      new SelfsameError(code, message, { location, ...(hint === undefined ? {} : { hint }) }),
    );
  }

  /** True if no more would be kept. */
  get isFull(): boolean {
    return this.#errors.length >= mostErrorsPerFile;
  }

  throwIfAny(): void {
    const [first, ...rest] = this.#errors;
    if (first !== undefined) throw new SelfsameErrors([first, ...rest]);
  }
}
