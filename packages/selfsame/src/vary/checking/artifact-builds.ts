import type { Emit } from '../../events/event.js';
import { shellWords } from '../../text/shell-words.js';
import type { Observation } from '../search/evidence.js';
import { seedOfValues } from '../other-values.js';
import { modeThatCounts } from './modes.js';
import { withSource } from '../conditions.js';
import type { Artifact, Builder, BuildRun, HostFacts, Variation } from '../types.js';

export interface ArtifactBuildsOptions {
  readonly builder: Builder;
  readonly host: HostFacts;
  readonly used: readonly Variation[];
  readonly seed: string;
  readonly emit: Emit;
}

const delayedNote = 'processes were stopped now and then, to bring out races';

const otherValuesNote = (seed: string): string =>
  `variations changed to other values than in the first builds: those of --seed ${shellWords([seed])}`;

/** The builds of one check, by what they varied. */
export class ArtifactBuilds {
  readonly #options: ArtifactBuildsOptions;
  /** In the order in which they were started. */
  readonly #runs: (BuildRun | undefined)[] = [];
  readonly #bySet = new Map<string, BuildRun[]>();
  /** Of builds that did not fail: all artifacts of any build that are there. */
  readonly #digests = new Map<BuildRun, Map<string, string>>();
  readonly #delayed = new Set<BuildRun>();
  readonly #otherValues = new Map<BuildRun, string>();
  /** What any build removed of what it was given. */
  readonly #gone = new Set<string>();
  #reference: BuildRun | undefined;
  /** Of the values of the latest builds. */
  #seed: string;

  constructor(options: ArtifactBuildsOptions) {
    this.#options = options;
    this.#seed = options.seed;
  }

  /**
   * Makes one with these variations on. `provoking`: processes are stopped now and then, each time elsewhere, where
   * `delays` is one of the variations. `values`: how often other values were chosen before; builds with earlier ones are not
   * found any more.
   */
  async build(
    varied: readonly string[],
    attempt: number,
    provoking: boolean,
    values: number,
  ): Promise<Observation> {
    const { builder, used, seed: given, emit } = this.#options;
    const seed = seedOfValues(given, values);
    if (seed !== this.#seed) {
      this.#seed = seed;
      for (const key of this.#bySet.keys()) if (key !== '') this.#bySet.delete(key);
    }
    const index = this.#runs.push(undefined) - 1;
    const id = `build-${index + 1}`;
    const names = [...varied].sort();
    emit({ type: 'check-build-started', id, varied: names, variations: used.length });
    const asked = this.conditions(names);
    const delayed = provoking && used.some(({ name }) => name === 'delays');
    const conditions = delayed ? withSource(asked, 'delays', `${seed} ${attempt}`) : asked;
    const run = await builder.build(conditions, names, id);
    this.#runs[index] = run;
    if (delayed) this.#delayed.add(run);
    if (names.length > 0 && seed !== given) this.#otherValues.set(run, seed);
    const key = names.join(' ');
    this.#bySet.set(key, [...(this.#bySet.get(key) ?? []), run]);
    if (names.length === 0 && attempt === 0) this.#reference = run;
    await this.#takeIn(run);
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

  /** Of the values that variations change to, as `--seed` takes it. */
  get seed(): string {
    return this.#seed;
  }

  /** What a build with these variations is made under, with the values of the latest builds. Variations commute. */
  conditions(varied: readonly string[]): BuildRun['conditions'] {
    const { builder, host, used } = this.#options;
    return used
      .filter(({ name }) => varied.includes(name))
      .reduce(
        (conditions, variation) => variation.apply(conditions, host, this.#seed),
        builder.base,
      );
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

  /** What is to be known of a build, in words. */
  notesOf(run: BuildRun): readonly string[] {
    const values = this.#otherValues.get(run);
    return [
      ...run.notes,
      ...(values === undefined ? [] : [otherValuesNote(values)]),
      ...(this.#delayed.has(run) ? [delayedNote] : []),
    ];
  }

  /** The first one, and of the others that were built the one with the most variations. */
  endpoints(): readonly BuildRun[] {
    const [most] = this.all()
      .filter((run) => run !== this.#reference && run.outcome.type === 'built')
      .filter(({ varied }) => varied.length > 0)
      .sort((a, b) => b.varied.length - a.varied.length);
    return [this.#reference, most].filter((run) => run !== undefined);
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
    return new Set([...this.#digests.values()].flatMap((sums) => [...sums.keys()]));
  }

  /**
   * What one build made, changed or removed and another left as it was given is an artifact of both. Sums of earlier builds grow with
   * it, so that every later question sees them.
   */
  async #takeIn(run: BuildRun): Promise<void> {
    if (run.outcome.type === 'failed') return;
    const { builder } = this.#options;
    const own = digests(run);
    const look = async (other: BuildRun, path: string, sums: Map<string, string>) => {
      const found = await builder.artifactAt(other, path);
      if (found !== undefined) sums.set(path, digest(found));
    };
    const earlier = [...this.#digests];
    this.#digests.set(run, own);
    const gone = run.gone ?? [];
    for (const path of gone) this.#gone.add(path);
    for (const path of this.#gone) if (!own.has(path)) await look(run, path, own);
    const made = [...own.keys(), ...gone];
    for (const [other, sums] of earlier) {
      for (const path of sums.keys()) if (!own.has(path)) await look(run, path, own);
      for (const path of made) if (!sums.has(path)) await look(other, path, sums);
    }
  }

  #digestsOf(run: BuildRun | undefined): ReadonlyMap<string, string> {
    return (run && this.#digests.get(run)) ?? new Map<string, string>();
  }
}

function digests({ artifacts }: BuildRun): Map<string, string> {
  return new Map(artifacts.map((artifact) => [artifact.path, digest(artifact)]));
}

/** Text that is equal exactly if type, content, and of the mode what is part of an artifact are. */
function digest(artifact: Artifact): string {
  return `${artifact.type} ${modeThatCounts(artifact).toString(8)} ${artifact.sha256}`;
}
