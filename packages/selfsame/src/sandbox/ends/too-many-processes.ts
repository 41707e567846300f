import type { Recognise } from './end-facts.js';

/** The init saw the limit reached, or the kernel refused a fork and the command failed. */
export const tooManyProcesses: Recognise = ({ report: { ended }, group, limits }) => {
  const refusedAndFailed =
    (group?.refusedForks ?? 0) > 0 && !(ended?.how === 'exited' && ended.value === 0);
  return ended?.how === 'too-many-processes' || refusedAndFailed
    ? { type: 'too-many-processes', limit: limits.processes }
    : undefined;
};
