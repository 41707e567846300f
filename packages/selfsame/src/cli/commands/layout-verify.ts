import { resolve } from 'node:path';
import type { LayoutProblem } from '../../attestations/in-toto-layout/verify-layout.js';
import type { LayoutKey } from '../../attestations/in-toto/layout-keys.js';
import { printable } from '../../text/printable.js';
import type { Command } from '../command.js';
import { all, one } from '../option-values.js';

export const layoutVerifyCommand: Command = {
  name: 'layout verify',
  summary: 'verify an in-toto layout and its links',
  description:
    'Checks what `in-toto-verify` checks: that the layout is signed by every key that you name and has not expired; that ' +
    'as many authorised keys as each step wants signed links that say the same; and that files went from step to step ' +
    'as its rules say. It refuses some of what that program wrongly accepts (docs/attestation-formats.md).\n\n' +
    'Inspections are commands that a layout wants run here. None is ever run. A layout with inspections is refused ' +
    'unless you say --without-inspections; with --files their rules are checked against files as if the ' +
    'commands had changed nothing. Exit code 1 when it is refused.',
  arguments: [{ syntax: '<layout>', description: 'the signed layout', complete: 'files' }],
  options: [
    {
      flags: '--key <file>',
      description:
        'public key that must have signed the layout: PEM, JSON of securesystemslib, or one OpenPGP certificate; all that are given must have',
      repeatable: true,
    },
    { flags: '--links <dir>', description: 'folder of the links (default: that of the layout)' },
    {
      flags: '--files <dir>',
      description: 'what was delivered: rules of inspections are checked against it',
    },
    { flags: '--without-inspections', description: 'judge all but what inspections would find' },
    {
      flags: '--at <time>',
      description: 'judge as of this time, 2027-03-01 or 2027-03-01T12:00:00Z (default: now)',
    },
  ],
  examples: [
    {
      command: 'selfsame layout verify root.layout --key owner.pub --links links',
      does: 'verify the links of a supply chain',
    },
    {
      command:
        'selfsame layout verify root.layout --key owner.asc --files delivered --without-inspections',
      does: 'also check the delivered files against the rules of inspections',
    },
  ],
  async run([name = ''], options, context) {
    const { dirname } = await import('node:path');
    const { SelfsameError } = await import('../../errors/selfsame-error.js');
    const { judgeLayout } = await import('../../attestations/in-toto/judge-layout.js');
    const { readLayoutKey } = await import('../../attestations/in-toto/layout-keys.js');
    const { readFilesAtHand, readLayout, readLinks } =
      await import('../../attestations/in-toto/read-links.js');
    const { timeOf } = await import('../judgement-time.js');
    const path = resolve(context.cwd, name);
    const names = all(options, 'key');
    if (names.length === 0) {
      throw new SelfsameError('WRONG_USE', 'who must have signed the layout is not said', {
        hint: 'name each public key: --key FILE',
      });
    }
    const at = timeOf(one(options, 'at'));
    const layout = await readLayout(path, name);
    const keys: LayoutKey[] = [];
    for (const file of names) {
      keys.push(await readLayoutKey(resolve(context.cwd, file), file, layout));
    }
    const directory = one(options, 'links');
    const folder = directory === undefined ? dirname(path) : resolve(context.cwd, directory);
    const links = await readLinks(folder, context.signal);
    const delivered = one(options, 'files');
    const files =
      delivered === undefined
        ? undefined
        : await readFilesAtHand(resolve(context.cwd, delivered), context.signal);
    const withoutInspections = options['withoutInspections'] === true;
    const judged = await judgeLayout(layout, { keys, links, files, at, withoutInspections });
    const { accepted, badCertificates, inspectionsOpen, verdict } = judged;
    const { problems, inspectionsNotRun, ignored, otherCommands, summary } = verdict;
    const fileOf = (id: string): string => keys.find(({ key }) => key.id === id)?.file ?? id;
    const reasons = [
      ...problems.map((problem) => problemText(problem, fileOf)),
      ...badCertificates.map(({ file, why }) => `the signature by ${file} does not count: ${why}`),
      ...(inspectionsOpen
        ? ['its inspections were not run; leave them out with --without-inspections']
        : []),
    ];
    const notes = [
      ...inspectionsNotRun.map(
        ({ name: item, run }) => `inspection ${item} was not run: ${run.join(' ')}`,
      ),
      ...ignored.map(
        ({ step, why }) => `a link of step ${step} does not count: ${ignoredText[why]}`,
      ),
      ...links.unreadable.map(({ path: file, why }) => `${file} is no link: ${why}`),
      ...otherCommands.map(
        (step) => `step ${step} was done with another command than the layout's`,
      ),
    ];
    const { style } = context;
    return {
      exitCode: accepted ? 0 : 1,
      data: {
        accepted,
        problems,
        badCertificates,
        inspectionsNotRun,
        inspectionsOpen,
        ignored,
        unreadable: links.unreadable,
        otherCommands,
        ...(accepted && { products: summary?.products ?? {} }),
      },
      text: [
        ...notes.map((note) => style.dim(printable(note))),
        ...reasons.map((reason) => style.red(printable(reason))),
        accepted
          ? style.green(`accepted: ${printable(name)}`)
          : style.red(`refused: ${printable(name)}`),
      ],
    };
  },
};

const ignoredText = {
  'no-such-step': 'the layout has no such step',
  'other-step': 'what is signed is about another step',
  'not-authorised': 'no key that the step allows signed it',
  unreadable: 'it breaks the format of links',
} as const;

function problemText(problem: LayoutProblem, fileOf: (id: string) => string): string {
  switch (problem.reason) {
    case 'layout-signature':
      return `${fileOf(problem.key)} did not sign the layout`;
    case 'layout-expired':
      return `the layout expired at ${new Date(problem.expires * 1000).toISOString()}`;
    case 'threshold': {
      const { step, needed, keys } = problem;
      return `step ${step} needs links by ${needed} keys, and has ${keys.length}`;
    }
    case 'disagreement':
      return `the ${problem.keys.length} keys that signed step ${problem.step} do not say the same`;
    case 'rule': {
      const { item, side, rule, path } = problem;
      const isMissing = rule[0]?.toUpperCase() === 'REQUIRE';
      const what = isMissing ? `is not among the ${side}` : `is among the ${side}`;
      return `${item}: ${path} ${what}, against the rule ${rule.join(' ')}`;
    }
    case 'sublayout': {
      const below = problem.problems.map((one) => problemText(one, (id) => id)).join('; ');
      return `the layout in place of step ${problem.step} is refused: ${below}`;
    }
  }
}
