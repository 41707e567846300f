import type { Event } from '../../events/event.js';
import type { Style } from '../../text/style.js';

/** Renders what the engine says while it works. */
export interface Reporter {
  emit(event: Event): void;
  /** Ends what is being painted; nothing is emitted after. */
  close(): void;
}

/** `quiet`: warnings and failures only. `verbose`: also the output of what is built, and what came from the store. */
export type Verbosity = 'quiet' | 'normal' | 'verbose';

/** A terminal, or a test's stand-in for one. */
export interface Screen {
  write(text: string): void;
  /** At least 1; asked again before each repaint, since people resize windows. */
  size(): { readonly columns: number; readonly rows: number };
  /** Milliseconds that only grow. */
  now(): number;
  /** Calls back every so many milliseconds until the returned function is called. */
  every(milliseconds: number, callback: () => void): () => void;
}

export interface LineReporterOptions {
  readonly style: Style;
  readonly verbosity: Verbosity;
}
