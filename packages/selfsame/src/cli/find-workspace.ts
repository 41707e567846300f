import { SelfsameError } from '../errors/selfsame-error.js';
import { planBuilds } from '../recipe/plan.js';
import { loadWorkspace } from '../workspace/load-workspace.js';
import type { Workspace } from '../workspace/types.js';

/** The workspace around a directory, or undefined where there is none. Throws for one that is wrong. */
export function findWorkspace(cwd: string): Workspace | undefined {
  try {
    return loadWorkspace(cwd);
  } catch (error) {
    if (error instanceof SelfsameError && error.code === 'WORKSPACE_NOT_FOUND') return undefined;
    throw error;
  }
}

/**
 * What a project's recipe names today: project, version and target of each build selected. Undefined
 * for a project that the workspace does not have.
 */
export function buildNames(workspace: Workspace, project: string, target: string | undefined) {
  if (!workspace.projectNames.includes(project)) return undefined;
  return [...planBuilds(workspace, { projects: [project], target }).builds.values()]
    .filter((build) => build.project === project)
    .filter((build) => target === undefined || build.target === target)
    .map(({ version, target: own }) => ({ project, version, target: own }));
}
