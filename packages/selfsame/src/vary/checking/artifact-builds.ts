import type { Emit } from '../../events/event.js';
import type { Observation } from '../search/evidence.js';
import type { Artifact, Builder, BuildRun, HostFacts, Variation } from '../types.js';

export interface ArtifactBuildsOptions {
  readonly builder: Builder;
  readonly host: HostFacts;
  readonly used: readonly Variation[];
  readonly seed: string;
  readonly emit: Emit;
}

/** The builds of one check, by what they varied. */
export class ArtifactBuilds {
  readonly #options: ArtifactBuildsOptions;
  /** In the order in which they were started. */
  readonly #runs: (BuildRun | undefined)[] = [];
  readonly #bySet = new Map<string, BuildRun[]>();
  readonly #digests = new Map<BuildRun, ReadonlyMap<string, string>>();
  #reference: BuildRun | undefined;

  constructor(options: ArtifactBuildsOptions) {
    this.#options = options;
  }

  /** Makes one with these variations on. */
  async build(varied: readonly string[], attempt: number): Promise<Observation> {
    const { builder, used, emit } = this.#options;
    const index = this.#runs.push(undefined) - 1;
    const id = `build-${index + 1}`;
    const names = [...varied].sort();
    emit({ type: 'check-build-started', id, varied: names, variations: used.length });
    const run = await builder.build(this.conditions(names), names, id);
    this.#runs[index] = run;
    const key = names.join(' ');
    this.#bySet.set(key, [...(this.#bySet.get(key) ?? []), run]);
    if (names.length === 0 && attempt === 0) this.#reference = run;
    this.#digests.set(run, digests(run));
    const { outcome, milliseconds } = run;
    emit({
      type: 'check-build-finished',
      id,
      outcome: outcome.type,
      milliseconds,
      ...(outcome.type === 'failed' && { why: outcome.why }),
      ...(outcome.type === 'built' &&
        run !== this.#reference && { differing: this.differing(run).length }),
    });
    return outcome.type === 'failed'
      ? { type: 'failed' }
      : { type: 'built', artifacts: this.#digests.get(run) ?? new Map() };
  }

  /** What a build with these variations is made under. Variations commute. */
  conditions(varied: readonly string[]): BuildRun['conditions'] {
    const { builder, host, used, seed } = this.#options;
    return used
      .filter(({ name }) => varied.includes(name))
      .reduce((conditions, variation) => variation.apply(conditions, host, seed), builder.base);
  }

  /** The build with nothing varied that all others are compared with. */
  reference(): BuildRun | undefined {
    return this.#reference;
  }

  /** The first build with these variations that was built. */
  find(varied: readonly string[]): BuildRun | undefined {
    return this.#bySet
      .get([...varied].sort().join(' '))
      ?.find((run) => run !== this.#reference && run.outcome.type === 'built');
  }

  /** All, in the order in which they were started. */
  all(): readonly BuildRun[] {
    return this.#runs.filter((run) => run !== undefined);
  }

  trees(): ReadonlyMap<string, string> {
    return new Map(this.all().flatMap(({ id, tree }) => (tree === undefined ? [] : [[id, tree]])));
  }

  /** Artifacts that are not as in the first build, sorted. */
  differing(run: BuildRun): string[] {
    const one = this.#digestsOf(this.#reference);
    const other = this.#digestsOf(run);
    const paths = new Set([...one.keys(), ...other.keys()]);
    return [...paths].filter((path) => one.get(path) !== other.get(path)).sort();
  }

  differs(run: BuildRun, path: string): boolean {
    return this.#digestsOf(this.#reference).get(path) !== this.#digestsOf(run).get(path);
  }

  /** Every artifact that any build made. */
  paths(): ReadonlySet<string> {
    return new Set(this.all().flatMap(({ artifacts }) => artifacts.map(({ path }) => path)));
  }

  #digestsOf(run: BuildRun | undefined): ReadonlyMap<string, string> {
    return (run && this.#digests.get(run)) ?? new Map<string, string>();
  }
}

/** Text for each artifact that is equal exactly if type, mode and content are. */
function digests({ artifacts }: BuildRun): ReadonlyMap<string, string> {
  return new Map(artifacts.map((artifact) => [artifact.path, digest(artifact)]));
}

function digest({ type, sha256, mode }: Artifact): string {
  return `${type} ${mode.toString(8)} ${sha256}`;
}
