/** Bounds on what one archive may unpack to. */
export interface UnpackLimits {
  /** Bytes of all files together, and of the decompressed archive. */
  readonly totalBytes: number;
  /** Files, directories and links together. */
  readonly entries: number;
  /** Bytes of one path, and of one name in it. */
  readonly pathBytes: number;
  readonly nameBytes: number;
  /** Directories a path may go down. */
  readonly depth: number;
  /** Decompressed bytes per byte of the archive, above the first `freeBytes`. */
  readonly ratio: number;
  readonly freeBytes: number;
}

/**
 * Far above the largest source releases (Chromium: 16 GiB, 600 000 files), and below what hurts a machine.
 * Path and name are Linux's PATH_MAX and NAME_MAX. Deflate reaches 1032:1 at most and sources 20:1.
 */
export const unpackLimits: UnpackLimits = {
  totalBytes: 32 * 1024 ** 3,
  entries: 2_000_000,
  pathBytes: 4000,
  nameBytes: 255,
  depth: 128,
  ratio: 500,
  freeBytes: 256 * 1024 ** 2,
};

/** Bytes an archive of `archiveBytes` may expand to. */
export function allowedBytes(limits: UnpackLimits, archiveBytes: number): number {
  return Math.min(limits.totalBytes, Math.max(limits.freeBytes, archiveBytes * limits.ratio));
}
