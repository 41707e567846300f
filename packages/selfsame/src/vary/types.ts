/** Contract of `check`: conditions, variations, builds, and what was found. Types only; `--json` prints the report as it stands. */

import type { Canaries } from '../compare/causes/cause.js';
import type { CauseName, Difference } from '../compare/types.js';
import type { SourceModes } from '../sandbox/determinizer/sources.js';
import type { DeterminismLevel } from '../sandbox/types.js';

/** Everything about a build's surroundings that a variation may change. All of it is made by the sandbox; nothing outside changes. */
export interface Conditions {
  /** Modes of the determinizer's sources; those left out are `fixed`, and `delays` and `memoryPoison` `real`. */
  readonly sources: SourceModes;
  /** Of everything the determinizer fixes. */
  readonly seed: string;
  /** The clock's start, seconds since 1970: `startOfClock` (clock.ts) of the three below. */
  readonly epoch: number;
  /** Time of the sources, which nothing varies; seconds since 1970. */
  readonly sourceEpoch: number;
  /** Seconds later than the sources. */
  readonly timeShift: number;
  /** The clock starts in the last seconds of that year: always, or where `timeShift` is 0. */
  readonly yearEnd: 'no' | 'always' | 'unless-shifted';
  /** Nanoseconds that a reading of the clock adds. */
  readonly clockStep: number;
  readonly hostname: string;
  /** NIS domain name and domain of the host's full name. */
  readonly domain: string;
  readonly user: {
    readonly name: string;
    readonly uid: number;
    readonly gid: number;
    readonly group: string;
  };
  readonly home: string;
  /** Where the tree is, absolute; the working directory inside it follows. */
  readonly path: string;
  readonly temporaryDirectory: string;
  readonly locale: string;
  readonly timezone: string;
  readonly umask: number;
  /** Processors shown by affinity, /proc and /sys. */
  readonly cpus: number;
  /** Processors that it may in fact use; undefined: all of the machine's. */
  readonly affinity: number | undefined;
  /** For `-j`, where the command leaves it to us (`{jobs}` in it, MAKEFLAGS, DEB_BUILD_OPTIONS, CMAKE_BUILD_PARALLEL_LEVEL). */
  readonly jobs: number;
  readonly cpuModel: string;
  readonly memory: number;
  readonly kernelRelease: string;
  readonly kernelVersion: string;
  /** `x86_64`, or what setarch(8) makes of it. */
  readonly machine: string;
  /** Bits of personality(2) beyond the machine's. */
  readonly personality: number;
  /** Added to the environment; undefined: removed. */
  readonly variables: Readonly<Record<string, string | undefined>>;
  /** Appended to PATH. */
  readonly pathDirectories: readonly string[];
  /** What /bin/sh is; undefined: as it is. */
  readonly shell: string | undefined;
  /** Standard output and error are a terminal of 80 × 24. */
  readonly terminal: boolean;
  readonly network: 'none' | 'host';
  /** What the tree is built on. */
  readonly fileSystem: 'overlay' | 'tmpfs';
  /** Block size that file systems are shown with, bytes. */
  readonly blockSize: number;
  /** nice(1). */
  readonly niceness: number;
}

/** What of this machine decides which variations work. Found by trying, once per check. */
export interface HostFacts {
  readonly privileged: boolean;
  /** The determinizer works here; otherwise the reason. */
  readonly determinizer: true | string;
  readonly fuse: boolean;
  /** Processors we may use. */
  readonly cpus: number;
  /** Locales that are installed, as `locale -a` names them. */
  readonly locales: readonly string[];
  /** Shells that are there, absolute and without links. */
  readonly shells: readonly string[];
  /** The one that /bin/sh is, so; undefined: there is none. */
  readonly sh: string | undefined;
  /** Named time zones that are installed, of those that are asked for (variations/timezone/). */
  readonly zones: readonly string[];
  /** A tmpfs in which trees can be kept (/dev/shm), and bytes free there; undefined: none. */
  readonly memoryFileSystem: { readonly path: string; readonly free: number } | undefined;
  /** Variations that do not work in these builds, whatever the host, with the reason. */
  readonly notHere?: Readonly<Record<string, string>>;
  /** This account can lower its priority. */
  readonly niceness: boolean;
}

/** One deliberate change: a folder `variations/<name>/` with `<name>.ts`, a test and a README.md (what it changes, what it needs, how to undo). */
export interface Variation {
  /** `build-path`, `time`, `file-order`, … */
  readonly name: string;
  /** A few words for tables: `build path`. */
  readonly title: string;
  /** One sentence. */
  readonly changes: string;
  /** What it needs of the host, in words; `nothing` for most. */
  readonly needs: string;
  /** How to undo it: `nothing: it ends with the sandbox` for most. */
  readonly undo: string;
  /** Only where it is asked for by name. */
  readonly onRequest?: boolean;
  /** Causes of `compare/causes/` that it brings out. */
  readonly causes: readonly CauseName[];
  /** First level at which builds of recipes have this constant; undefined: none. */
  readonly fixedAt: 'fixed' | 'virtual' | undefined;
  /** Sources of the determinizer's log that stand for it: if no process used any, it cannot have mattered. Empty: unknown. */
  readonly sources: readonly (keyof SourceModes)[];
  /** Whether it works here: otherwise why not, in words, and what would make it. */
  available(
    host: HostFacts,
  ): { readonly works: true } | { readonly works: false; readonly why: string };
  /** The conditions with this change. Pure; the seed decides where there is a choice. Variations commute. */
  apply(conditions: Conditions, host: HostFacts, seed: string): Conditions;
  /** What it changed, for a person. */
  values(before: Conditions, after: Conditions): { readonly a: string; readonly b: string };
}

/** One process, as the determinizer's log has it, that wrote a file. */
export interface Writer {
  readonly executable: string;
  /** Bounded. Untrusted text. */
  readonly arguments: readonly string[];
  readonly directory: string;
  /** Sources that it or the processes that led to it used, with how often. */
  readonly sources: Readonly<Partial<Record<keyof SourceModes, number>>>;
}

/** One build under conditions. */
export interface BuildRun {
  /** `build-1` … in the order in which they were made. */
  readonly id: string;
  /** Names of the variations that were on, sorted. */
  readonly varied: readonly string[];
  readonly conditions: Conditions;
  readonly canaries: Canaries;
  readonly outcome:
    | { readonly type: 'built' }
    /** The command itself failed, or was stopped: that is a finding, if others did not. */
    | { readonly type: 'failed'; readonly why: string; readonly lastLines: readonly string[] };
  /** Directory with what it made, as `artifacts` names it; undefined if it failed. */
  readonly tree: string | undefined;
  readonly artifacts: readonly Artifact[];
  /** Paths of what was given and is there no more: other builds may have left it. */
  readonly gone?: readonly string[];
  readonly milliseconds: number;
  /** The determinizer's log; undefined where it was not used. */
  readonly logPath: string | undefined;
  /** What could not be done as asked, in words. */
  readonly notes: readonly string[];
  /** Paths outside of its tree that it wrote (they vanished), bounded. */
  readonly wroteOutside: readonly string[];
}

/** A thing a build made. */
export interface Artifact {
  /** Path in the tree, `/`-separated, sorted by bytes. */
  readonly path: string;
  readonly type: 'file' | 'symlink' | 'directory';
  /** Of a file's bytes, a link's target; lower-case hexadecimal. */
  readonly sha256: string;
  readonly mode: number;
  readonly size: number;
}

/** Makes builds. One per kind of thing that is checked: a command on this machine's root, in a locked environment, a recipe. */
export interface Builder {
  /** What decides which variations work in these builds. */
  readonly host: HostFacts;
  /** Conditions of a build with nothing varied. */
  readonly base: Conditions;
  /** Level of the recipe, whatever level the check's builds have; undefined: there is no recipe. */
  readonly level?: DeterminismLevel;
  /**
   * A file or link of `run.tree` as an artifact, also one that this build left as it was given; undefined: not there.
   * For paths that another build made or changed.
   */
  artifactAt(run: BuildRun, path: string): Promise<Artifact | undefined>;
  /** Builds and keeps what came out until the check is over. Rejects only when selfsame itself fails or is interrupted. */
  build(conditions: Conditions, varied: readonly string[], id: string): Promise<BuildRun>;
}

/** Why an artifact differs, or why the build fails. */
export type Dependence =
  /** Two builds with nothing varied differ. */
  | { readonly type: 'always'; readonly why: string }
  /** Each is a minimal set: all of its variations together make it differ, and without any one of them it does not. */
  | {
      readonly type: 'with';
      readonly sets: readonly (readonly string[])[];
      /** The budget ended before it was known whether there are more sets. */
      readonly incomplete?: true;
    }
  /** Under the same conditions, but for when processes were stopped, it differed in some builds and not in others. */
  | { readonly type: 'sometimes'; readonly differed: number; readonly builds: number }
  /** The budget ended before the search did: one of these is in it. */
  | {
      readonly type: 'unsearched';
      readonly candidates: readonly string[];
      /** It was not to be searched. */
      readonly quick?: true;
    };

export interface ArtifactReport {
  readonly path: string;
  readonly status: 'identical' | 'differs';
  /** Of those that differ. */
  readonly dependence: Dependence | undefined;
  /** For each variation: did it make this differ? undefined: not known. Cells of the matrix. */
  readonly matrix: Readonly<Record<string, boolean | undefined>>;
  /** Between the two builds that show it best. */
  readonly difference: Difference | undefined;
  readonly builds: readonly [a: string, b: string] | undefined;
  /** Causes of its findings that are no consequences, most certain first; of all, where it follows from others. */
  readonly causes: readonly CauseName[];
  /** Another artifact that this one differs because of, by path. */
  readonly consequenceOf: readonly string[];
  /** First level at which it came out, or would come out, the same; undefined: none is known. */
  readonly vanishesAt: 'fixed' | 'virtual' | undefined;
  readonly writers: readonly Writer[];
}

export type CheckVerdict =
  /** Every build made the same under every variation that could be made. */
  | 'reproducible'
  | 'differs'
  /** It failed under some variation only. */
  | 'fails-when-varied'
  /** It fails with nothing varied. */
  | 'does-not-build'
  /** It made nothing to compare. */
  | 'no-artifacts';

/** The answer of `selfsame check`. */
export interface CheckReport {
  readonly version: 1;
  /** What was checked, for a person: a command line or `zlib@default`. */
  readonly subject: string;
  readonly directory: string;
  /** Of the recipe that was checked: what `selfsame build` holds constant; undefined: none was. */
  readonly level?: DeterminismLevel;
  readonly verdict: CheckVerdict;
  readonly variations: readonly {
    readonly name: string;
    readonly title: string;
    readonly status: 'used' | 'skipped' | 'left-out';
    /** Why it was skipped, or left out. */
    readonly why: string | undefined;
    readonly a: string | undefined;
    readonly b: string | undefined;
    /** No process asked for what it changes: nothing is said about it. */
    readonly neverAsked: boolean;
    readonly needs: string;
  }[];
  readonly builds: readonly {
    readonly id: string;
    readonly varied: readonly string[];
    readonly outcome: BuildRun['outcome'];
    readonly milliseconds: number;
    readonly notes: readonly string[];
  }[];
  /** All that differ, then the number of those that do not. */
  readonly artifacts: readonly ArtifactReport[];
  readonly identical: number;
  /** Minimal sets of variations under which the build fails. */
  readonly failures: readonly {
    readonly dependence: Dependence;
    readonly why: string;
    readonly lastLines: readonly string[];
  }[];
  /** The search ended because of the budget. */
  readonly budgetSpent: boolean;
  /** What nobody can vary or cover here, in words. */
  readonly notCovered: readonly string[];
  readonly wroteOutside: readonly string[];
  readonly milliseconds: number;
}
