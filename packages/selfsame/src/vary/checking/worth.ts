import { leastRank } from '../search/search.js';

/** Hidden files and directories, and those for what is made again when it is not there. */
const hidden = /(?:^|\/)(?:\.|[^/]*cache)/i;

/**
 * What is explained first: what every build makes before what only others than the first do, which may be the same under
 * another name each time, and caches last.
 */
export function rankOf(path: string, inFirst: boolean): number {
  return (hidden.test(path) ? leastRank : 0) + (inFirst ? 0 : 1);
}
