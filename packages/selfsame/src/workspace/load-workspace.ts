import { readdirSync, realpathSync } from 'node:fs';
import type { Dirent } from 'node:fs';
import { dirname, join, relative, sep } from 'node:path';
import type { EnvironmentSpec } from '../environment/types.js';
import { ErrorCollector } from '../errors/error-collector.js';
import { SelfsameError, SelfsameErrors } from '../errors/selfsame-error.js';
import { toEnvironmentSpec, unknownEnvironment } from '../recipe/environment-spec.js';
import { nameForm, packageSchema } from '../recipe/names.js';
import type { Recipe } from '../recipe/recipe.js';
import { recipeSchema } from '../recipe/schema.js';
import { check, validate } from '../util/yaml/validate.js';
import { statIfThere } from '../util/stat-if-there.js';
import { defaultYamlLimits } from '../util/yaml/limits.js';
import { parseYamlFile } from '../util/yaml/yaml-file.js';
import type { YamlFile } from '../util/yaml/yaml-file.js';
import { readText } from '../util/read-text.js';
import { findWorkspaceRoot, workspaceFileName } from './find-root.js';
import { workspaceSchema } from './schema.js';
import type { WorkspaceData } from './schema.js';
import type { Workspace } from './types.js';

/** The file that makes a directory below `projects` a project. */
export const recipeFileName = 'recipe.yaml';

/**
 * Finds selfsame.yaml in `cwd` or above it and reads it. Recipes are read when they are asked for.
 *
 * @param cwd absolute
 * @throws SelfsameError WORKSPACE_NOT_FOUND; SelfsameErrors with all complaints about selfsame.yaml
 */
export function loadWorkspace(cwd: string): Workspace {
  const here = realpathSync(cwd);
  const root = findWorkspaceRoot(cwd);
  if (root === undefined) {
    throw new SelfsameError(
      'WORKSPACE_NOT_FOUND',
      `there is no ${workspaceFileName} in ${cwd} or above it`,
      {
        hint: 'create one with: selfsame init',
      },
    );
  }
  const display = (path: string): string => {
    const short = relative(here, path);
    return short !== '' && short.length < path.length ? short : path;
  };
  const file = join(root, workspaceFileName);
  const yaml = readYaml(file, root, display);
  const data = validate(workspaceSchema, yaml);
  const errors = new ErrorCollector();
  const environments = errors.attempt(() => readEnvironments(data, yaml)) ?? new Map();
  const projects =
    errors.attempt(() => findProjects(root, data, yaml, display)) ?? new Map<string, string>();
  if (data.defaults?.environment !== undefined && !environments.has(data.defaults.environment)) {
    const at = yaml.locate(['defaults', 'environment']);
    errors.add(unknownEnvironment(data.defaults.environment, [...environments.keys()], at));
  }
  errors.throwIfAny();
  const recipes = new Map<string, Recipe>();
  return {
    root,
    yaml,
    environments,
    defaults: data.defaults ?? {},
    projectNames: [...projects.keys()].sort(),
    project(name) {
      const path = projects.get(name);
      if (path === undefined) return undefined;
      let recipe = recipes.get(name);
      if (recipe === undefined) {
        recipe =
          data.project === undefined
            ? readRecipe(name, path, root, display)
            : { name, file, directory: root, yaml, at: ['project'], data: data.project };
        recipes.set(name, recipe);
      }
      return recipe;
    },
    display,
  };
}

/** The nearest directory upwards that holds selfsame.yaml. */
function readYaml(path: string, root: string, display: (path: string) => string): YamlFile {
  refuseEscape(path, root, display);
  const name = display(path);
  const text = readText(path, name, defaultYamlLimits.bytes);
  if (text === undefined) {
    throw new SelfsameError('WORKSPACE_UNREADABLE', `${name} does not exist`, {
      hint: 'create it, or remove its directory',
    });
  }
  return parseYamlFile(text, name);
}

/** A symbolic link in a workspace may lead elsewhere in it, but not out of it. */
function refuseEscape(path: string, root: string, display: (path: string) => string): void {
  if (statIfThere(path)?.isSymbolicLink() !== true) return;
  let target: string | undefined;
  try {
    target = realpathSync(path);
  } catch {
    target = undefined;
  }
  if (target?.startsWith(root + sep) === true) return;
  const where = target === undefined ? 'nowhere' : 'out of the workspace';
  throw new SelfsameError(
    'WORKSPACE_ESCAPE',
    `${display(path)} is a symbolic link that leads ${where}`,
    {
      hint: 'replace it by a copy of what it points to',
    },
  );
}

function readEnvironments(data: WorkspaceData, yaml: YamlFile): Map<string, EnvironmentSpec> {
  const environments = new Map<string, EnvironmentSpec>();
  const errors = new ErrorCollector();
  for (const [name, written] of Object.entries(data.environments ?? {})) {
    const packages = (written.packages ?? []).map(String);
    for (const [index, value] of packages.entries()) {
      const result = check(packageSchema, yaml, {
        at: ['environments', name, 'packages', index],
        value,
      });
      if (!result.ok) errors.add(...result.errors);
    }
    environments.set(name, toEnvironmentSpec(name, written, packages));
  }
  errors.throwIfAny();
  return environments;
}

/** Names of the projects, each with its recipe file. */
function findProjects(
  root: string,
  data: WorkspaceData,
  yaml: YamlFile,
  display: (path: string) => string,
): Map<string, string> {
  if (data.project !== undefined) {
    if (data.projects !== undefined) {
      throw new SelfsameError('INVALID_VALUE', 'a workspace has either project or projects', {
        location: yaml.locate(['projects'], 'key'),
        hint: 'move the recipe to its own file, or remove projects',
      });
    }
    return new Map([[data.project.name, join(root, workspaceFileName)]]);
  }
  const directory = join(root, data.projects ?? 'projects');
  let real: string | undefined;
  try {
    real = realpathSync(directory);
  } catch {
    real = undefined;
  }
  if (real === undefined) {
    throw new SelfsameError('WORKSPACE_EMPTY', `${display(directory)} does not exist`, {
      location: yaml.locate(['projects'], 'key'),
      hint: 'create NAME/recipe.yaml in it, or describe a single project under project:',
    });
  }
  if (!real.startsWith(root + sep)) {
    throw new SelfsameError(
      'WORKSPACE_ESCAPE',
      `${display(directory)} leads out of the workspace`,
      {
        location: yaml.locate(['projects'], 'key'),
        hint: 'replace the symbolic link by what it points to',
      },
    );
  }
  const projects = new Map<string, string>();
  const errors = new ErrorCollector();
  for (const entry of list(directory, display)) {
    if (entry.name.startsWith('.') || !(entry.isDirectory() || entry.isSymbolicLink())) continue;
    const path = join(directory, entry.name, recipeFileName);
    if (statIfThere(path) === undefined) continue;
    errors.attempt(() => {
      refuseEscape(dirname(path), root, display);
      if (!nameForm.test(entry.name)) {
        throw new SelfsameError(
          'PROJECT_NAME',
          `${JSON.stringify(entry.name)} cannot be the name of a project`,
          {
            hint: 'use lower-case letters, digits and + . -',
          },
        );
      }
      projects.set(entry.name, path);
    });
  }
  errors.throwIfAny();
  return projects;
}

function list(directory: string, display: (path: string) => string): Dirent[] {
  try {
    return readdirSync(directory, { withFileTypes: true });
  } catch (cause) {
    const { code } = cause as NodeJS.ErrnoException;
    throw new SelfsameError(
      'WORKSPACE_UNREADABLE',
      `${display(directory)} cannot be read: ${code}`,
      {
        hint: `look at it with: ls -ld ${display(directory)}`,
        cause,
      },
    );
  }
}

function readRecipe(
  name: string,
  path: string,
  root: string,
  display: (path: string) => string,
): Recipe {
  const yaml = readYaml(path, root, display);
  const data = validate(recipeSchema, yaml);
  if (data.name !== name) {
    throw new SelfsameErrors([
      new SelfsameError('PROJECT_NAME', `the recipe in directory ${name} is named ${data.name}`, {
        location: yaml.locate(['name']),
        hint: `write name: ${name}, or rename the directory`,
      }),
    ]);
  }
  return { name, file: path, directory: realpathSync(dirname(path)), yaml, at: [], data };
}
