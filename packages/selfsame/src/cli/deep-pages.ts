import { readFileSync, statSync } from 'node:fs';
import { relative } from 'node:path';
import type { CompareReport } from '../compare/types.js';
import type { DeepPages } from '../report/html/deep-links.js';

/** Bytes of diffoscope's pages that go into a report; what is beyond is linked only. */
const most = 8 * 10 ** 6;

/** Diffoscope's pages for a report that is written to a directory: links while both are moved together, and what is in them. */
export function deepPagesFrom(
  pages: CompareReport['deep'],
  directory: string,
): Required<DeepPages> {
  const contents = new Map<string, string>();
  let left = most;
  const deep = pages.map(({ place, file }) => {
    const link = relative(directory, file);
    try {
      const { size } = statSync(file);
      if (size <= left) {
        contents.set(link, readFileSync(file, 'utf8'));
        left -= size;
      }
    } catch {
      // The link will tell.
    }
    return { place, file: link };
  });
  return { deep, contents };
}
