import type { Recognise } from './end-facts.js';

/** The caller's signal was aborted, or the process that asked is gone. */
export const cancelled: Recognise = ({ stoppedFor, report }) =>
  stoppedFor === 'cancelled' || (stoppedFor === undefined && report.ended?.how === 'cancelled')
    ? { type: 'cancelled' }
    : undefined;
