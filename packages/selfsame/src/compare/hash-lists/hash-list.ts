/** Digests by length in hexadecimal digits, as the coreutils programs write them. */
export const algorithms = {
  32: 'md5',
  40: 'sha1',
  56: 'sha224',
  64: 'sha256',
  96: 'sha384',
  128: 'sha512',
} as const;

export type Algorithm = (typeof algorithms)[keyof typeof algorithms];

/** One line: a file, and what it is. */
export interface HashEntry {
  /** As it stands there; untrusted text. */
  readonly path: string;
  readonly algorithm: Algorithm;
  /** Lower-case hexadecimal. */
  readonly digest: string;
  /** From 1. */
  readonly line: number;
  /** Bytes, where the list says them. */
  readonly size: number | undefined;
  /** What the builder made, what it made it of, or what it made it in. */
  readonly role: 'artifact' | 'input' | 'environment';
  /** Index of the entry whose content this one is listed as part of. */
  readonly within: number | undefined;
}

export type HashListFormat = 'sha256sum' | 'bsd' | 'heads' | 'gitian' | 'directory';

export interface HashList {
  readonly format: HashListFormat;
  readonly entries: readonly HashEntry[];
  /** Facts of the list itself that two lists can be compared by: `commit`, `release`. */
  readonly facts: Readonly<Record<string, string>>;
  /** What is odd about it, in words: a name that is there twice with different digests. */
  readonly notes: readonly string[];
}

/** Why a text is no hash list: a sentence without a full stop, and where. */
export interface NotAHashList {
  readonly problem: string;
  readonly line: number | undefined;
}

export const hashListBounds = {
  /** Bytes of a list; the largest real ones (distributions' archives) have some 20 MiB. */
  bytes: 64 * 1024 ** 2,
  lines: 1_000_000,
  /** Bytes of a name: PATH_MAX of Linux. */
  name: 4096,
} as const;
