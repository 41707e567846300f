import { FormatError } from '../format.js';
import type { FormatAccess } from '../format.js';

/** Ends a reading whose time is over. To be called in every loop. */
export function checkStopped(access: FormatAccess): void {
  if (access.signal.aborted) throw new FormatError('out-of-time', 'reading it took too long');
}

/** Counts parts of one container. */
export class PartCount {
  readonly #access: FormatAccess;
  #parts = 0;

  constructor(access: FormatAccess) {
    this.#access = access;
  }

  /** @throws FormatError `too-large` beyond the bound, `out-of-time` when stopped */
  add(): void {
    checkStopped(this.#access);
    this.#parts += 1;
    if (this.#parts > this.#access.maximumParts) {
      throw new FormatError('too-large', `it has more than ${this.#access.maximumParts} parts`);
    }
  }
}
