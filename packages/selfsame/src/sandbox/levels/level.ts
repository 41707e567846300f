import type { NativeProgram } from '../../util/native.js';
import type { DeterminizerConfiguration } from '../determinizer/configuration.js';
import type { SandboxDescription, Surroundings } from '../types.js';

/** A file of constant content, by its path in the sandbox. */
export interface ConstantFile {
  readonly path: string;
  readonly content: string;
}

/**
 * What a level asks of the sandbox. This is the seam for further levels: `machine` is another `Level` whose runs do not happen in a
 * container at all; request, outcome and everything around them stay.
 */
export interface LevelPlan {
  /** The program that is process 1 and supervises the command; it reads native/src/init/plan.h. */
  readonly supervisor: NativeProgram;
  /** Variables of the command; the request's own are added and win. */
  readonly environment: Readonly<Record<string, string>>;
  /** Constants laid over files of /proc that exist on this kernel. */
  readonly facts: readonly ConstantFile[];
  /** All there is in /sys; none: the environment's own (empty) directory. */
  readonly system: readonly ConstantFile[];
  /** Answers of the supervisor to uname, sysinfo and the affinity calls; undefined: the kernel's own. */
  readonly answers:
    | {
        readonly cpus: number;
        readonly memory: number;
        readonly release: string;
        readonly version: string;
      }
    | undefined;
  /**
   * Runs the command under the determinizer, which then answers in place of the supervisor; the user, the start of
   * the build and the log are added by the run. Undefined: without it.
   */
  readonly determinizer?: DeterminizerConfiguration;
  /** Address-space layout randomisation off. */
  readonly fixedLayout: boolean;
}

export interface Level {
  readonly name: SandboxDescription['level'];
  /** A function of the two alone: nothing of this machine may enter. */
  plan(description: SandboxDescription, surroundings: Surroundings): LevelPlan;
}
