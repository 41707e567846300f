import { hardlyAsked, neverAsked } from '../provenance/never-asked.js';
import { readProvenance } from '../provenance/provenance.js';
import type { Provenance } from '../provenance/provenance.js';
import type { BuildRun, Variation } from '../types.js';

/** What the logs of some builds say together. */
export interface LogsOfBuilds {
  /** By build; undefined where there is no log. */
  readonly logs: ReadonlyMap<BuildRun, Provenance>;
  /** Names of variations that no process of any of the builds asked for. */
  never(variations: readonly Variation[]): string[];
  /** The same without what every program does; only to decide what is tried first. */
  hardly(variations: readonly Variation[]): string[];
}

/** Logs of builds, each read once. */
export class ProvenanceOfBuilds {
  readonly #read = new Map<BuildRun, Promise<Provenance | undefined>>();

  async of(builds: readonly BuildRun[]): Promise<LogsOfBuilds> {
    const logs = new Map<BuildRun, Provenance>();
    for (const build of builds) {
      const log = await this.#of(build);
      if (log !== undefined) logs.set(build, log);
    }
    const whole = builds.length > 0 && logs.size === builds.length;
    const names = (
      variations: readonly Variation[],
      test: typeof neverAsked | typeof hardlyAsked,
    ): string[] =>
      whole
        ? variations.filter((each) => test(each, [...logs.values()])).map(({ name }) => name)
        : [];
    return {
      logs,
      never: (variations) => names(variations, neverAsked),
      hardly: (variations) => names(variations, hardlyAsked),
    };
  }

  #of(build: BuildRun): Promise<Provenance | undefined> {
    let reading = this.#read.get(build);
    if (reading === undefined) {
      const { logPath, conditions } = build;
      reading =
        logPath === undefined
          ? Promise.resolve(undefined)
          : // A log that cannot be read says nothing; what is claimed from builds does not rest on it.
            readProvenance(logPath, conditions.path).catch(() => undefined);
      this.#read.set(build, reading);
    }
    return reading;
  }
}
