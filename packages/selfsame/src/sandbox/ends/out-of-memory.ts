import type { Recognise } from './end-facts.js';

/**
 * The kernel killed a process for want of memory, or the init saw the limit passed. It counts even when the
 * command went on and reported success: what it made without that process may be other bits.
 */
export const outOfMemory: Recognise = ({ report, group, limits }) =>
  report.ended?.how === 'out-of-memory' || (group?.memoryKills ?? 0) > 0
    ? { type: 'out-of-memory', limitBytes: limits.memoryBytes }
    : undefined;
