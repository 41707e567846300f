import type { RunEnd } from '../../run/run-on-machine.js';
import type { Command } from '../command.js';

export const runCommand: Command = {
  name: 'run',
  summary: 'run any command deterministically in the current directory',
  description:
    'Runs a command so that what it makes is a function of the files alone: clock, randomness, file order and ' +
    'times, machine facts and environment variables are constant for it and all it starts, and for nothing else. ' +
    'It needs no recipe and no environment: the programs are those of this machine.\n\n' +
    'The current directory is written in place. All else the command writes, also in its home and in /tmp, ' +
    'vanishes with the run. There is no network, and set-user-ID programs (sudo) do not work. The exit code is the ' +
    "command's own, 128 + n after signal n, 127 if there is no such command; selfsame's own failures end with 5 " +
    'and a message on standard error.',
  arguments: [
    {
      syntax: '[command...]',
      description: 'the command and its arguments, behind `--`',
      complete: 'files',
    },
  ],
  options: [
    {
      flags: '--level <level>',
      description: 'how much is made constant: none, fixed or virtual (default)',
    },
    {
      flags: '--source <name=mode,...>',
      description:
        'treat a source of level virtual otherwise: real, fixed or vary:SEED, for example clock=real',
      repeatable: true,
    },
    {
      flags: '--log <file>',
      description: 'write which program used which source there, as JSON lines (level virtual)',
    },
    {
      flags: '--env <name[=value]>',
      description: 'pass on a variable as it is here, or with a value',
      repeatable: true,
    },
    {
      flags: '--epoch <seconds>',
      description:
        'time of the sources (default: SOURCE_DATE_EPOCH, else the git commit, else the newest file)',
    },
    {
      flags: '--cpus <n>',
      description: 'processors shown, 1 to 1024 (default: 4, on every machine)',
    },
    { flags: '--at <path>', description: 'show the current directory at this path, as /build' },
    { flags: '--network', description: 'let the command use the network' },
  ],
  examples: [
    { command: 'selfsame run -- make', does: 'build what is here, the same every time' },
    {
      command: 'selfsame run --env CC=clang --at /build -- make -j4',
      does: 'with another compiler, and at the same path wherever this directory is',
    },
    {
      command: 'selfsame run --source clock=real -- make test',
      does: 'leave one source as it is',
    },
    { command: 'selfsame run --log log.jsonl -- ./configure', does: 'see who asked for what' },
  ],
  async run(args, options, context) {
    const { readRunOptions } = await import('../read-run-options.js');
    const { runOnMachine } = await import('../../run/run-on-machine.js');
    const request = await readRunOptions(args, options, context);
    const engine = await context.engine();
    const end = await runOnMachine(request, engine);
    const { sayConditions, sayEnd } = await import('../run-report.js');
    if (options['verbose'] === true) sayConditions(end, engine.emit);
    // A run that was stopped because we are to end is an interruption, which the caller reports.
    if (end.result.outcome.type === 'cancelled') context.signal.throwIfAborted();
    const status = sayEnd(end, engine.emit);
    return { exitCode: status === 0 ? 0 : 1, commandStatus: status, data: runData(end), text: [] };
  },
};

/** A run for `--json`. */
function runData(end: RunEnd) {
  const { result, description, epoch, environment, place } = end;
  return {
    outcome: result.outcome,
    milliseconds: result.milliseconds,
    level: description.level,
    directory: place.directory,
    at: place.at,
    user: description.user,
    cpus: description.cpus,
    epoch,
    dropped: environment.dropped,
    notFixed: result.notFixed,
    readOnly: result.readOnly ?? [],
    determinizer: result.determinizer ?? null,
  };
}
