import type { FieldKind, UnexaminedReason } from '../types.js';

/** Bytes that can be read anywhere and more than once. */
export interface Content {
  /** Bytes. */
  readonly size: number;
  /** A file of this machine that holds exactly these bytes, for tools. */
  readonly file: string | undefined;
  /** The content that it is a stretch of, as it stands there, and where: for readers whose parts are named elsewhere in it. */
  readonly within?: { readonly whole: Content; readonly offset: number };
  /** Bytes from `offset` on, fewer than `length` only at the end. */
  read(offset: number, length: number): Promise<Uint8Array>;
  /** All bytes in order, or those of `[from, to)`, in pieces of any size. */
  stream(from?: number, to?: number): AsyncIterable<Uint8Array>;
}

/** A header value of a container or of one of its parts. */
export interface Field {
  readonly name: string;
  readonly kind: FieldKind;
  /** As a person reads it; equal text means equal value. */
  readonly value: string;
  /** Times only, seconds since 1970. */
  readonly seconds?: number;
  /** Where it stands in the container's own bytes. */
  readonly offset?: number;
  /** Bytes there that say it and nothing else. Given by readers that leave others out, of fields of the whole. */
  readonly length?: number;
}

/** A member of an archive, a section of an object file, the content of a compressed file. */
export interface Part {
  /** Unique among its siblings as far as the format makes it so; readers append `#2` and so on to repeated ones. */
  readonly name: string;
  /** `section`: lies in the bytes of the whole as it is. Other kinds are those of archives. */
  readonly type: 'file' | 'directory' | 'symlink' | 'hardlink' | 'device' | 'section' | 'other';
  readonly fields: readonly Field[];
  /** Bytes; of `section`s and stored members they stand at `offset` in the container as they are. */
  readonly size: number;
  readonly offset?: number;
  /**
   * Its bytes, to be read (or left) before the next part is asked for; undefined: it has none, or they are
   * `[offset, offset + size)` of the container.
   */
  readonly body: AsyncIterable<Uint8Array> | undefined;
  /** Not worth reading into: its bytes are a function of others (a checksum, a symbol index). */
  readonly derived?: boolean;
  /**
   * Where its bytes stand in the container as they are encoded there, once `body` was read to its end: they may
   * differ though what they encode does not.
   */
  encoded?(): { readonly offset: number; readonly size: number } | undefined;
}

/** What a reader may use, and must keep to. */
export interface FormatAccess {
  readonly signal: AbortSignal;
  /** Counts decompressed bytes of this container; throws `FormatError` `too-large` beyond the bounds. */
  spend(bytes: number): void;
  /** Parts of one container. */
  readonly maximumParts: number;
  /** An empty directory for tools, removed after the comparison. */
  scratchDirectory(): Promise<string>;
}

/** Why a part differs only because others do. */
export interface FollowingPart {
  /** In words: `offsets and addresses of what differs elsewhere`. */
  readonly why: string;
  /** Every byte that differs was looked up, and says the same on both sides; else it is what there usually is. */
  readonly seen: boolean;
}

/** A reader of one format: a folder `formats/<name>/` with `<name>.ts`, tests and fixtures. */
export interface Format {
  readonly name: string;
  /**
   * `container`: parts can be moved, added and nested; `compressed`: one part, whose bytes decide, and `section`s behind it that belong to nothing;
   * `structure`: sections at offsets of the whole (object files, images).
   */
  readonly kind: 'container' | 'compressed' | 'structure';
  /** Decided by bytes, with the name as a hint only. `head`: the first 4,096 bytes, or all. */
  detect(head: Uint8Array, content: Content, name: string): boolean | Promise<boolean>;
  /** Values of the whole. */
  fields?(content: Content, access: FormatAccess): Promise<readonly Field[]>;
  /**
   * In the order in which they stand. Two readings of the same bytes give the same.
   *
   * @throws FormatError when it cannot be read (further)
   */
  parts(content: Content, access: FormatAccess): AsyncIterable<Part>;
  /**
   * Its parts and fields do not account for every byte: equal ones are no proof that nothing else differs. Only where all
   * bytes outside of fields that differ are equal (those with a `length`) is nothing left out.
   */
  readonly leavesOut?: true;
  /**
   * Of the parts named, which all differ, those that do so only because others of them do, by name. Called with what
   * can be read as this format on both sides; what it throws counts as none.
   */
  follows?(
    a: Content,
    b: Content,
    differing: readonly string[],
    access: FormatAccess,
  ): Promise<ReadonlyMap<string, FollowingPart>>;
  /** Programs it needs, with the Debian package of each. */
  readonly tools?: readonly { readonly program: string; readonly package: string }[];
}

/** Why a reader stopped. Never reaches a person as it is: the comparison says it of a place. */
export class FormatError extends Error {
  readonly reason: UnexaminedReason;
  /** What it is about, where that is one of two contents or both; the message then says so. */
  readonly side: 'a' | 'b' | 'both' | undefined;

  constructor(
    reason: UnexaminedReason,
    message: string,
    options: ErrorOptions & { readonly side?: 'a' | 'b' | 'both' } = {},
  ) {
    super(message, options);
    this.reason = reason;
    this.side = options.side;
  }
}
