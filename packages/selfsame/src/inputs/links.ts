/** A symbolic link of a tree: its path and target as they stand there. */
export interface TreeLink {
  readonly path: string;
  readonly target: string;
}

/** Links one name may lead through, as in Linux. */
const maxHops = 40;

/**
 * The first link (in the given order) that leads out of its tree, or undefined. Targets are followed name by name
 * through the other links of the tree, because `a/..` is not the directory of `a` when `a` is a link. Absolute
 * targets leave the tree; targets that do not exist, or lead in a circle, stay in it.
 */
export function escapingLink(links: readonly TreeLink[]): TreeLink | undefined {
  const targets = new Map(links.map((link) => [link.path, link.target]));
  return links.find((link) => leavesTree(link, targets));
}

function leavesTree(link: TreeLink, targets: ReadonlyMap<string, string>): boolean {
  if (link.target.startsWith('/')) return true;
  const at = link.path.split('/').slice(0, -1);
  const todo = link.target.split('/').reverse();
  let hops = 0;
  for (let part = todo.pop(); part !== undefined; part = todo.pop()) {
    if (part === '' || part === '.') continue;
    if (part === '..') {
      if (at.pop() === undefined) return true;
      continue;
    }
    at.push(part);
    const target = targets.get(at.join('/'));
    if (target === undefined) continue;
    if (target.startsWith('/')) return true;
    if (++hops > maxHops) return false;
    at.pop();
    todo.push(...target.split('/').reverse());
  }
  return false;
}
