import { constants } from 'node:os';

import type { Recognise } from './end-facts.js';

/** The limit on the run's files was passed (also by a single file: SIGXFSZ), or their file system is full. */
export const diskFull: Recognise = ({ report: { ended }, limits }) => {
  if (ended === undefined) return undefined;
  const tooLargeFile = ended.how === 'signalled' && ended.value === constants.signals.SIGXFSZ;
  if (ended.how === 'disk-limit' || tooLargeFile)
    return { type: 'disk-full', limitBytes: limits.diskBytes, cause: 'limit' };
  if (ended.how === 'file-system-full')
    return { type: 'disk-full', limitBytes: limits.diskBytes, cause: 'file-system' };
  return undefined;
};
