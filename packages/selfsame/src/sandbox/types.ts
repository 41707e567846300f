import type { SourceMode, SourceName } from './determinizer/sources.js';
import type { LogSummary } from './determinizer/log-summary.js';

/**
 * How much of the world is made constant (docs/determinism-levels.md):
 * `none` isolation only · `fixed` all that can be fixed from outside · `virtual` also what programs ask the
 * kernel for · `machine` is another engine with the same interface, refused with `LEVEL_NOT_AVAILABLE` until it exists.
 */
export type DeterminismLevel = 'none' | 'fixed' | 'virtual' | 'machine';

export interface Mount {
  /** Absolute path on the host. */
  readonly source: string;
  /** Absolute path in the sandbox; created if missing. */
  readonly target: string;
  readonly writable: boolean;
}

/**
 * The machine's own root file system as the root of a sandbox (sandbox/machine-root/): seen as it is, changed only in
 * a top that vanishes with the run. The command is the caller: real root stays root, anybody else is
 * the description's user, whose files are the caller's outside.
 */
export interface MachineRoot {
  /** Real root: every id is itself. Otherwise there is no id but the caller's own. */
  readonly privileged: boolean;
  /** Where other file systems are mounted below `/`, outer ones first: absolute paths. */
  readonly mounted: readonly string[];
  /** Shown read-only as they are; missing ones are left out. */
  readonly shown: readonly string[];
  /** Emptied if they are there. */
  readonly hidden: readonly string[];
  /** A directory of the machine whose changes vanish, shown also at `inside`; empty if it is not there. */
  readonly home: { readonly path: string; readonly inside: string };
  /** Constant files laid over those of the machine that exist. */
  readonly files: readonly { readonly path: string; readonly content: string }[];
}

/** The value of a limit of `Limits` that is none: for a person's own command on a person's own machine. */
export const unlimited = Number.MAX_SAFE_INTEGER;

/** Passes signals on to the command while it runs. `listen` gets a function that sends one by number, and returns how to stop. */
export type PassSignals = (send: (signal: number) => void) => () => void;

/** Bounds on one command. All are required; `unlimited` says that there is none. */
export interface Limits {
  readonly wallSeconds: number;
  readonly memoryBytes: number;
  readonly processes: number;
  /** Total bytes the command may leave in its writable directories; also the largest single file. */
  readonly diskBytes: number;
  /** Bytes of output before it is stopped. */
  readonly outputBytes: number;
}

/** The part of a sandbox that can influence the bits, and is therefore part of the build definition. */
export interface SandboxDescription {
  readonly level: DeterminismLevel;
  readonly hostname: string;
  readonly user: { readonly name: string; readonly uid: number; readonly gid: number };
  /** Working directory root inside, always `/build` for recipes. */
  readonly path: string;
  /** CPUs the build is told it has, 1 to 1024, whatever the machine has. */
  readonly cpus: number;
  /** Memory the build is told it has, bytes. */
  readonly memoryShown: number;
  readonly umask: number;
  /** Seconds since 1970: SOURCE_DATE_EPOCH. */
  readonly sourceDateEpoch: number;
  readonly locale: string;
  readonly timezone: string;
  /** Only at level `virtual`, where it is always there. */
  readonly virtual?: VirtualDescription;
}

/** What level `virtual` fixes beyond `fixed`: all of it decides over bits. */
export interface VirtualDescription {
  /** Of the level's meaning (sandbox/levels/virtual.ts): another version is another build. */
  readonly version: number;
  /** Of all that is fixed: random bytes, numbers of files. */
  readonly seed: string;
  readonly sources: Readonly<Record<SourceName, SourceMode>>;
}

/** Of a run at level `virtual`. */
export interface DeterminizerRequest {
  /** When the whole build began, milliseconds since 1970: files from then on are the build's. Default: now. */
  readonly startedAt?: number;
  /** File for the determinizer's log; it must not be within the command's reach. Default: none. */
  readonly logPath?: string;
  /** Log each file opened for writing; default false. */
  readonly logWrites?: boolean;
}

/**
 * What a command is told of the machine beyond its description, and how it is run. Constant for builds and runs
 * (levels/surroundings.ts); `check` varies it. None of it is part of a build definition.
 */
export interface Surroundings {
  /** Fields of uname(2), at most 64 bytes each. */
  readonly kernelRelease: string;
  readonly kernelVersion: string;
  readonly machine: string;
  /** NIS domain name: `(none)` if there is none. */
  readonly domain: string;
  /** `model name` in /proc/cpuinfo. */
  readonly processorModel: string;
  /** Of file systems, as stat(2) and statfs(2) say; a power of two from 512 to 65536 bytes. Level `virtual` only. */
  readonly blockSize: number;
  /** Nanoseconds a reading of the clock adds. Level `virtual` only. */
  readonly clockStep: number;
  /** Bits of personality(2) that the command has besides ADDR_NO_RANDOMIZE. */
  readonly personality: number;
  /** The level sets SOURCE_DATE_EPOCH. */
  readonly tellsSourceDate: boolean;
  /** nice(1): 0 to 19. */
  readonly niceness: number;
  /** Processors it may in fact use, the first so many of ours; undefined: all. */
  readonly affinity: number | undefined;
  /** Standard input, output and error are a terminal of this size; what is printed comes as standard output. */
  readonly terminal: { readonly columns: number; readonly rows: number } | undefined;
  /** Regular files of the machine laid over names that may be links. Machine roots only. */
  readonly laidOver: readonly { readonly source: string; readonly target: string }[];
  /** What /etc says besides the description. Sandboxes of environments only; machine roots have files of their own. */
  readonly names: SurroundingNames;
}

/** Left out: the group has the user's name, the home is in /home, the host has no domain. */
export interface SurroundingNames {
  readonly group?: string;
  readonly home?: string;
  /** Of the host, with its domain. */
  readonly fullName?: string;
}

export interface SandboxRequest {
  /** Names the run in events, for example `zlib@default`. */
  readonly source: string;
  readonly description: SandboxDescription;
  /** Read-only directories that make up `/`, topmost first, owned by mapped ids (sandbox/user-namespace.ts). */
  readonly rootLayers: readonly string[];
  /** Instead of layers, which are empty then. */
  readonly machineRoot?: MachineRoot;
  /** Empty directory on the store's file system for the writable top; the caller owns and removes it. */
  readonly scratch: string;
  readonly mounts: readonly Mount[];
  /** argv; `command[0]` is looked up on the sandbox's PATH. */
  readonly command: readonly [string, ...string[]];
  readonly cwd: string;
  /** Variables added to the level's own; they win. */
  readonly env: Readonly<Record<string, string>>;
  /** Run as the description's user (builds) or as root inside the namespace (maintainer scripts). */
  readonly asRoot: boolean;
  /** `none` for every build step; `host` only for a person's shell that asked for it. */
  readonly network: 'none' | 'host';
  readonly limits: Limits;
  readonly determinizer?: DeterminizerRequest;
  /** Only `check` changes any. */
  readonly surroundings?: Partial<Surroundings>;
  /** `capture` sends output to `onOutput`; `inherit` gives the command our terminal (shells). */
  readonly stdio: 'capture' | 'inherit';
  /** The command gets our standard input, also with `capture`, and a session of its own, also with `inherit`. */
  readonly attached?: boolean;
  readonly passSignals?: PassSignals;
  readonly onOutput?: (stream: 'stdout' | 'stderr', chunk: Uint8Array) => void;
  readonly signal: AbortSignal;
}

/** Every way a run can end. Exactly one applies. */
export type Outcome =
  | { readonly type: 'exited'; readonly code: number }
  | { readonly type: 'signalled'; readonly signal: string }
  | { readonly type: 'timed-out'; readonly seconds: number }
  | { readonly type: 'out-of-memory'; readonly limitBytes: number }
  | {
      readonly type: 'disk-full';
      readonly limitBytes: number;
      readonly cause: 'limit' | 'file-system';
    }
  | { readonly type: 'too-much-output'; readonly limitBytes: number }
  | { readonly type: 'too-many-processes'; readonly limit: number }
  | { readonly type: 'cancelled' }
  /** What supervises the command inside the sandbox died while it ran; nothing of it can be trusted. */
  | { readonly type: 'supervisor-died'; readonly signal: string | undefined }
  | {
      readonly type: 'could-not-start';
      /** Which part refused, where the init or the determinizer said so; `command-missing` for one. */
      readonly stage?: string;
      readonly reason: string;
      readonly hint: string | undefined;
    };

export interface SandboxResult {
  readonly outcome: Outcome;
  readonly milliseconds: number;
  /** Highest memory seen, bytes, where the host could tell. */
  readonly peakMemoryBytes: number | undefined;
  /** What the level was asked to fix and could not on this host, in words; empty when all was fixed. */
  readonly notFixed: readonly string[];
  /** What the determinizer's log says, if one was asked for. */
  readonly determinizer?: LogSummary;
  /** Places of a machine root that the kernel would not overlay, so that programs cannot write there: absolute paths. */
  readonly readOnly?: readonly string[];
}

export type RunInSandbox = (request: SandboxRequest) => Promise<SandboxResult>;
