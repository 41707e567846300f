import type { Tree } from '../layers/tree-entry.js';

/** As many links as Linux follows in one path (path_resolution(7)). */
const mostLinks = 40;

/**
 * The directory that `path` leads to in a tree, every link followed and never out of the tree; parts that
 * do not exist are taken as they are written. Empty for the root. Undefined when a file is in the way or
 * links run in a circle.
 */
export function followDirectory(tree: Tree, path: string): string | undefined {
  const left = path.split('/').filter((part) => part !== '' && part !== '.');
  const real: string[] = [];
  let links = 0;
  for (let part = left.shift(); part !== undefined; part = left.shift()) {
    if (part === '..') {
      real.pop();
      continue;
    }
    const here = [...real, part].join('/');
    const entry = tree.get(here);
    if (entry === undefined || entry.type === 'directory') {
      real.push(part);
      continue;
    }
    if (entry.type === 'file' || ++links > mostLinks) return undefined;
    if (entry.target.startsWith('/')) real.length = 0;
    left.unshift(...entry.target.split('/').filter((item) => item !== '' && item !== '.'));
  }
  return real.join('/');
}
