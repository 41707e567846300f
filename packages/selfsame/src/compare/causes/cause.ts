import type {
  CauseName,
  Certainty,
  Difference,
  FieldDifference,
  Place,
  RangeDifference,
} from '../types.js';

/** Rare values that one side was built under: finding one, in any encoding, names the cause. */
export interface Canaries {
  /** Clock at the start, seconds since 1970; file times and reads of the clock lie up to a day after it. */
  readonly epoch: number;
  readonly hostname: string;
  readonly domain: string;
  readonly user: string;
  readonly group: string;
  readonly uid: number;
  readonly gid: number;
  readonly home: string;
  /** Where the tree was built. */
  readonly path: string;
  readonly temporaryDirectory: string | undefined;
  readonly timezone: string;
  readonly locale: string;
  readonly kernelRelease: string;
  readonly machine: string;
  readonly cpus: number;
  readonly jobs: number;
  readonly cpuModel: string | undefined;
  /** First process number, where it is known. */
  readonly pid: number | undefined;
  readonly umask: number;
  readonly shell: string | undefined;
  /** Variables that were set for the one purpose of being found, by name. */
  readonly variables: Readonly<Record<string, string>>;
  /** Directories put on PATH to be found. */
  readonly pathDirectories: readonly string[];
}

/** One difference, as a recogniser sees it: exactly one of `field`, `range`, `order`, `presence`. */
export interface Evidence {
  readonly place: Place;
  /** Readers of the enclosing containers, outermost first, and that of the thing itself if there is one. */
  readonly formats: readonly string[];
  readonly field: FieldDifference | undefined;
  readonly range: RangeDifference | undefined;
  readonly order: NonNullable<Difference['order']> | undefined;
  readonly presence: 'only-a' | 'only-b' | undefined;
  /** Whole contents, where both are at most 1 MiB: for what needs all lines. */
  readonly wholeA: Uint8Array | undefined;
  readonly wholeB: Uint8Array | undefined;
  /** What each side was built under, if we built them. */
  readonly canariesA: Canaries | undefined;
  readonly canariesB: Canaries | undefined;
}

/** What a recogniser says; the engine adds place and offsets. */
export interface Recognition {
  readonly kind: string;
  readonly certainty: Certainty;
  /** Both values as a person reads them. */
  readonly a: string;
  readonly b: string;
  readonly remedy: string;
  readonly consequence?: boolean;
  /** Where the value itself stands in the innermost content, where that is known better than the range. */
  readonly offsetA?: number | undefined;
  readonly offsetB?: number | undefined;
}

/** One cause: a file `causes/<name>.ts`. */
export interface Cause {
  readonly name: CauseName;
  /** For headings: `Time of the build`. */
  readonly title: string;
  /** One sentence: how it gets into artifacts. */
  readonly summary: string;
  /** How it shows: a sentence for docs/causes.md. */
  readonly looks: string;
  /** What ends it, for docs/causes.md; findings say the one that fits. */
  readonly remedies: readonly string[];
  /** Names of variations (vary/variations/) that bring it out. */
  readonly variations: readonly string[];
  /** First level of determinism at which it cannot occur; undefined: none ends it. */
  readonly endsAt: 'fixed' | 'virtual' | undefined;
  /** The most certain answer this cause has to the evidence, or undefined. Pure and bounded. */
  recognise(evidence: Evidence): Recognition | undefined;
}
