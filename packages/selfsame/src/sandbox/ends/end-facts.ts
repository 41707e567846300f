import type { InitReport } from '../container/status.js';
import type { ControlGroupFacts } from '../container/cgroup.js';
import type { Limits, Outcome } from '../types.js';

/** Everything known about a finished run, from which its one outcome is told. */
export interface EndFacts {
  readonly limits: Limits;
  /** Why we stopped the run from outside, if we did. */
  readonly stoppedFor: 'cancelled' | 'too-much-output' | 'timed-out' | undefined;
  readonly report: InitReport;
  readonly group: ControlGroupFacts | undefined;
  /** What selfsame-ns and the runtime wrote about their own work. */
  readonly diagnostics: string;
  /** The error of starting selfsame-ns itself. */
  readonly spawnError: NodeJS.ErrnoException | undefined;
}

/** One way to end: its outcome if this is how the run ended. */
export type Recognise = (facts: EndFacts) => Outcome | undefined;
