import type { Command } from '../command.js';

export const checkCommand: Command = {
  name: 'check',
  summary: 'say whether a build is reproducible, and if not, what makes it differ and why',
  description:
    'Builds twice, once with nothing varied and once with everything that can be varied without rights: paths, ' +
    'names, time, locale, order of files, processors and more; and if that is the same, once more with other values. If what comes out differs, it finds which variations ' +
    'matter to which file with as few further builds as possible, names the cause in the bytes, and says what to do.\n\n' +
    'Without a recipe it works on the current directory: `selfsame check -- make` copies it and builds in ' +
    'copies, with the programs of this machine. What builds write elsewhere vanishes. With PROJECT it builds the recipe ' +
    'of the workspace.\n\n' +
    'Exit code: 0 no difference; 1 it differs, or fails when something is varied; 2 wrong use; 3 an environment or a ' +
    'variation that was asked for is not available; 4 it fails with nothing varied.',
  arguments: [
    {
      syntax: '[subject...]',
      description: 'a project of the workspace, or a command and its arguments behind `--`',
      complete: 'projects',
    },
  ],
  options: [
    {
      flags: '--in <environment>',
      description: 'build in this locked environment of the workspace',
    },
    {
      flags: '--output <glob>',
      description: 'compare these files only (default: everything that a build makes or changes)',
      repeatable: true,
    },
    {
      flags: '--vary <names>',
      description: 'vary these and nothing else: a,b; or none',
      repeatable: true,
    },
    {
      flags: '--leave-out <names>',
      description: 'vary everything but these: a,b',
      repeatable: true,
    },
    {
      flags: '--list-variations',
      description: 'list the variations there are, and which work here',
    },
    {
      flags: '--quick',
      description: 'leave it at the first builds: no other values, no search for what matters',
    },
    {
      flags: '--runs <n>',
      description:
        'builds made in any case, in turn without and with variations, to other values each while all are the same (default: 2)',
    },
    {
      flags: '--confirm <n>',
      description:
        'how many more builds with nothing varied, and of what is blamed, where threads or parallel jobs may race (default: 2; 0: none)',
    },
    { flags: '--budget <builds>', description: 'builds at most (default: 48)' },
    {
      flags: '--time-limit <seconds>',
      description: 'stop a build after so long, and start none after as long in all',
    },
    { flags: '--jobs <n>', description: 'builds at once (default: 1)' },
    {
      flags: '--seed <text>',
      description: 'other values for what is varied, as a report names them',
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
    { flags: '--keep <dir>', description: 'keep what each build made there' },
    {
      flags: '--html <file>',
      description: 'write a page with all of it, to look at and to hand on',
    },
    { flags: '--sarif <file>', description: 'write SARIF, for code scanning' },
    { flags: '--junit <file>', description: 'write JUnit XML, for CI' },
    {
      flags: '--markdown <file>',
      description: 'write a summary, as for GitHub: --markdown $GITHUB_STEP_SUMMARY',
    },
    {
      flags: '--deep [dir]',
      description:
        'have diffoscope look at files that no cause explains; its pages go to the directory (default: selfsame-deep)',
    },
  ],
  examples: [
    {
      command: 'selfsame check -- make',
      does: 'ask of what is here whether it builds reproducibly',
    },
    {
      command: 'selfsame check --output "dist/*" --html report.html -- npm run build',
      does: 'compare what is handed out only, and write a page about it',
    },
    {
      command: 'selfsame check --vary time,build-path -- make -j4',
      does: 'ask about two variations only',
    },
    { command: 'selfsame check pigz', does: 'check a project of the workspace in its environment' },
  ],
  async run(args, options, context) {
    if (options['listVariations'] === true) {
      const { listVariations } = await import('../list-variations.js');
      return listVariations(context);
    }
    const { readCheckOptions } = await import('../read-check-options.js');
    const request = readCheckOptions(args, options, context);
    const { runCheck } = await import('../run-check.js');
    return runCheck(request, context);
  },
};
