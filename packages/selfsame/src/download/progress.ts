import type { Emit } from '../events/event.js';

let count = 0;

/** Milliseconds between two progress events of one file: at most ten a second. */
const spacing = 100;

/** Says how one file is coming along: one start, some progress, exactly one end. */
export class Progress {
  readonly #emit: Emit;
  readonly #name: string;
  readonly #now: () => number;
  readonly #id = `download-${++count}`;
  #started = false;
  #size: number | undefined;
  #last = 0;

  constructor(emit: Emit, name: string, now: () => number) {
    this.#emit = emit;
    this.#name = name;
    this.#now = now;
  }

  /** The first bytes are about to arrive, perhaps again from another mirror. */
  begin(size: number | undefined, offset: number): void {
    this.#size = size;
    if (this.#started) return;
    this.#started = true;
    this.#last = this.#now();
    this.#emit({
      type: 'download-started',
      id: this.#id,
      name: this.#name,
      ...(size === undefined ? {} : { size }),
      ...(offset === 0 ? {} : { resumedAt: offset }),
    });
  }

  received(bytes: number): void {
    const now = this.#now();
    if (now - this.#last < spacing) return;
    this.#last = now;
    const size = this.#size === undefined ? {} : { size: this.#size };
    this.#emit({ type: 'download-progress', id: this.#id, received: bytes, ...size });
  }

  finished(size: number, sha256: string): void {
    this.begin(size, 0);
    this.#emit({ type: 'download-finished', id: this.#id, name: this.#name, size, sha256 });
  }

  failed(reason: string): void {
    this.begin(undefined, 0);
    this.#emit({ type: 'download-failed', id: this.#id, name: this.#name, reason });
  }
}
