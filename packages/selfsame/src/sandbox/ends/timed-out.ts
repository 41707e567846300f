import type { Recognise } from './end-facts.js';

/** The init's clock said so, or ours when the init did not answer. */
export const timedOut: Recognise = ({ stoppedFor, report, limits }) =>
  stoppedFor === 'timed-out' || report.ended?.how === 'timed-out'
    ? { type: 'timed-out', seconds: limits.wallSeconds }
    : undefined;
