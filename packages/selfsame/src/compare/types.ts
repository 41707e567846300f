/** Contract of comparisons: what differs, where, and why. Types only; `--json` prints them as they stand. */

/**
 * Where something is: names from the outermost artifact inwards, as each reader gives them.
 * `['hello.deb', 'data.tar.xz', './usr/bin/hello', '.comment']`. Untrusted text.
 */
export type Place = readonly string[];

/**
 * Causes that bytes can show. Each is a file of `compare/causes/` with its title and remedy.
 * `unknown` is said, never guessed around.
 */
export const causeNames = [
  'timestamp',
  'build-path',
  'order',
  'build-id',
  'ownership',
  'permissions',
  'locale',
  'time-zone',
  'randomness',
  'address-layout',
  'uninitialised-memory',
  'process-number',
  'host-name',
  'user-name',
  'home-directory',
  'environment-variable',
  'kernel-version',
  'processor-count',
  'processor-model',
  'file-system',
  'toolchain-version',
  'build-log',
  'compression',
  'signature',
  'checksum',
  'consequence',
  'missing-file',
  'symbolic-link',
  'code',
  'text',
  'unknown',
] as const;

export type CauseName = (typeof causeNames)[number];

/** `certain`: a canary or a field that can be nothing else; `likely`: the value decodes as one; `possible`: it looks like one. */
export type Certainty = 'certain' | 'likely' | 'possible';

/** One named reason for one difference, with its evidence. */
export interface Finding {
  readonly cause: CauseName;
  /** Which kind of it, a short phrase: `gzip header`, `ar member`, `DW_AT_comp_dir`, `__DATE__`. */
  readonly kind: string;
  readonly certainty: Certainty;
  readonly place: Place;
  /** Byte offset in the innermost content that has both values; undefined where there is none (a directory's order). */
  readonly offsetA: number | undefined;
  readonly offsetB: number | undefined;
  /** Both values as a person reads them; untrusted text, at most 200 characters each. */
  readonly a: string;
  readonly b: string;
  /** One sentence with the exact flag or setting that ends it. */
  readonly remedy: string;
  /** Follows from another difference (a checksum, a build-id, the size of a container): no cause of its own. */
  readonly consequence: boolean;
  /** Differences of this same kind at this place beyond this one. */
  readonly more: number;
}

/** What a field is about, so that causes and normalisers need not know every format's names. */
export type FieldKind =
  | 'time'
  | 'owner'
  | 'mode'
  | 'name'
  | 'link'
  | 'size'
  | 'checksum'
  | 'signature'
  | 'flags'
  | 'version'
  | 'compression'
  | 'id'
  | 'inode'
  | 'attribute'
  | 'padding'
  | 'text'
  | 'other';

/** A header value that differs. */
export interface FieldDifference {
  /** As the format's specification calls it, for example `mtime`. */
  readonly name: string;
  readonly kind: FieldKind;
  /** For a person: times as `2026-11-21T12:00:00Z`, modes as octal. Untrusted text; undefined: not there. */
  readonly a: string | undefined;
  readonly b: string | undefined;
  /** Times only, seconds since 1970. */
  readonly secondsA?: number;
  readonly secondsB?: number;
  /** Offset in the container's own bytes (decompressed, where it was compressed). */
  readonly offsetA: number | undefined;
  readonly offsetB: number | undefined;
}

/** A run of bytes that differs, with what stands around it. */
export interface RangeDifference {
  readonly offsetA: number;
  readonly offsetB: number;
  /** Bytes that differ; 0 on one side: inserted or removed. */
  readonly lengthA: number;
  readonly lengthB: number;
  /** Up to `sampleBytes` bytes from `sampleOffset` on, which lies a little before the range; hexadecimal in JSON. */
  readonly sampleA: Uint8Array;
  readonly sampleB: Uint8Array;
  readonly sampleOffsetA: number;
  readonly sampleOffsetB: number;
}

/** Why part of an answer is missing. */
export type UnexaminedReason =
  | 'too-deep'
  | 'too-large'
  | 'out-of-time'
  | 'damaged'
  | 'encrypted'
  | 'unsupported'
  | 'unreadable'
  | 'tool-missing'
  | 'too-many-differences';

export interface Unexamined {
  readonly place: Place;
  readonly reason: UnexaminedReason;
  /** What exactly, in words; for `tool-missing` the tool and its Debian package. */
  readonly detail: string;
  /** Which of both it is about, where that is known. */
  readonly side?: 'a' | 'b' | 'both';
}

/** One thing that differs, and what differs inside it. The root's name is that of artifact A. */
export interface Difference {
  readonly name: string;
  /** Where it has another name in B (same content, or the only candidate). */
  readonly nameInB: string | undefined;
  readonly presence: 'both' | 'only-a' | 'only-b';
  /** The reader that understood it; undefined: plain bytes. */
  readonly format: string | undefined;
  /** Kinds of file, where they differ: `file`, `directory`, `symlink`, … */
  readonly types: readonly [a: string, b: string] | undefined;
  readonly sizeA: number | undefined;
  readonly sizeB: number | undefined;
  /** Lower-case hexadecimal sha256 of whole files; undefined where it was not needed. */
  readonly sha256A: string | undefined;
  readonly sha256B: string | undefined;
  readonly fields: readonly FieldDifference[];
  /** The same parts in another order: the first that is elsewhere, and how many are. */
  readonly order:
    { readonly first: string; readonly firstInB: string; readonly moved: number } | undefined;
  /** Where no reader goes further. Bounded; `moreRanges` are left out. */
  readonly ranges: readonly RangeDifference[];
  readonly moreRanges: number;
  /** Lines of text that differ, where both are text. Bounded; unified form without its header. Untrusted. */
  readonly textDiff: string | undefined;
  readonly findings: readonly Finding[];
  /** Why it differs only because of others beside it, in words; then its findings are consequences. */
  readonly follows?: string;
  readonly children: readonly Difference[];
  readonly unexamined: readonly Unexamined[];
}

/** A difference that a named normaliser hid. */
export interface Hidden {
  readonly normaliser: string;
  readonly place: Place;
  /** What was hidden, in words: `mtime 2026-… / 2027-…`. */
  readonly detail: string;
}

/** A leaf cause and the chains of containers that differ because of it, outermost first. */
export interface RootCause {
  readonly place: Place;
  readonly causes: readonly CauseName[];
  /** Places that differ only because of this one and others listed with them. */
  readonly explains: readonly Place[];
  /** Of `explains`, those that would be identical without this one alone. */
  readonly alone: readonly Place[];
  /** Other places that hold the same two contents: the same thing, built once and packed again. */
  readonly also: readonly Place[];
  /** Of `explains`, those that hold it as such things are usually put together: nothing that was read shows it. */
  readonly assumed: readonly Place[];
}

/**
 * `undecided`: no difference was seen, or all that were seen are ignored, but not everything could be examined
 * (see `unexamined`). Counts as no.
 */
export type CompareVerdict = 'identical' | 'equal-after-ignoring' | 'differs' | 'undecided';

/** The answer of `selfsame compare`. */
export interface CompareReport {
  readonly version: 1;
  /** As they were given. */
  readonly a: string;
  readonly b: string;
  /** `identical` only if every byte, and every compared property of trees, was seen to be equal. */
  readonly verdict: CompareVerdict;
  /** The root, or undefined when identical. */
  readonly difference: Difference | undefined;
  readonly rootCauses: readonly RootCause[];
  /** Normalisers asked for, in the order in which they were applied, with how much each hid. */
  readonly ignored: readonly { readonly normaliser: string; readonly hid: number }[];
  readonly hidden: readonly Hidden[];
  /** Parts of the answer that are missing. */
  readonly unexamined: readonly Unexamined[];
  /** What lists of digests say was compared, not the bytes that they speak of or are made of. */
  readonly lists?: boolean;
  /** What else is to be known of A and B, in words; untrusted text. */
  readonly notes?: readonly string[];
  readonly totals: {
    /** Things other than directories that were compared, those that stand for each other as one. */
    readonly files: number;
    readonly bytes: number;
    /** Of `files`, those that differ, whether they are shown or not; never more than them. */
    readonly differing: number;
    /** Directories that only one side has, or whose permissions differ. */
    readonly differingDirectories: number;
    readonly milliseconds: number;
  };
  /** Where `--deep` put diffoscope's page for a place. */
  readonly deep: readonly { readonly place: Place; readonly file: string }[];
}

/** Bounds on one comparison; all are counts of what is read, not of what is believed from headers. */
export interface CompareLimits {
  /** Containers in containers. */
  readonly depth: number;
  /** Decompressed bytes of the whole comparison, both sides together. */
  readonly expandedBytes: number;
  /** Decompressed bytes per compressed one, above `freeBytes`, of any one container. */
  readonly ratio: number;
  readonly freeBytes: number;
  /** Parts of any one container, and of a tree. */
  readonly parts: number;
  /** Bytes of a member that are held in memory; larger ones go to the scratch directory. */
  readonly heldBytes: number;
  readonly milliseconds: number;
  /** Differences reported in one report. */
  readonly differences: number;
  /** Differing ranges kept of any one leaf. */
  readonly ranges: number;
}
