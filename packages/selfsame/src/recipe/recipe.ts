import type { RecipeData, TargetData } from './schema.js';
import type { YamlFile, YamlPath } from '../util/yaml/yaml-file.js';

/** One project's recipe as it was read: valid in form, no expression expanded. */
export interface Recipe {
  readonly name: string;
  /** Absolute path of the file it stands in. */
  readonly file: string;
  /** Absolute directory of that file: paths in the recipe start here. */
  readonly directory: string;
  readonly yaml: YamlFile;
  /** Where in `yaml` the recipe is: the root, or `project` of selfsame.yaml. */
  readonly at: YamlPath;
  readonly data: RecipeData;
}

/** The target of recipes that name none. */
export const defaultTarget = 'default';

/** Names of a recipe's targets as declared, at least one. */
export function targetNames(recipe: Recipe): readonly string[] {
  return recipe.data.targets === undefined ? [defaultTarget] : Object.keys(recipe.data.targets);
}

export function hasTarget(recipe: Recipe, target: string): boolean {
  const { targets } = recipe.data;
  return targets === undefined ? target === defaultTarget : Object.hasOwn(targets, target);
}

/** What a target overrides; nothing for one without a body. */
export function targetData(recipe: Recipe, target: string): TargetData {
  return recipe.data.targets?.[target] ?? {};
}

/** True if something marked `only: […]` is for this target. */
export function isFor(
  item: { readonly only?: readonly string[] | undefined },
  target: string,
): boolean {
  return item.only === undefined || item.only.includes(target);
}
