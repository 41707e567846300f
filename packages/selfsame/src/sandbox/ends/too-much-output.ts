import type { Recognise } from './end-facts.js';

/** We counted more bytes than the limit and stopped the run. */
export const tooMuchOutput: Recognise = ({ stoppedFor, limits }) =>
  stoppedFor === 'too-much-output'
    ? { type: 'too-much-output', limitBytes: limits.outputBytes }
    : undefined;
