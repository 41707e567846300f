import type { Context } from '../context.js';
import { SelfsameError } from '../errors/selfsame-error.js';
import { shellWords } from '../text/shell-words.js';
import type { DisposableBuilder } from '../vary/builds/command-on-machine.js';
import type { CommandContext } from './command.js';
import type { CheckRequest } from './read-check-options.js';

/** A builder with what it builds, for a person. */
export interface OpenedBuilder extends AsyncDisposable {
  readonly builder: DisposableBuilder;
  readonly subject: string;
  readonly directory: string;
}

/** Prepares what a check builds; its trees are removed in the end. */
export async function openCheckBuilder(
  request: CheckRequest,
  context: CommandContext,
  engine: Context,
): Promise<OpenedBuilder> {
  return request.subject.type === 'project'
    ? openProject(request, request.subject.project, context, engine)
    : openCommand(request, request.subject.command, context, engine);
}

async function openCommand(
  { environment, outputs, env, epoch, seconds }: CheckRequest,
  command: readonly [string, ...string[]],
  { cwd, env: caller }: CommandContext,
  engine: Context,
): Promise<OpenedBuilder> {
  const options = {
    ...{ command, cwd, outputs, env, epoch, at: undefined, caller },
    limits: seconds === undefined ? {} : { wallSeconds: seconds },
  };
  const words = shellWords(command);
  if (environment === undefined) {
    const { commandOnMachine } = await import('../vary/builds/command-on-machine.js');
    return opened(await commandOnMachine(options, engine), words, cwd);
  }
  const { commandInEnvironment } = await import('../vary/builds/command-in-environment.js');
  const builder = await commandInEnvironment(environment, options, engine);
  return opened(builder, `${words} (in ${environment})`, cwd);
}

async function openProject(
  request: CheckRequest,
  project: string | undefined,
  context: CommandContext,
  engine: Context,
): Promise<OpenedBuilder> {
  for (const [option, given] of [
    ['--output', request.outputs.length > 0],
    ['--env', request.env.length > 0],
    ['--epoch', request.epoch !== undefined],
  ] as const)
    if (given)
      throw new SelfsameError('WRONG_USE', `${option} is for commands: a recipe says it itself`, {
        hint: `Leave out ${option}`,
      });
  if (project !== undefined) await refuseCommandAsProject(project, context);
  const name = project ?? (await onlyProject(context.cwd));
  const { openBuild } = await import('../build/open-build.js');
  const { recipeBuilder } = await import('../vary/builds/recipe.js');
  const { workspace, plan, dependencies } = await openBuild(
    context.cwd,
    { projects: [name], target: undefined },
    engine,
  );
  const keys = plan.order.filter((each) => each === name || each.split('@')[0] === name);
  const [key, ...more] = keys;
  if (key === undefined || more.length > 0)
    throw new SelfsameError(
      'WRONG_USE',
      `${JSON.stringify(name)} is ${keys.length} builds, and a check is of one`,
      { hint: `One of: ${keys.join(', ') || plan.order.join(', ')}` },
    );
  const builder = await recipeBuilder(
    { plan, key, dependencies, seconds: request.seconds },
    engine,
  );
  return opened(builder, key, workspace.root);
}

/** Without a workspace there are no projects: what was meant is a command. */
async function refuseCommandAsProject(name: string, { cwd }: CommandContext): Promise<void> {
  const { findWorkspaceRoot } = await import('../workspace/find-root.js');
  if (findWorkspaceRoot(cwd) !== undefined) return;
  throw new SelfsameError(
    'WORKSPACE_NOT_FOUND',
    `${JSON.stringify(name)} is no project: there is no selfsame.yaml in ${cwd} or above it`,
    { hint: `To check a command: selfsame check -- ${shellWords([name])}` },
  );
}

async function onlyProject(cwd: string): Promise<string> {
  const { findWorkspace } = await import('./find-workspace.js');
  const workspace = findWorkspace(cwd);
  if (workspace === undefined)
    throw new SelfsameError('WRONG_USE', 'selfsame check needs a command, or a workspace', {
      hint: 'To check what is here: selfsame check -- make',
    });
  const [only, ...more] = workspace.projectNames;
  if (only !== undefined && more.length === 0) return only;
  throw new SelfsameError('WRONG_USE', 'selfsame check takes one project at a time', {
    hint: `One of: ${workspace.projectNames.join(', ')}`,
  });
}

function opened(builder: DisposableBuilder, subject: string, directory: string): OpenedBuilder {
  return {
    ...{ builder, subject, directory },
    [Symbol.asyncDispose]: () => builder[Symbol.asyncDispose](),
  };
}
