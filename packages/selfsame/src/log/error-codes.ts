import type { ErrorCodeInfo } from '../errors/error-code.js';

/** Error codes of `log/`. */
export const logErrorCodes = {
  LOG_NOT_FOUND: { exit: 2, meaning: 'A directory holds no transparency log.' },
  LOG_EXISTS: { exit: 2, meaning: 'A new log would replace one that exists.' },
  LOG_INVALID: {
    exit: 2,
    meaning:
      'A file of a log is missing, cut, not what the checkpoint says, or not by the key that was given.',
  },
  LOG_INCONSISTENT: {
    exit: 1,
    meaning: 'Two checkpoints signed by one log do not belong to one history: it was rewritten.',
  },
  LOG_LIMIT: { exit: 2, meaning: 'A log or what is to be added to it is larger than is read.' },
  LOG_CHANGED: {
    exit: 5,
    meaning: 'A log grew while its witnesses were asked; nothing was written.',
  },
  LOG_WITNESSES: {
    exit: 2,
    meaning: 'A list of witnesses (C2SP tlog-policy) has a line that is no line of one.',
  },
  WITNESS_LISTEN: { exit: 5, meaning: 'A witness cannot listen at the address it was given.' },
  LOG_WRITE: { exit: 5, meaning: 'A file of a log could not be written.' },
} as const satisfies Record<string, ErrorCodeInfo>;
