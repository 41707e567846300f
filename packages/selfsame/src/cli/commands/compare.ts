import { printable } from '../../text/printable.js';
import type { Command, OptionValues } from '../command.js';

const list = (options: OptionValues, name: string): readonly string[] =>
  (options[name] as readonly string[] | undefined) ?? [];

export const compareCommand: Command = {
  name: 'compare',
  summary: 'say what differs between two files, trees or lists of hashes, and why',
  description:
    'Compares two files or two directories byte by byte, looks into archives, packages, and object files that differ, ' +
    'and names the cause of each difference where the bytes show it. Differences named with --ignore do not count; ' +
    'the answer says which they were and what they hid.\n\n' +
    'Lists of hashes (SHA256SUMS, guix.sigs, gitian .assert, hashes.txt of Heads), also at an http(s) address, are compared ' +
    'with each other entry by entry, and with the files of a directory.\n\n' +
    'Exit code: 0 identical, or equal after ignoring what was asked; 1 not; 2 wrong use.',
  arguments: [
    {
      syntax: '<a>',
      description: 'a file, a directory, a list of hashes, or the address of one',
      complete: 'files',
    },
    { syntax: '<b>', description: 'another of the same kind', complete: 'files' },
  ],
  options: [
    {
      flags: '--ignore <name>',
      description:
        'leave out a kind of difference: mtime, order, signature, … (an unknown name lists all)',
      repeatable: true,
    },
    {
      flags: '--html <file>',
      description: 'write one page with everything, to be opened in a browser',
    },
    { flags: '--markdown <file>', description: 'write a summary, as for GitHub' },
    { flags: '--sarif <file>', description: 'write SARIF, for code scanning' },
    { flags: '--junit <file>', description: 'write JUnit XML, for CI' },
    {
      flags: '--deep [dir]',
      description:
        'have diffoscope look at what no cause explains; its pages go to the directory (default: selfsame-deep)',
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
    { flags: '--as-files', description: 'take lists of hashes for plain files' },
    {
      flags: '--artifacts-a <dir>',
      description: 'where the files are that list A speaks of, to look into them',
    },
    { flags: '--artifacts-b <dir>', description: 'the same for list B' },
  ],
  examples: [
    { command: 'selfsame compare first.deb second.deb', does: 'say what differs in two packages' },
    {
      command: 'selfsame compare --ignore mtime --ignore order a.tar.gz b.tar.gz',
      does: 'ask whether they are the same but for times and order',
    },
    {
      command: 'selfsame compare hashes.txt https://ci.example/hashes.txt',
      does: 'ask which components of an image differ from the published build, and because of what',
    },
  ],
  async run([a = '', b = ''], options, context) {
    const { resolve } = await import('node:path');
    const { normalisersNamed } = await import('../../compare/normalisers/normalisers.js');
    const { compareAny } = await import('../../compare/compare-any.js');
    const { readCompareLimits } = await import('../read-compare-options.js');
    const { examineCompareReports, writeCompareReports } = await import('../compare-reports.js');
    const { jsonReport } = await import('../../report/json/json-report.js');
    const { compareLines } = await import('../../report/terminal/compare-lines.js');
    const deep = options['deep'];
    const at = (name: string): string | undefined => {
      const given = options[name];
      return typeof given === 'string' ? resolve(context.cwd, given) : undefined;
    };
    const asked = {
      ignore: normalisersNamed(list(options, 'ignore')),
      limits: readCompareLimits(options),
      signal: context.signal,
      metadata: options['metadata'] === true,
      cwd: context.cwd,
      asFiles: options['asFiles'] === true,
      artifacts: { a: at('artifactsA'), b: at('artifactsB') },
      ...(deep !== undefined && {
        deep: {
          directory: resolve(context.cwd, typeof deep === 'string' ? deep : 'selfsame-deep'),
        },
      }),
    };
    await examineCompareReports(options, context);
    const report = await compareAny(a, b, asked, context);
    await writeCompareReports(report, options, context);
    const isSame = report.verdict === 'identical' || report.verdict === 'equal-after-ignoring';
    const { style, columns } = context;
    const { html } = options;
    return {
      exitCode: isSame ? 0 : 1,
      data: jsonReport(report),
      text: compareLines(report, {
        ...{ style, columns },
        ...(typeof html === 'string' && { rest: printable(html) }),
      }),
    };
  },
};
