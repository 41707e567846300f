import type { Sha256 } from '../store/types.js';

/** Intent, as written in selfsame.yaml. */
export interface EnvironmentSpec {
  readonly name: string;
  readonly distribution: 'debian';
  /** Suite code name, for example `bookworm`. */
  readonly suite: string;
  /** Debian architecture name, for example `amd64`. */
  readonly architecture: string;
  readonly components: readonly string[];
  /** Further suites of the same archive, for example `bookworm-updates`; default none. */
  readonly extraSuites: readonly string[];
  /** Package names, optionally `name=version`. */
  readonly packages: readonly string[];
}

/** Fact: one package of a lock. */
export interface LockedPackage {
  readonly name: string;
  readonly version: string;
  readonly architecture: string;
  readonly sha256: Sha256;
  /** Bytes of the .deb. */
  readonly size: number;
  /** Path below the archive's root, starting `pool/`. Never a URL. */
  readonly path: string;
}

/** One part of an environment that is composed and configured together, on top of the parts before it. */
export interface LockedStage {
  /** `base` (Essential and what it needs), `toolchain` (build-essential's closure, where asked for), `packages` (the rest). */
  readonly name: 'base' | 'toolchain' | 'packages';
  /** Sorted by name, then architecture: nothing may depend on their order. */
  readonly packages: readonly LockedPackage[];
}

export interface LockedEnvironment {
  readonly name: string;
  /** sha256 of the canonical JSON of the intent this was resolved from: a changed intent shows as an outdated lock. */
  readonly intent: Sha256;
  readonly distribution: 'debian';
  readonly suite: string;
  readonly architecture: string;
  /** Seconds since 1970: the newest Release date; the clock of maintainer scripts and bound of file times. */
  readonly epoch: number;
  /** The signed Release files it came from. */
  readonly releases: readonly {
    readonly suite: string;
    readonly sha256: Sha256;
    readonly date: string;
    readonly signedBy: readonly string[];
  }[];
  readonly stages: readonly LockedStage[];
}

/** A materialised environment, ready to be the root of a sandbox. */
export interface MaterialisedEnvironment {
  readonly name: string;
  /** sha256 of the finished tree (names, types, modes, owners, times, contents); equal on every machine. */
  readonly digest: Sha256;
  /** Read-only directories, topmost first, for SandboxRequest.rootLayers. */
  readonly rootLayers: readonly string[];
}
