import type { LockedPackage, MaterialisedEnvironment } from '../environment/types.js';
import type { FetchedInput, PinnedInput } from '../inputs/types.js';
import type { PlannedBuild, PlannedInput } from '../recipe/types.js';
import type { RunInSandbox } from '../sandbox/types.js';
import type { Sha256 } from '../store/types.js';

/**
 * What the engine needs from the parts before it. The real ones are in real-dependencies.ts; tests
 * hand in fakes, so that the engine is tested without root, network or a distribution.
 */
export interface EngineDependencies {
  /** What an input's content is: from the lock, or from the recipe where that pins it. Rejects when neither says. */
  pinInput(build: PlannedBuild, input: PlannedInput): Promise<PinnedInput>;
  /** Brings the pinned content into the store. */
  fetchInput(build: PlannedBuild, input: PlannedInput, pinned: PinnedInput): Promise<FetchedInput>;
  /** What the lock says of the build's environment. Rejects when it says nothing, or something outdated. */
  lockedEnvironment(build: PlannedBuild): EnvironmentFacts;
  /** Makes the environment ready. Called once per environment digest and run of the engine. */
  materialise(build: PlannedBuild): Promise<MaterialisedEnvironment>;
  /** Makes a tree that builds left, perhaps owned by mapped ids and unreadable to us, belong to us. */
  takeBack(path: string): Promise<void>;
  readonly runInSandbox: RunInSandbox;
}

export interface EnvironmentFacts {
  /** Digest of everything of the lock that decides the environment's content. */
  readonly digest: Sha256;
  /** Seconds since 1970. */
  readonly epoch: number;
  /** Keys of the store's `environments` entries it is made of, so that gc keeps them. */
  readonly stages: readonly Sha256[];
  /** What is installed in it, for provenance. */
  readonly packages: readonly LockedPackage[];
}
