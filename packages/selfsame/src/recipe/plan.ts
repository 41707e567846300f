import { ErrorCollector } from '../errors/error-collector.js';
import { SelfsameError } from '../errors/selfsame-error.js';
import { didYouMean } from '../util/did-you-mean.js';
import type { Workspace } from '../workspace/types.js';
import { expandBuild } from './expand-build.js';
import type { ExpandedBuild } from './expand-build.js';
import { orderByNeeds } from './order.js';
import { defaultTarget, hasTarget, isFor, targetNames } from './recipe.js';
import type { Recipe } from './recipe.js';
import { recipeBudget } from './target-scope.js';
import type { Budget } from './target-scope.js';
import { unknownTargetsIn } from './unknown-targets.js';
import type { Plan, PlannedBuild, PlannedNeed } from './types.js';

/** What to plan; what it needs comes along. */
export interface Selection {
  /** `project` or `project@target`; absent or empty: every project of the workspace. */
  readonly projects?: readonly string[];
  /**
   * Target of the projects named without one. Absent: `default` where a project has it, else all its
   * targets. Without `projects`: only projects that have it are planned.
   */
  readonly target?: string | undefined;
}

/**
 * Plans the selected builds and all they need. The same workspace and selection give the same plan, in
 * the same order, whatever the machine. Recipes that are not reached are not read.
 *
 * @throws SelfsameErrors with the complaints about all files read
 */
export function planBuilds(workspace: Workspace, selection: Selection = {}): Plan {
  return new Planner(workspace).plan(selection);
}

interface Reached {
  readonly recipe: Recipe;
  readonly target: string;
  /** By index in the recipe's `needs`. */
  readonly needs: (PlannedNeed & { readonly index: number })[];
}

class Planner {
  readonly #workspace: Workspace;
  readonly #errors = new ErrorCollector();
  readonly #recipes = new Map<string, Recipe | undefined>();
  readonly #reached = new Map<string, Reached>();

  constructor(workspace: Workspace) {
    this.#workspace = workspace;
  }

  plan(selection: Selection): Plan {
    const queue = this.#select(selection);
    for (let next = queue.pop(); next !== undefined; next = queue.pop()) {
      const [recipe, target] = next;
      const key = `${recipe.name}@${target}`;
      if (this.#reached.has(key)) continue;
      const reached: Reached = { recipe, target, needs: [] };
      this.#reached.set(key, reached);
      queue.push(...this.#needs(reached));
    }
    const expanded = new Map<string, ExpandedBuild>();
    const budgets = new Map<Recipe, Budget>();
    for (const [key, { recipe, target }] of this.#reached) {
      const budget = budgets.get(recipe) ?? { left: recipeBudget };
      budgets.set(recipe, budget);
      const build = expandBuild(recipe, target, this.#workspace, this.#errors, budget);
      if (build !== undefined) expanded.set(key, build);
    }
    const order = this.#order();
    this.#errors.throwIfAny();
    const builds = new Map<string, PlannedBuild>();
    for (const key of order) {
      const build = expanded.get(key);
      const needs = this.#reached.get(key)?.needs ?? [];
      if (build === undefined) throw new TypeError(`${key} was lost without an error`);
      builds.set(key, {
        ...build,
        needs: needs
          .map(({ name, build: needed }) => ({ name, build: needed }))
          .sort((a, b) => (a.name < b.name ? -1 : 1)),
      });
    }
    return { builds, order };
  }

  #select({ projects = [], target }: Selection): [Recipe, string][] {
    if (this.#workspace.projectNames.length === 0) {
      throw new SelfsameError('WORKSPACE_EMPTY', `${this.#workspace.yaml.file} has no projects`, {
        hint: 'create projects/NAME/recipe.yaml',
      });
    }
    if (projects.length > 0) {
      return [...new Set(projects)].flatMap((name) => this.#selectNamed(name, target));
    }
    const all = this.#workspace.projectNames.flatMap((name) => {
      const recipe = this.#recipe(name);
      return recipe === undefined ? [] : [recipe];
    });
    if (target === undefined) return all.flatMap((recipe) => pairs(recipe, usualTargets(recipe)));
    const having = all.filter((recipe) => hasTarget(recipe, target));
    if (having.length === 0 && this.#errors.isEmpty) {
      const known = new Set(all.flatMap((recipe) => targetNames(recipe)));
      const hint = didYouMean(target, known) ?? `targets are: ${[...known].sort().join(', ')}`;
      throw new SelfsameError('UNKNOWN_TARGET', `no project has a target ${target}`, { hint });
    }
    return having.flatMap((recipe) => pairs(recipe, [target]));
  }

  #selectNamed(selected: string, fallback: string | undefined): [Recipe, string][] {
    const [project = '', named] = selected.split('@', 2);
    const target = named ?? fallback;
    const recipe = this.#recipe(project);
    if (recipe === undefined) {
      if (!this.#workspace.projectNames.includes(project)) {
        this.#errors.add(this.#unknownProject(project));
      }
      return [];
    }
    if (target === undefined) return pairs(recipe, usualTargets(recipe));
    if (hasTarget(recipe, target)) return pairs(recipe, [target]);
    const targets = targetNames(recipe);
    const hint = didYouMean(target, targets) ?? `its targets are: ${targets.join(', ')}`;
    this.#errors.add(
      new SelfsameError('UNKNOWN_TARGET', `${project} has no target ${target}`, { hint }),
    );
    return [];
  }

  /** Resolves the needs of one build into it; returns what they lead to. */
  #needs(reached: Reached): [Recipe, string][] {
    const { recipe, target } = reached;
    const found: [Recipe, string][] = [];
    const names = new Set<string>();
    for (const [index, written] of (recipe.data.needs ?? []).entries()) {
      const need = typeof written === 'string' ? { project: written } : written;
      if (!isFor(need, target)) continue;
      const name = need.as ?? need.project;
      if (names.has(name)) {
        this.#complain(
          recipe,
          index,
          'DUPLICATE_NAME',
          `two needs are named ${name}`,
          'tell them apart with as: …',
        );
        continue;
      }
      names.add(name);
      const needed = this.#recipe(need.project);
      if (needed === undefined) {
        if (this.#workspace.projectNames.includes(need.project)) continue;
        const error = this.#unknownProject(need.project);
        this.#complain(recipe, index, error.code, error.message, error.hint);
        continue;
      }
      const chosen = neededTarget(needed, need.target, target);
      if (chosen === undefined) {
        const targets = targetNames(needed);
        if (need.target === undefined) {
          const lacks = target === defaultTarget ? 'no target' : `neither target ${target} nor`;
          const message = `${need.project} has ${lacks} ${defaultTarget}`;
          const hint = `say which of ${targets.join(', ')}: { project: ${need.project}, target: … }`;
          this.#complain(recipe, index, 'NEED_TARGET', message, hint);
        } else {
          const hint = didYouMean(need.target, targets) ?? `its targets are: ${targets.join(', ')}`;
          const message = `${need.project} has no target ${need.target}`;
          this.#complain(recipe, index, 'UNKNOWN_TARGET', message, hint);
        }
        continue;
      }
      reached.needs.push({ name, build: `${need.project}@${chosen}`, index });
      found.push([needed, chosen]);
    }
    return found;
  }

  #order(): readonly string[] {
    const graph = new Map<string, string[]>();
    for (const [key, { needs }] of this.#reached)
      graph.set(
        key,
        needs.map((need) => need.build),
      );
    const ordered = orderByNeeds(graph);
    if (ordered.ok) return ordered.order;
    const { cycle } = ordered;
    const round = [...cycle, cycle[0] ?? ''];
    const places = cycle.map((key, at) => {
      const reached = this.#reached.get(key);
      const index = reached?.needs.find((need) => need.build === round[at + 1])?.index ?? 0;
      return reached?.recipe.yaml.locate([...reached.recipe.at, 'needs', index]);
    });
    const [location] = places;
    const lines = places.map((place, at) => `${round[at]} at ${place?.file}:${place?.line}`);
    this.#errors.add(
      new SelfsameError(
        'NEED_CYCLE',
        `projects need each other in a circle: ${round.join(' → ')}`,
        {
          ...(location === undefined ? {} : { location }),
          hint: `remove one of these needs: ${lines.join(', ')}`,
          details: {
            cycle,
            places: places.map((place) => ({
              file: place?.file,
              line: place?.line,
              column: place?.column,
            })),
          },
        },
      ),
    );
    return [];
  }

  #recipe(name: string): Recipe | undefined {
    if (!this.#recipes.has(name)) {
      const recipe = this.#errors.attempt(() => this.#workspace.project(name));
      this.#recipes.set(name, recipe);
      if (recipe !== undefined) this.#errors.add(...unknownTargetsIn(recipe));
    }
    return this.#recipes.get(name);
  }

  #unknownProject(name: string): SelfsameError {
    const names = this.#workspace.projectNames;
    const list =
      names.length <= 12
        ? `projects are: ${names.join(', ')}`
        : 'see selfsame.yaml and its projects';
    return new SelfsameError('UNKNOWN_PROJECT', `there is no project ${name}`, {
      hint: didYouMean(name, names) ?? list,
    });
  }

  #complain(
    recipe: Recipe,
    index: number,
    code: SelfsameError['code'],
    message: string,
    hint: string | undefined,
  ): void {
    const written = recipe.data.needs?.[index];
    const part =
      typeof written === 'string' ? [] : [code === 'UNKNOWN_TARGET' ? 'target' : 'project'];
    const location = recipe.yaml.locate([...recipe.at, 'needs', index, ...part]);
    this.#errors.add(
      new SelfsameError(code, message, { location, ...(hint === undefined ? {} : { hint }) }),
    );
  }
}

/** What is built when nobody says which target. */
function usualTargets(recipe: Recipe): readonly string[] {
  return hasTarget(recipe, defaultTarget) ? [defaultTarget] : targetNames(recipe);
}

/** The target a need means: the one it says, the one being built, `default`; undefined if the project lacks it. */
function neededTarget(
  needed: Recipe,
  said: string | undefined,
  building: string,
): string | undefined {
  const choices = said === undefined ? [building, defaultTarget] : [said];
  return choices.find((choice) => hasTarget(needed, choice));
}

function pairs(recipe: Recipe, targets: readonly string[]): [Recipe, string][] {
  return targets.map((target) => [recipe, target]);
}
