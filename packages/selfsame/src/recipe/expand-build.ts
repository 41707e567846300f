import { statSync } from 'node:fs';
import { join } from 'node:path';
import type { z } from 'zod';
import type { EnvironmentSpec } from '../environment/types.js';
import type { ErrorCollector } from '../errors/error-collector.js';
import { SelfsameError } from '../errors/selfsame-error.js';
import type { SourceLocation } from '../errors/selfsame-error.js';
import { inputSchema, toInputSpec } from '../inputs/schema.js';
import type { Workspace } from '../workspace/types.js';
import { toEnvironmentSpec, unknownEnvironment } from './environment-spec.js';
import { expand } from './expressions/expand.js';
import type { TextSource } from './expressions/expand.js';
import { hasExpressions } from './expressions/parse.js';
import type { DeterminismLevel } from '../sandbox/types.js';
import { inputFileName } from './input-file-name.js';
import { defaultCpus, defaultMemoryShown, mergeLimits, virtualEpochs } from './limits.js';
import { outputSchema, packageSchema, placeSchema, versionSchema } from './names.js';
import { readScript } from './read-script.js';
import type { DeterminismData } from './schema.js';
import { isFor, targetData } from './recipe.js';
import type { Recipe } from './recipe.js';
import { recipeBudget, TargetScope } from './target-scope.js';
import type { Budget } from './target-scope.js';
import type { PlannedBuild, PlannedInput, PlannedStep } from './types.js';
import { check } from '../util/yaml/validate.js';
import type { YamlFile, YamlPath } from '../util/yaml/yaml-file.js';

/** A build without the builds it needs, which only the plan knows. */
export type ExpandedBuild = Omit<PlannedBuild, 'needs'>;

/**
 * Expands one target of a recipe. Complaints go to `errors`; with any, undefined is returned.
 *
 * @param target a target the recipe has
 * @param budget shared by the targets of one recipe
 */
export function expandBuild(
  recipe: Recipe,
  target: string,
  workspace: Workspace,
  errors: ErrorCollector,
  budget: Budget = { left: recipeBudget },
): ExpandedBuild | undefined {
  return new TargetExpander(recipe, target, workspace, errors, budget).build();
}

function chooseDeterminism(
  data: DeterminismData | undefined,
): Pick<PlannedBuild, 'determinism' | 'sources'> {
  if (typeof data !== 'object') return { determinism: data ?? 'fixed' };
  // A source that is written without a mode is as if it were not written.
  const sources = Object.entries(data.sources).filter(([, mode]) => mode !== undefined);
  return { determinism: data.level, sources: Object.fromEntries(sources) };
}

class TargetExpander {
  readonly #recipe: Recipe;
  readonly #target: string;
  readonly #workspace: Workspace;
  readonly #errors: ErrorCollector;
  readonly #scope: TargetScope;
  readonly #inputs = new Map<string, PlannedInput | undefined>();
  #failed = false;

  constructor(
    recipe: Recipe,
    target: string,
    workspace: Workspace,
    errors: ErrorCollector,
    budget: Budget,
  ) {
    this.#recipe = recipe;
    this.#target = target;
    this.#workspace = workspace;
    this.#errors = errors;
    const { data } = recipe;
    this.#scope = new TargetScope({
      budget,
      project: recipe.name,
      target,
      version: this.#source(['version'], data.version),
      cpus: this.#cpus(),
      variables: this.#variables(),
      otherVariables: this.#otherVariables(),
      inputs: new Map(
        Object.entries(data.inputs ?? {}).map(([name, entry]) => [
          name,
          isFor(entry as { only?: string[] }, target)
            ? { fileName: (at) => this.#fileName(name, at) }
            : undefined,
        ]),
      ),
      needs: new Map(
        (data.needs ?? []).map((need) =>
          typeof need === 'string' ? [need, true] : [need.as ?? need.project, isFor(need, target)],
        ),
      ),
    });
  }

  build(): ExpandedBuild | undefined {
    const { data } = this.#recipe;
    const override = targetData(this.#recipe, this.#target);
    const { defaults } = this.#workspace;
    const version = this.#version();
    const environment = this.#environment();
    const inputs = this.#allInputs();
    const steps = this.#steps();
    const outputs = this.#outputs();
    const determinism = chooseDeterminism(
      override.determinism ?? data.determinism ?? defaults.determinism,
    );
    this.#checkEpoch(determinism.determinism);
    if (this.#failed || version === undefined || environment === undefined) return undefined;
    return {
      key: `${this.#recipe.name}@${this.#target}`,
      project: this.#recipe.name,
      version,
      target: this.#target,
      recipeFile: this.#recipe.file,
      environment,
      ...determinism,
      inputs,
      steps,
      outputs,
      limits: mergeLimits(override.limits, data.limits, defaults.limits),
      cpus: this.#cpus(),
      memoryShown:
        override.memoryShown ?? data.memoryShown ?? defaults.memoryShown ?? defaultMemoryShown,
      sourceDateEpoch: data.sourceDateEpoch,
    };
  }

  /** Through the scope, so that it is expanded once and a circle through it is seen where it closes. */
  #version(): string | undefined {
    const at = (): SourceLocation => this.#locate(['version']);
    const found = this.#attempt(() => this.#scope.lookup('version', at));
    return found?.type === 'value'
      ? this.#check(versionSchema, ['version'], found.value)
      : undefined;
  }

  /** Where programs are told a time, it must be one they can work with. */
  #checkEpoch(level: DeterminismLevel): void {
    const epoch = this.#recipe.data.sourceDateEpoch;
    const { least, most } = virtualEpochs;
    if (level !== 'virtual' || epoch === undefined || (epoch >= least && epoch <= most)) return;
    this.#fail(
      new SelfsameError(
        'INVALID_VALUE',
        `sourceDateEpoch must be from ${least} to ${most} at level virtual, but is ${epoch}`,
        {
          location: this.#locate(['sourceDateEpoch']),
          hint: 'Programs are told this time: one of the years 1980 to 2099',
        },
      ),
    );
  }

  #cpus(): number {
    const override = targetData(this.#recipe, this.#target);
    return override.cpus ?? this.#recipe.data.cpus ?? this.#workspace.defaults.cpus ?? defaultCpus;
  }

  #variables(): Map<string, TextSource> {
    const variables = new Map<string, TextSource>();
    const take = (
      values: Readonly<Record<string, string>> | undefined,
      source: (name: string, text: string) => TextSource,
    ): void => {
      for (const [name, text] of Object.entries(values ?? {}))
        variables.set(name, source(name, text));
    };
    const { yaml, defaults } = this.#workspace;
    take(defaults.variables, (name, text) =>
      textSource(yaml, ['defaults', 'variables', name], text),
    );
    take(this.#recipe.data.variables, (name, text) => this.#source(['variables', name], text));
    const override = targetData(this.#recipe, this.#target);
    take(override.variables, (name, text) =>
      this.#source(['targets', this.#target, 'variables', name], text),
    );
    return variables;
  }

  #otherVariables(): Set<string> {
    const targets = Object.values(this.#recipe.data.targets ?? {});
    return new Set(targets.flatMap((target) => Object.keys(target?.variables ?? {})));
  }

  #environment(): EnvironmentSpec | undefined {
    const { data, name } = this.#recipe;
    const override = targetData(this.#recipe, this.#target);
    const inTarget: YamlPath = ['targets', this.#target];
    const [written, path]: [typeof data.environment, YamlPath | undefined] =
      override.environment !== undefined
        ? [override.environment, [...inTarget, 'environment']]
        : data.environment !== undefined
          ? [data.environment, ['environment']]
          : [this.#workspace.defaults.environment ?? 'default', undefined];
    const added = [
      ...this.#packages(['packages'], data.packages),
      ...this.#packages([...inTarget, 'packages'], override.packages),
    ];
    // One name stands for one set of packages: a recipe's own sets get names no environment of selfsame.yaml can have.
    const varies =
      override.environment !== undefined ||
      override.packages !== undefined ||
      [data.packages, typeof data.environment === 'object' ? data.environment.packages : []]
        .flat()
        .some((each) => typeof each === 'string' && hasExpressions(each));
    const ownName = varies ? `@${name}@${this.#target}` : `@${name}`;
    if (typeof written === 'object') {
      const own = this.#packages([...(path ?? []), 'packages'], written.packages);
      return toEnvironmentSpec(ownName, written, [...own, ...added]);
    }
    const named = this.#workspace.environments.get(written ?? 'default');
    if (named === undefined) {
      this.#fail(
        unknownEnvironment(
          written ?? 'default',
          [...this.#workspace.environments.keys()],
          this.#locate(path ?? ['name']),
        ),
      );
      return undefined;
    }
    if (added.length === 0) return named;
    return {
      ...named,
      name: ownName,
      packages: [...new Set([...named.packages, ...added])].sort(),
    };
  }

  #packages(path: YamlPath, written: readonly unknown[] | undefined): string[] {
    return (written ?? []).flatMap((each, index) => {
      const expanded = this.#expand([...path, index], String(each), packageSchema);
      return expanded === undefined ? [] : [expanded];
    });
  }

  #allInputs(): PlannedInput[] {
    const planned: PlannedInput[] = [];
    const places = new Map<string, string>();
    for (const [name, entry] of Object.entries(this.#recipe.data.inputs ?? {})) {
      if (!isFor(entry, this.#target)) continue;
      const input = this.#attempt(() => this.#input(name));
      if (input === undefined) continue;
      planned.push(input);
      if (input.at === undefined) continue;
      const other = places.get(input.at);
      if (other !== undefined) {
        this.#fail(
          new SelfsameError(
            'DUPLICATE_NAME',
            `inputs ${other} and ${name} are both at ${input.at}`,
            {
              location: this.#locate(['inputs', name, 'at']),
              hint: 'choose another place for one of them',
            },
          ),
        );
      }
      places.set(input.at, name);
    }
    return planned.sort((a, b) => (a.name < b.name ? -1 : 1));
  }

  /** One input, expanded once: its file name may be asked for by an expression before its turn. */
  #input(name: string): PlannedInput | undefined {
    if (this.#inputs.has(name)) return this.#inputs.get(name);
    this.#inputs.set(name, undefined);
    const path = ['inputs', name];
    const { only: _, ...entry } = this.#recipe.data.inputs?.[name] as Record<string, unknown>;
    const value = this.#expandDeep(entry, path);
    const result = this.#check(inputSchema, path, value);
    if (result === undefined) return undefined;
    const at =
      result.at === undefined ? undefined : this.#check(placeSchema, [...path, 'at'], result.at);
    const input = { name, spec: toInputSpec(result), at };
    this.#inputs.set(name, input);
    return input;
  }

  #fileName(name: string, at: () => SourceLocation): string {
    const input = this.#input(name);
    const fileName =
      input === undefined || this.#isDirectory(input) ? undefined : inputFileName(input.spec);
    if (fileName !== undefined) return fileName;
    throw new SelfsameError('EXPRESSION_FAILED', `input ${name} is a directory, not one file`, {
      location: at(),
      hint: `write \${{ inputs.${name}.path }}/… with the path inside it`,
    });
  }

  #isDirectory({ spec }: PlannedInput): boolean {
    if (spec.kind !== 'file') return false;
    try {
      return statSync(join(this.#recipe.directory, spec.path)).isDirectory();
    } catch {
      // What is not there is for inputs/ to complain about, when it is fetched.
      return false;
    }
  }

  #steps(): PlannedStep[] {
    const planned: PlannedStep[] = [];
    const names = new Set<string>();
    for (const [index, step] of this.#recipe.data.steps.entries()) {
      if (!isFor(step, this.#target)) continue;
      const name = step.name ?? `step-${index + 1}`;
      if (names.has(name)) {
        this.#fail(
          new SelfsameError('DUPLICATE_NAME', `two steps are named ${name}`, {
            location: this.#locate(['steps', index, ...(step.name === undefined ? [] : ['name'])]),
            hint: 'rename one of them',
          }),
        );
      }
      names.add(name);
      const script = this.#attempt(() => expand(this.#scriptSource(index), this.#scope));
      if (script !== undefined) planned.push({ name, shell: step.shell ?? 'sh', script });
    }
    return planned;
  }

  #scriptSource(index: number): TextSource {
    const step = this.#recipe.data.steps[index];
    if (step?.run !== undefined) return this.#source(['steps', index, 'run'], step.run);
    const at = this.#locate(['steps', index, 'script']);
    return readScript(step?.script ?? '', this.#recipe, at, (path) =>
      this.#workspace.display(path),
    );
  }

  #outputs(): string[] {
    const override = targetData(this.#recipe, this.#target).outputs;
    const path: YamlPath =
      override === undefined ? ['outputs'] : ['targets', this.#target, 'outputs'];
    const patterns = (override ?? this.#recipe.data.outputs).flatMap((text, index) => {
      const expanded = this.#expand([...path, index], text, outputSchema);
      return expanded === undefined ? [] : [expanded];
    });
    return [...new Set(patterns)].sort();
  }

  #expandDeep(value: unknown, path: YamlPath): unknown {
    if (typeof value === 'string') return expand(this.#source(path, value), this.#scope);
    if (Array.isArray(value))
      return value.map((each, index) => this.#expandDeep(each, [...path, index]));
    if (typeof value !== 'object' || value === null) return value;
    return Object.fromEntries(
      Object.entries(value)
        .filter(([, each]) => each !== undefined)
        .map(([key, each]) => [key, this.#expandDeep(each, [...path, key])]),
    );
  }

  #expand(path: YamlPath, text: string, schema: z.ZodType<string>): string | undefined {
    const expanded = this.#attempt(() => expand(this.#source(path, text), this.#scope));
    return expanded === undefined ? undefined : this.#check(schema, path, expanded);
  }

  #check<T>(schema: z.ZodType<T>, path: YamlPath, value: unknown): T | undefined {
    const at = [...this.#recipe.at, ...path];
    const result = check(schema, this.#recipe.yaml, { at, value });
    if (result.ok) return result.value;
    this.#fail(...result.errors);
    return undefined;
  }

  #attempt<T>(work: () => T): T | undefined {
    let finished = false;
    const result = this.#errors.attempt(() => {
      const value = work();
      finished = true;
      return value;
    });
    if (!finished) this.#failed = true;
    return result;
  }

  #fail(...errors: readonly SelfsameError[]): void {
    this.#failed = true;
    this.#errors.add(...errors);
  }

  #source(path: YamlPath, text: string): TextSource {
    return textSource(this.#recipe.yaml, [...this.#recipe.at, ...path], text);
  }

  #locate(path: YamlPath): SourceLocation {
    return this.#recipe.yaml.locate([...this.#recipe.at, ...path]);
  }
}

function textSource(yaml: YamlFile, path: YamlPath, text: string): TextSource {
  return { text, locate: (offset, length) => yaml.locateInString(path, offset, length) };
}
