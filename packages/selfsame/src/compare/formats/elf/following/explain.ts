/** A number that may stand at a place of a section: what it says in each of the two files. */
export interface Reference {
  /** Bytes of the number. */
  readonly size: 4 | 8;
  /** Places before the first byte that differs at which it may begin. */
  readonly alignment: 1 | 4 | 8;
  /** Whether both say the same; numbers are unsigned. `at`: where they stand in the section. */
  same(a: number, b: number, at: number): boolean;
}

/**
 * Whether all that differs in two versions of a section of one size are numbers that say the same of files that are
 * laid out in another way: offsets, addresses, distances.
 */
export function isExplained(
  a: Uint8Array,
  b: Uint8Array,
  little: boolean,
  references: readonly Reference[],
): boolean {
  if (a.length !== b.length || references.length === 0) return false;
  const views = [a, b].map((bytes) => new DataView(bytes.buffer, bytes.byteOffset, bytes.length));
  const [viewA, viewB] = views;
  if (viewA === undefined || viewB === undefined) return false;
  const read = (view: DataView, at: number, size: 4 | 8): number =>
    size === 4 ? view.getUint32(at, little) : Number(view.getBigUint64(at, little));
  let done = 0;
  for (let at = 0; at < a.length;) {
    if (a[at] === b[at]) {
      at = nextDifference(a, b, at);
      continue;
    }
    const next = after(at, done);
    if (next === undefined) return false;
    at = next;
    done = next;
  }
  return true;

  /** Where the number ends that explains the byte that differs at `at`, and does not begin before `from`. */
  function after(at: number, from: number): number | undefined {
    for (const { size, alignment, same } of references) {
      for (let start = at; start > at - size && start >= from; start -= 1) {
        if (start % alignment !== 0 || start + size > a.length) continue;
        if (viewA === undefined || viewB === undefined) return undefined;
        if (same(read(viewA, start, size), read(viewB, start, size), start)) return start + size;
      }
    }
    return undefined;
  }
}

function nextDifference(a: Uint8Array, b: Uint8Array, from: number): number {
  let at = from;
  for (let block = 65_536; block >= 64; block >>= 2)
    while (
      at + block <= a.length &&
      Buffer.compare(a.subarray(at, at + block), b.subarray(at, at + block)) === 0
    )
      at += block;
  while (at < a.length && a[at] === b[at]) at += 1;
  return at;
}
