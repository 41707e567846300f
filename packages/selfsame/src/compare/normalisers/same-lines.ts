import type { LeafWatcher } from '../session.js';
import { textBytes, textOf } from '../text/text-lines.js';

/** Notes the places of text that is the same but for carriage returns before line feeds. */
export function noteSameLines(places: Set<string>): LeafWatcher {
  return async (_difference, place, a, b) => {
    const plain = async (content: typeof a): Promise<string | undefined> =>
      textOf(await content.read(0, content.size))?.bytes.replaceAll('\r\n', '\n');
    if (Math.max(a.size, b.size) > textBytes) return;
    // The longer side has a carriage return more for each line: half of it at most.
    if (Math.max(a.size, b.size) > 2 * Math.min(a.size, b.size)) return;
    const [inA, inB] = [await plain(a), await plain(b)];
    if (inA !== undefined && inA === inB) places.add(JSON.stringify(place));
  };
}
