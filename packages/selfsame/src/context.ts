import type { Emit } from './events/event.js';
import type { Settings } from './settings/settings.js';
import type { Store } from './store/types.js';

/** What every long-running function of the engine is handed: where to say things, when to stop, where to keep bits. */
export interface Context {
  readonly emit: Emit;
  /** Aborted on interruption. Functions stop soon after, clean up, and reject with `INTERRUPTED`. */
  readonly signal: AbortSignal;
  readonly settings: Settings;
  readonly store: Store;
}
