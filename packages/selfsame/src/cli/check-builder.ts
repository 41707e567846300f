import type { Context } from '../context.js';
import { shellWords } from '../text/shell-words.js';
import { commandOnMachine } from '../vary/builds/command-on-machine.js';
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
  const { subject } = request;
  const limits = request.seconds === undefined ? {} : { wallSeconds: request.seconds };
  if (subject.type === 'project' || request.environment !== undefined) throw new Error('not yet');
  const builder = await commandOnMachine(
    {
      command: subject.command,
      cwd: context.cwd,
      outputs: request.outputs,
      env: request.env,
      epoch: request.epoch,
      at: undefined,
      caller: context.env,
      limits,
    },
    engine,
  );
  return opened(builder, shellWords(subject.command), context.cwd);
}

function opened(builder: DisposableBuilder, subject: string, directory: string): OpenedBuilder {
  return {
    ...{ builder, subject, directory },
    [Symbol.asyncDispose]: () => builder[Symbol.asyncDispose](),
  };
}
