/** Of a file's status, as `lstat` with `bigint` gives it. */
interface ChangeTime {
  readonly ctimeNs: bigint;
}

/**
 * Whether a later write to a file would show in its change time. Kernels take that time from a clock that stands still
 * between ticks of 1 to 10 ms, and some file systems keep whole seconds, or two (ext3, FAT): a file that was changed that
 * lately can be changed again, and its times stay what they are.
 * @param now milliseconds since 1970
 */
export function isSettled({ ctimeNs }: ChangeTime, now: number = Date.now()): boolean {
  const age = now - Number(ctimeNs / 1_000_000n);
  return age > (ctimeNs % 1_000_000_000n === 0n ? 2100 : 100);
}
