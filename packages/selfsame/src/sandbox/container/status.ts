/** How a run ended, in the init's words (native/src/init/status.h). */
export const endings = [
  'exited',
  'signalled',
  'timed-out',
  'out-of-memory',
  'disk-limit',
  'file-system-full',
  'too-many-processes',
  'cancelled',
  'supervisor-died',
] as const;

export type Ending = (typeof endings)[number];

/** What the init has said so far. */
export interface InitReport {
  started: boolean;
  notStarted: { readonly stage: string; readonly reason: string } | undefined;
  ended: { readonly how: Ending; readonly value: number; readonly peakMemory: number } | undefined;
  readonly notFixed: string[];
  /** Numbers of places of a machine root (native/src/ns/machine.h). */
  readonly readOnly: number[];
}

/** Most bytes of status taken: some hundred lines at the very most are ever said. */
const statusMax = 1024 * 1024;

/**
 * Reads the init's JSON lines as they come. The descriptor never reaches the command, but what is read
 * is still checked: a line that is not one of the known ones is dropped, and so is all beyond 1 MiB.
 */
export class StatusReader {
  readonly report: InitReport = {
    started: false,
    notStarted: undefined,
    ended: undefined,
    notFixed: [],
    readOnly: [],
  };
  #rest = '';
  #taken = 0;

  take(chunk: Uint8Array): void {
    this.#taken += chunk.length;
    if (this.#taken > statusMax) return;
    const lines = (this.#rest + Buffer.from(chunk).toString('latin1')).split('\n');
    this.#rest = lines.pop() ?? '';
    for (const line of lines) this.#line(line);
  }

  #line(line: string): void {
    let message: unknown;
    try {
      message = JSON.parse(line);
    } catch {
      return;
    }
    if (typeof message !== 'object' || message === null) return;
    const { type, what, stage, reason, how, value, peakMemory, index } = message as Record<
      string,
      unknown
    >;
    if (type === 'started') this.report.started = true;
    else if (type === 'not-fixed' && typeof what === 'string')
      this.report.notFixed.push(decode(what));
    else if (type === 'read-only' && typeof index === 'number') this.report.readOnly.push(index);
    else if (type === 'not-started' && typeof stage === 'string' && typeof reason === 'string') {
      this.report.notStarted = { stage, reason: decode(reason) };
    } else if (
      type === 'ended' &&
      isEnding(how) &&
      typeof value === 'number' &&
      typeof peakMemory === 'number'
    ) {
      this.report.ended = { how, value, peakMemory };
    }
  }
}

function isEnding(value: unknown): value is Ending {
  return endings.some((ending) => ending === value);
}

/** The init escapes bytes, not characters. */
function decode(text: string): string {
  return Buffer.from(text, 'latin1').toString('utf8');
}
