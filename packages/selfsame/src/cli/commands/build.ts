import { join, relative, resolve } from 'node:path';
import type { BuildOutcome } from '../../build/engine.js';
import type { ExitCode } from '../../errors/error-code.js';
import type { SelfsameError } from '../../errors/selfsame-error.js';
import type { Command, CommandContext } from '../command.js';

export const buildCommand: Command = {
  name: 'build',
  summary: 'build projects and what they need',
  description:
    'Builds the projects of the workspace, what they need first, each in a sandbox made of its locked ' +
    'environment. What was built before and is proved whole in the store is not built again. Artifacts ' +
    'are copied to out/PROJECT/VERSION/TARGET/ with a SHA256SUMS and the provenance.\n\n' +
    'The tree of a build that fails is kept: `selfsame shell --failed PROJECT` enters it.',
  arguments: [
    {
      syntax: '[projects...]',
      description: 'projects, or project@target (default: all of the workspace)',
      complete: 'projects',
    },
  ],
  options: [
    { flags: '--target <target>', description: 'target of the projects named without one' },
    {
      flags: '--jobs <n>',
      description: 'builds at once (default: CPUs of this machine); never changes a result',
    },
    {
      flags: '--keep-going',
      description: 'after a failure, build everything that does not need what failed',
    },
    {
      flags: '--rebuild',
      description: 'build the projects named again, and fail if they come out different',
    },
    {
      flags: '--out <dir>',
      description: 'where finished artifacts go (default: out/ in the workspace)',
    },
  ],
  examples: [
    { command: 'selfsame build', does: 'build every project of the workspace' },
    { command: 'selfsame build pigz', does: 'build pigz and what it needs' },
    {
      command: 'selfsame build pigz@debug --rebuild',
      does: 'build the debug target of pigz again and compare',
    },
  ],
  async run(args, options, context) {
    const { openBuild } = await import('../../build/open-build.js');
    const { buildPlan } = await import('../../build/engine.js');
    const engine = await context.engine();
    const target = typeof options['target'] === 'string' ? options['target'] : undefined;
    const jobs = await jobsOf(options['jobs'], context);
    const { workspace, plan, dependencies } = await openBuild(
      context.cwd,
      { projects: args, target },
      engine,
    );
    const named = (key: string) =>
      args.length === 0 || args.some((arg) => key === arg || key.split('@')[0] === arg);
    const rebuild = new Set(options['rebuild'] === true ? plan.order.filter(named) : []);
    const outcomes = await buildPlan(plan, dependencies, engine, {
      jobs,
      keepGoing: options['keepGoing'] === true,
      rebuild,
    });

    const { registerWorkspace } = await import('../../store/roots.js');
    const { buildRoots } = await import('../../build/roots-of.js');
    await registerWorkspace(engine.store, workspace.root, buildRoots(outcomes, dependencies));
    const out =
      typeof options['out'] === 'string'
        ? resolve(context.cwd, options['out'])
        : join(workspace.root, 'out');
    const { writeAllOut } = await import('../../build/write-all-out.js');
    const places = await writeAllOut(engine.store, workspace.root, out, outcomes);
    const failure = outcomes.find((outcome) => outcome.status === 'failed');
    const { errorCodes } = await import('../../errors/codes.js');
    return {
      exitCode:
        failure === undefined ? 0 : (errorCodes[failure.error.code].exit satisfies ExitCode),
      data: { out, builds: outcomes.map((outcome) => describe(outcome, places)) },
      text: await report(outcomes, places, context),
    };
  },
};

async function jobsOf(option: unknown, context: CommandContext): Promise<number> {
  if (option === undefined) return context.settings.jobs;
  const { SelfsameError } = await import('../../errors/selfsame-error.js');
  const jobs = typeof option === 'string' && /^[0-9]{1,4}$/u.test(option) ? Number(option) : 0;
  if (jobs < 1 || jobs > 1024)
    throw new SelfsameError(
      'WRONG_USE',
      `--jobs ${String(option)} is not a number from 1 to 1024`,
      { hint: 'For example: --jobs 4' },
    );
  return jobs;
}

/** One build for `--json`. */
function describe(outcome: BuildOutcome, places: ReadonlyMap<string, string>) {
  const [project, target] = outcome.key.split('@');
  const base = { project, target, status: outcome.status };
  switch (outcome.status) {
    case 'built':
    case 'cached':
      return {
        ...base,
        version: outcome.result.version,
        buildId: outcome.result.buildId,
        directory: places.get(outcome.key),
        artifacts: outcome.result.artifacts,
        notFixed: outcome.result.notFixed,
      };
    case 'failed':
      return { ...base, buildId: outcome.buildId, error: errorData(outcome.error) };
    case 'skipped':
      return { ...base, because: outcome.because };
  }
}

function errorData({ code, message, hint, details, location }: SelfsameError) {
  return { code, message, hint, details, location };
}

async function report(
  outcomes: readonly BuildOutcome[],
  places: ReadonlyMap<string, string>,
  context: CommandContext,
): Promise<string[]> {
  const { style } = context;
  const { printable } = await import('../../text/printable.js');
  const width = Math.max(...outcomes.map(({ key }) => key.length), 0);
  const lines: string[] = [];
  for (const outcome of outcomes) {
    const key = outcome.key.padEnd(width);
    if (outcome.status !== 'failed' && outcome.status !== 'skipped') {
      const place = relative(context.cwd, places.get(outcome.key) ?? '') || '.';
      lines.push(
        `${style.bold(key)}  ${style.green(outcome.status)}  ${style.dim(outcome.result.buildId.slice(0, 12))}  ${place}`,
      );
      for (const { sha256, path } of outcome.result.artifacts.slice(0, shownArtifacts))
        lines.push(`  ${sha256}  ${printable(path)}`);
      const more = outcome.result.artifacts.length - shownArtifacts;
      if (more > 0) lines.push(`  and ${more} more, all in ${join(place, 'SHA256SUMS')}`);
    } else if (outcome.status === 'skipped') {
      lines.push(
        `${style.bold(key)}  ${style.yellow('skipped')}  ${outcome.because === undefined ? 'not started after the failure' : `needs ${outcome.because}`}`,
      );
    } else {
      lines.push(`${style.bold(key)}  ${style.red('failed')}  ${printable(outcome.error.message)}`);
      const last = outcome.error.details?.['lastLines'];
      if (Array.isArray(last))
        for (const line of last) lines.push(`  ${style.dim('│')} ${printable(String(line))}`);
      if (outcome.error.hint !== undefined) lines.push(`  ${printable(outcome.error.hint)}`);
    }
  }
  return lines;
}

/** Artifacts of one build listed on the terminal. */
const shownArtifacts = 20;
