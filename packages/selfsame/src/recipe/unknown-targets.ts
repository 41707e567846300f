import { SelfsameError } from '../errors/selfsame-error.js';
import { didYouMean } from '../util/did-you-mean.js';
import type { YamlPath } from '../util/yaml/yaml-file.js';
import { targetNames } from './recipe.js';
import type { Recipe } from './recipe.js';

/** Complaints about `only:` lists that name targets the recipe lacks: a slip there would silently drop what it marks. */
export function unknownTargetsIn(recipe: Recipe): SelfsameError[] {
  const { data } = recipe;
  const marked: [YamlPath, unknown][] = [
    ...Object.entries(data.inputs ?? {}).map(([name, each]): [YamlPath, unknown] => [
      ['inputs', name],
      each,
    ]),
    ...(data.needs ?? []).map((each, index): [YamlPath, unknown] => [['needs', index], each]),
    ...data.steps.map((each, index): [YamlPath, unknown] => [['steps', index], each]),
  ];
  const targets = targetNames(recipe);
  return marked.flatMap(([path, item]) => {
    const { only = [] } = item as { readonly only?: readonly string[] };
    return only.flatMap((name, index) => {
      if (targets.includes(name)) return [];
      return new SelfsameError('UNKNOWN_TARGET', `${recipe.name} has no target ${name}`, {
        location: recipe.yaml.locate([...recipe.at, ...path, 'only', index]),
        hint: didYouMean(name, targets) ?? `its targets are: ${targets.join(', ')}`,
      });
    });
  });
}
