import type { BuildEvent } from '../build/events.js';
import type { DownloadEvent } from '../download/events.js';
import type { EnvironmentEvent } from '../environment/events.js';
import type { SandboxEvent } from '../sandbox/events.js';
import type { VaryEvent } from '../vary/events.js';

/** Something worth a person's notice that is not an error: nothing was refused because of it. */
export interface NoticeEvent {
  readonly type: 'notice';
  readonly level: 'info' | 'warning';
  readonly message: string;
  readonly hint?: string;
}

/**
 * Everything the engine says while it works. The engine emits these and never prints; reporters
 * (cli/reporters) render them for a terminal, as plain lines, or as JSON lines. All fields are plain
 * JSON values; times are milliseconds, sizes are bytes.
 */
export type Event =
  NoticeEvent | DownloadEvent | EnvironmentEvent | SandboxEvent | BuildEvent | VaryEvent;

export type Emit = (event: Event) => void;
