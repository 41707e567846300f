import type { Command, OptionValues } from '../command.js';

const list = (options: OptionValues, name: string): readonly string[] =>
  (options[name] as readonly string[] | undefined) ?? [];

export const compareCommand: Command = {
  name: 'compare',
  summary: 'say what differs between two files or trees, and why',
  description:
    'Compares two files or two directories byte by byte, looks into archives, packages, and object files that differ, ' +
    'and names the cause of each difference where the bytes show it. Differences named with --ignore do not count; ' +
    'the answer says which they were and what they hid.\n\n' +
    'Exit code: 0 identical, or equal after ignoring what was asked; 1 not; 2 wrong use.',
  arguments: [
    { syntax: '<a>', description: 'a file or directory', complete: 'files' },
    { syntax: '<b>', description: 'another of the same kind', complete: 'files' },
  ],
  options: [
    {
      flags: '--ignore <name>',
      description:
        'leave out a kind of difference: mtime, order, signature, … (an unknown name lists all)',
      repeatable: true,
    },
    { flags: '--metadata', description: 'compare times and owners of files in directories, too' },
    {
      flags: '--depth <n>',
      description: 'look into so many containers in containers (default: 24)',
    },
    {
      flags: '--time <seconds>',
      description: 'end after so long, with what is known (default: 900)',
    },
  ],
  examples: [
    { command: 'selfsame compare first.deb second.deb', does: 'say what differs in two packages' },
    {
      command: 'selfsame compare --ignore mtime --ignore order a.tar.gz b.tar.gz',
      does: 'ask whether they are the same but for times and order',
    },
  ],
  async run([a = '', b = ''], options, context) {
    const { resolve } = await import('node:path');
    const { compare } = await import('../../compare/compare.js');
    const { normalisersNamed } = await import('../../compare/normalisers/normalisers.js');
    const { compareData, compareText } = await import('../compare-report.js');
    const { readCompareLimits } = await import('../read-compare-options.js');
    const ignore = normalisersNamed(list(options, 'ignore'));
    const limits = readCompareLimits(options);
    const report = await compare(resolve(context.cwd, a), resolve(context.cwd, b), {
      ignore,
      limits,
      signal: context.signal,
      metadata: options['metadata'] === true,
    });
    const said = { ...report, a, b };
    const isSame = report.verdict === 'identical' || report.verdict === 'equal-after-ignoring';
    return {
      exitCode: isSame ? 0 : 1,
      data: compareData(said),
      text: compareText(said, context.style),
    };
  },
};
