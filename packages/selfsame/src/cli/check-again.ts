import { defaultSeed } from './read-check-options.js';
import type { CheckRequest } from './read-check-options.js';
import type { CheckReport } from '../vary/types.js';

/** A shorter check that shows some findings again. */
export interface Again {
  /** What it varies. */
  readonly varied: readonly string[];
  /** Words of a command line, to be run in the same directory. */
  readonly command: readonly string[];
}

/** Commands listed at most. */
const mostCommands = 20;

/** For each minimal set of variations that was found the command that shows what it does, smallest sets first. */
export function againCommands(report: CheckReport, request: CheckRequest): readonly Again[] {
  const sets = new Map<string, readonly string[]>();
  const dependences = [
    ...report.failures.map(({ dependence }) => dependence),
    ...report.artifacts.map(({ dependence }) => dependence),
  ];
  for (const dependence of dependences)
    if (dependence?.type === 'with')
      for (const set of dependence.sets) sets.set(set.join(','), set);
  return [...sets.values()]
    .sort((a, b) => a.length - b.length)
    .slice(0, mostCommands)
    .map((varied) => ({ varied, command: commandOf(varied, request) }));
}

function commandOf(varied: readonly string[], request: CheckRequest): string[] {
  const { subject, environment, outputs, env, epoch, seed, seconds } = request;
  const option = (name: string, values: readonly (string | undefined)[]): string[] =>
    values.flatMap((value) => (value === undefined ? [] : [`--${name}`, value]));
  return [
    'selfsame',
    'check',
    ...option('vary', [varied.join(',')]),
    '--quick',
    ...option('in', [environment]),
    ...option('output', outputs),
    ...option('env', env),
    ...option('epoch', [epoch]),
    ...option('seed', [seed === defaultSeed ? undefined : seed]),
    ...option('time-limit', [seconds === undefined ? undefined : String(seconds)]),
    ...(subject.type === 'command'
      ? ['--', ...subject.command]
      : subject.project === undefined
        ? []
        : [subject.project]),
  ];
}
