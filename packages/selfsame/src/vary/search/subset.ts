/** A set of variations, bit i for the i-th of the search's list. */
export type Subset = bigint;

export const none: Subset = 0n;

export function single(index: number): Subset {
  return 1n << BigInt(index);
}

export function all(count: number): Subset {
  return (1n << BigInt(count)) - 1n;
}

export function has(set: Subset, index: number): boolean {
  return ((set >> BigInt(index)) & 1n) === 1n;
}

export function contains(set: Subset, part: Subset): boolean {
  return (set & part) === part;
}

export function without(set: Subset, part: Subset): Subset {
  return set & ~part;
}

export function size(set: Subset): number {
  let count = 0;
  for (let rest = set; rest !== 0n; rest &= rest - 1n) count++;
  return count;
}

/** Indices of its members, ascending. */
export function members(set: Subset): number[] {
  const found: number[] = [];
  let index = 0;
  for (let rest = set; rest !== 0n; rest >>= 1n, index++) if ((rest & 1n) === 1n) found.push(index);
  return found;
}

/** Smaller sets first, then by their members: the order in which answers are given. */
export function bySize(a: Subset, b: Subset): number {
  const sizes = size(a) - size(b);
  if (sizes !== 0) return sizes;
  // The lowest member that only one of them has decides.
  const apart = a ^ b;
  if (apart === 0n) return 0;
  return (a & (apart & -apart)) === 0n ? 1 : -1;
}
