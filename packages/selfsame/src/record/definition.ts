import type { SandboxDescription } from '../sandbox/types.js';
import type { Sha256 } from '../store/types.js';

/**
 * Everything that can influence the bits of one build, as one document. Its build id is the sha256 of
 * its canonical JSON (RFC 8785). It never holds: checkout path, user name of the builder, CPU count of
 * the machine, URLs, mirrors, wall time, job limits. Every field says why it is in the key.
 */
export interface BuildDefinition {
  /** Format of this document: a change of meaning changes every id, on purpose. */
  readonly type: 'selfsame/build-definition/v1';
  /** Scripts may print it, and two projects with equal steps are still two things. */
  readonly project: string;
  /** As above: goes into file names and `--version` output. */
  readonly version: string;
  /** As above. */
  readonly target: string;
  /** The expanded scripts, in order: what is run. The shell changes their meaning. */
  readonly steps: readonly {
    readonly name: string;
    readonly shell: 'sh' | 'bash';
    readonly script: string;
  }[];
  /** What is read: by content and by place in the sandbox, sorted by name; never where it came from. */
  readonly inputs: readonly DefinitionInput[];
  /** Artifacts of other builds that are read: by content, sorted by name; an unchanged one ends the rebuild (early cut-off). */
  readonly needs: readonly DefinitionNeed[];
  /** Digest of the environment lock's stages: every tool and library that takes part. */
  readonly environment: Sha256;
  /** What the build can see of its surroundings. */
  readonly sandbox: SandboxDescription;
  /** What is kept: another selection of outputs is another result. Sorted. */
  readonly outputs: readonly string[];
}

export interface DefinitionInput {
  readonly name: string;
  readonly form: 'file' | 'tree';
  readonly digest: Sha256;
  /** Name inside `/build/inputs/<name>/`, which scripts can see; null for trees. */
  readonly fileName: string | null;
  /** Place of the writable copy below `/build`, or null. */
  readonly at: string | null;
}

export interface DefinitionNeed {
  readonly name: string;
  /** Digest of the needed build's artifact list (record/artifacts.ts), sorted by path. */
  readonly artifacts: Sha256;
}

/** One file a build made. */
export interface Artifact {
  /** Path below `/build/out`, `/`-separated. */
  readonly path: string;
  readonly sha256: Sha256;
  /** Bytes. */
  readonly size: number;
  /** Only the executable bit survives: 0o755 or 0o644. */
  readonly executable: boolean;
}
