import { resolve } from 'node:path';
import type { Command, CommandContext } from '../command.js';
import type { StarterChoices } from '../../workspace/starter.js';

export const initCommand: Command = {
  name: 'init',
  summary: 'start a workspace: selfsame.yaml and a first recipe',
  description:
    'Writes selfsame.yaml and one small project that locks and builds as it is. On a terminal it ' +
    'asks for names, unless --yes is given; elsewhere it never asks. Nothing is overwritten.',
  arguments: [
    { syntax: '[directory]', description: 'where to start it (default: here)', complete: 'files' },
  ],
  options: [
    { flags: '--project <name>', description: 'name of the first project (default: hello)' },
    { flags: '--debian <release>', description: 'Debian release to build on (default: trixie)' },
    { flags: '--yes', description: 'do not ask, take the defaults' },
  ],
  examples: [
    { command: 'selfsame init', does: 'start a workspace in this directory' },
    {
      command: 'selfsame init --yes --project mytool builds',
      does: 'start one in builds/, without questions',
    },
  ],
  async run(args, options, context) {
    const { defaultStarter } = await import('../../workspace/starter.js');
    const given: Partial<StarterChoices> = {
      ...(typeof options['project'] === 'string' ? { project: options['project'] } : {}),
      ...(typeof options['debian'] === 'string' ? { suite: options['debian'] } : {}),
    };
    await refuseBadNames(given);
    const asking =
      context.stdinIsTerminal &&
      context.stdoutIsTerminal &&
      !context.json &&
      options['yes'] !== true;
    const choices = asking ? await ask(given, context) : { ...defaultStarter, ...given };
    const directory = resolve(context.cwd, args[0] ?? '.');
    const { initWorkspace } = await import('../../workspace/init-workspace.js');
    const files = await initWorkspace(directory, choices);
    const enter = directory === resolve(context.cwd) ? [] : [`  cd ${args[0]}`];
    return {
      exitCode: 0,
      data: { directory, project: choices.project, files },
      text: [
        ...files.map((file) => `wrote ${file}`),
        '',
        'Next:',
        ...enter,
        '  selfsame lock    # fix the exact packages of the environment',
        '  selfsame build   # build it',
      ],
    };
  },
};

async function refuseBadNames({ project, suite }: Partial<StarterChoices>): Promise<void> {
  const { SelfsameError } = await import('../../errors/selfsame-error.js');
  const wrong = project === undefined ? undefined : await nameProblem(project);
  if (wrong !== undefined) {
    throw new SelfsameError('WRONG_USE', `--project ${wrong}`, {
      hint: 'for example --project mytool',
    });
  }
  const wrongSuite = suite === undefined ? undefined : await suiteProblem(suite);
  if (wrongSuite !== undefined) {
    throw new SelfsameError('WRONG_USE', `--debian ${wrongSuite}`, {
      hint: 'for example --debian trixie',
    });
  }
}

async function nameProblem(name: string): Promise<string | undefined> {
  const { nameSchema } = await import('../../recipe/names.js');
  return nameSchema.safeParse(name).error?.issues[0]?.message;
}

async function suiteProblem(suite: string): Promise<string | undefined> {
  const { suiteSchema } = await import('../../recipe/names.js');
  return suiteSchema.safeParse(suite).error?.issues[0]?.message;
}

async function ask(
  given: Partial<StarterChoices>,
  context: CommandContext,
): Promise<StarterChoices> {
  const { isCancel, text } = await import('@clack/prompts');
  const { defaultStarter } = await import('../../workspace/starter.js');
  const { nameSchema, suiteSchema } = await import('../../recipe/names.js');
  const { SelfsameError } = await import('../../errors/selfsame-error.js');
  const question = async (
    message: string,
    usual: string,
    schema: typeof nameSchema,
  ): Promise<string> => {
    const answer = await text({
      message,
      initialValue: usual,
      signal: context.signal,
      validate: (value) => schema.safeParse(value ?? '').error?.issues[0]?.message,
    });
    if (isCancel(answer)) throw new SelfsameError('INTERRUPTED', 'nothing was written');
    return answer;
  };
  return {
    project:
      given.project ??
      (await question('Name of the first project', defaultStarter.project, nameSchema)),
    suite:
      given.suite ??
      (await question('Debian release to build on', defaultStarter.suite, suiteSchema)),
  };
}
