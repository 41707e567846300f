import type { SourceModes } from '../sandbox/determinizer/sources.js';
import type { DeterminismLevel, Limits } from '../sandbox/types.js';
import type { EnvironmentSpec } from '../environment/types.js';
import type { InputSpec } from '../inputs/schema.js';

/** One project built for one target, every expression expanded. Nothing here depends on this machine. */
export interface PlannedBuild {
  /** `project@target`, unique in a plan and used in events and messages. */
  readonly key: string;
  readonly project: string;
  readonly version: string;
  readonly target: string;
  /** Absolute path of the recipe file, for messages only; never part of an id. */
  readonly recipeFile: string;
  readonly environment: EnvironmentSpec;
  readonly determinism: DeterminismLevel;
  /** At level `virtual`: sources that are not as the level has them. */
  readonly sources?: SourceModes;
  readonly inputs: readonly PlannedInput[];
  readonly needs: readonly PlannedNeed[];
  readonly steps: readonly PlannedStep[];
  /** Patterns of files below `/build/out`; each must match at least one file. */
  readonly outputs: readonly string[];
  readonly limits: Limits;
  /** CPUs and memory shown to the build, part of the definition. */
  readonly cpus: number;
  readonly memoryShown: number;
  /** Recipe's own `sourceDateEpoch`; else derived from the inputs' dates. */
  readonly sourceDateEpoch: number | undefined;
}

export interface PlannedInput {
  /** Mounted at `/build/inputs/<name>`: a directory holding the file, or the tree itself. */
  readonly name: string;
  readonly spec: InputSpec;
  /** A private writable copy at `/build/<at>` besides the read-only one; undefined: none. */
  readonly at: string | undefined;
}

export interface PlannedNeed {
  /** Mounted read-only at `/build/needs/<name>`: the needed build's artifacts, laid out as in its `/build/out`. */
  readonly name: string;
  /** Key of the needed build. */
  readonly build: string;
}

export interface PlannedStep {
  readonly name: string;
  readonly shell: 'sh' | 'bash';
  readonly script: string;
}

/** A closed, acyclic set of builds. */
export interface Plan {
  readonly builds: ReadonlyMap<string, PlannedBuild>;
  /** Keys, every build after what it needs; ties in byte order of the keys. */
  readonly order: readonly string[];
}
