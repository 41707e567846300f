/** One member of an archive, as a reader gives it. Paths are not checked yet. */
export interface ArchiveEntry {
  /** As it stands in the archive. */
  readonly path: string;
  readonly type: 'file' | 'directory' | 'symlink' | 'hardlink';
  readonly executable: boolean;
  /** Target of a symlink or hard link, as it stands in the archive. */
  readonly target: string | undefined;
  /** Seconds since 1970; undefined: none. */
  readonly modified: number | undefined;
  /** Bytes of a file. */
  readonly size: number;
  /** Bytes of a file, to be read before the next entry is asked for. */
  readonly body: AsyncIterable<Uint8Array>;
}

/** Why an archive cannot be used. Thrown inside inputs/unpack only; the caller names the archive. */
export class ArchiveError extends Error {
  readonly reason: 'damaged' | 'unsafe' | 'too-large';

  constructor(reason: 'damaged' | 'unsafe' | 'too-large', message: string, options?: ErrorOptions) {
    super(message, options);
    this.reason = reason;
  }
}

/** A name from an archive, for messages: quoted, bounded, without control characters. */
export function quote(name: string): string {
  const shown = name.length > 200 ? `${name.slice(0, 200)}…` : name;
  return JSON.stringify(shown);
}

/** Text of bytes that must be UTF-8. Throws `ArchiveError`. */
export function utf8(bytes: Uint8Array): string {
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch {
    throw new ArchiveError(
      'unsafe',
      `the name ${quote(Buffer.from(bytes).toString('latin1'))} is not UTF-8`,
    );
  }
}
