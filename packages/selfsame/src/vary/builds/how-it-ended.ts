import { SelfsameError } from '../../errors/selfsame-error.js';
import type { Outcome } from '../../sandbox/types.js';
import { formatBytes } from '../../store/store-errors.js';

/** The command ended by itself, and said that it had done what it was to do. */
export function didWell(outcome: Outcome): boolean {
  return outcome.type === 'exited' && outcome.code === 0;
}

const noRoomHint =
  'Free space there, run `selfsame store gc`, or set SELFSAME_STORE to a larger file system';

/**
 * How a build's command ended, as a finding: undefined if it did well, else why, in words.
 *
 * @param diskBytes what builds may write where there is room for it: one that reached a lower bound (limits.ts) met this machine's
 *   full disk, which is no finding. Left out: what the outcome says
 * @throws SelfsameError INTERRUPTED, CHECK_NO_ROOM, CHECK_NOT_STARTED: selfsame's own failures are no findings
 */
export function failureOf(outcome: Outcome, diskBytes = 0): string | undefined {
  switch (outcome.type) {
    case 'exited':
      return outcome.code === 0 ? undefined : `the command ended with status ${outcome.code}`;
    case 'signalled':
      return `the command was ended by ${outcome.signal}`;
    case 'timed-out':
      return `the command ran longer than ${outcome.seconds} s and was stopped`;
    case 'out-of-memory':
      return `the command needed more than ${formatBytes(outcome.limitBytes)} of memory`;
    case 'disk-full':
      if (outcome.cause === 'limit' && outcome.limitBytes < diskBytes)
        throw new SelfsameError(
          'CHECK_NO_ROOM',
          `a build wrote more than ${formatBytes(outcome.limitBytes)}, half of what was free on the store's file system`,
          { hint: noRoomHint },
        );
      if (outcome.cause === 'limit')
        return `the command wrote more than ${formatBytes(outcome.limitBytes)} and was stopped`;
      throw new SelfsameError('CHECK_NO_ROOM', "a build filled the store's file system", {
        hint: noRoomHint,
      });
    case 'too-much-output':
      return `the command printed more than ${formatBytes(outcome.limitBytes)} and was stopped`;
    case 'too-many-processes':
      return `the command started more than ${outcome.limit} processes`;
    case 'cancelled':
      throw new SelfsameError('INTERRUPTED', 'the check was interrupted');
    case 'supervisor-died':
      throw new SelfsameError(
        'CHECK_NOT_STARTED',
        `a build lost the determinizer, which ${outcome.signal === undefined ? 'ended' : `was ended by ${outcome.signal}`} while it ran`,
        { hint: 'Check again; if it happens again without anybody ending processes, report it' },
      );
    case 'could-not-start':
      if (outcome.stage === 'command-missing' || outcome.stage === 'command-refused')
        return `the command could not be started: ${outcome.reason}`;
      throw new SelfsameError(
        'CHECK_NOT_STARTED',
        `the sandbox for a build could not be made: ${outcome.reason}`,
        { hint: outcome.hint ?? 'Run `selfsame doctor`' },
      );
  }
}
