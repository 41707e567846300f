import { sortByPath } from '../layers/tree-entry.js';
import type { OwnedEntry, Tree } from '../layers/tree-entry.js';
import type { ImageEntry } from './tar-writer.js';

/**
 * What a layer of an image must hold so that the tree below becomes the tree above, in byte order of the
 * paths. A directory that is gone is one whiteout; one that became something else is that thing.
 */
export function layerDifference(below: Tree, above: Tree): ImageEntry[] {
  const entries: ImageEntry[] = [];
  for (const [path, entry] of above) {
    const before = below.get(path);
    if (before === undefined || !isEqual(before, entry)) entries.push(entry);
  }
  for (const path of below.keys()) {
    if (above.has(path)) continue;
    const parent = path.slice(0, Math.max(path.lastIndexOf('/'), 0));
    // Below a directory that is gone itself, or that became a file, nothing need be said.
    if (parent === '' || above.get(parent)?.type === 'directory') {
      entries.push({ type: 'whiteout', path });
    }
  }
  return sortByPath(entries);
}

function isEqual(a: OwnedEntry, b: OwnedEntry): boolean {
  return JSON.stringify(a) === JSON.stringify(b);
}
