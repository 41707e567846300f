import type { EnvironmentSpec } from '../environment/types.js';
import type { Recipe } from '../recipe/recipe.js';
import type { YamlFile } from '../util/yaml/yaml-file.js';
import type { DefaultsData } from './schema.js';

/** A selfsame.yaml and the projects below it. */
export interface Workspace {
  /** Absolute path without symbolic links of the directory of selfsame.yaml. */
  readonly root: string;
  /** selfsame.yaml itself. */
  readonly yaml: YamlFile;
  readonly environments: ReadonlyMap<string, EnvironmentSpec>;
  readonly defaults: DefaultsData;
  /** In byte order. Every one has a recipe file, which may prove wrong when it is read. */
  readonly projectNames: readonly string[];
  /**
   * The recipe of a project, read and validated when it is first asked for; undefined if there is none.
   *
   * @throws SelfsameErrors with all complaints about it
   */
  project(name: string): Recipe | undefined;
  /** A path as the person would type it: relative to the working directory where that is shorter. */
  display(path: string): string;
}
