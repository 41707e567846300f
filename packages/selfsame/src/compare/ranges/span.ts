/** A run of bytes on each side that stand in each other's place; not equal, and at most one of them empty. */
export interface Span {
  readonly offsetA: number;
  readonly lengthA: number;
  readonly offsetB: number;
  readonly lengthB: number;
}

/** A piece of bytes and where it stands. */
export interface Area {
  readonly bytes: Uint8Array;
  /** `[from, to)` of `bytes` is looked at. */
  readonly from: number;
  readonly to: number;
}

/** Length of what is equal from `a[i]` and `b[j]` on. */
export function equalAhead(
  a: Uint8Array,
  i: number,
  aEnd: number,
  b: Uint8Array,
  j: number,
  bEnd: number,
): number {
  const most = Math.min(aEnd - i, bEnd - j);
  let done = 0;
  // Whole blocks first: comparing memory is many times faster than a loop over bytes.
  for (let block = 65_536; block >= 64; block >>= 2) {
    while (most - done >= block && sameBlock(a, i + done, b, j + done, block)) done += block;
  }
  while (done < most && a[i + done] === b[j + done]) done += 1;
  return done;
}

function sameBlock(a: Uint8Array, i: number, b: Uint8Array, j: number, length: number): boolean {
  return Buffer.compare(a.subarray(i, i + length), b.subarray(j, j + length)) === 0;
}
