import type { Policy } from '@selfsame/verify';
import type { Command } from '../command.js';

export const policyExplainCommand: Command = {
  name: 'policy explain',
  summary: 'say in words what a policy accepts, and what it would take to forge it',
  description:
    'Prints each rule of a policy as a sentence, how much it would take to forge the agreement of all signers, ' +
    'and the cheapest coalition that can speak for enough of them.',
  arguments: [
    {
      syntax: '[file]',
      description: 'the policy (default: policy.yaml in the workspace)',
      complete: 'files',
    },
  ],
  options: [{ flags: '--at <time>', description: 'explain as of then (default: now)' }],
  examples: [
    { command: 'selfsame policy explain', does: 'explain policy.yaml' },
    { command: 'selfsame policy explain --json theirs.yaml', does: 'the same for a program' },
  ],
  async run(args, options, context) {
    const { strengthOf } = await import('@selfsame/verify');
    const { loadPolicy } = await import('../load-policy.js');
    const { forgeryUnder, policyWarnings } = await import('../policy-warnings.js');
    const { coalitionWords, domainWords, strengthLines, strengthWords } =
      await import('../verdict-strength.js');
    const { policyFile, at, name } = await loadPolicy(args[0], options['at'], context);
    const { policy } = policyFile;
    const rules = ruleSentences(policy);
    const all = policy.strength && strengthOf(policy.signers, policy.strength, policy.signers);
    const forgery = forgeryUnder(policy);
    const forging =
      policy.strength === undefined
        ? `the cheapest way to forge a result: ${forgery.coalition.map(domainWords).join(' AND ')}`
        : `no coalition below weight ${Math.max(policy.strength.atLeast, forgery.atLeast)} can forge a result`;
    return {
      exitCode: 0,
      data: {
        sha256: policyFile.sha256,
        rules,
        strengthOfAll: all && { ...all, words: coalitionWords(all.coalition) },
        cheapestForgery: {
          ...forgery,
          atLeast: Math.max(policy.strength?.atLeast ?? 0, forgery.atLeast),
        },
        warnings: policyWarnings(policyFile, at),
      },
      text: [
        context.style.bold(name),
        ...rules.map((rule) => `  ${rule}`),
        ...(all === undefined
          ? []
          : [
              `if all ${policy.signers.length} signers agree, forging it takes ${strengthWords(all)}`,
              ...strengthLines(all, policy).map((line) => `  ${line}`),
            ]),
        forging,
        ...policyWarnings(policyFile, at).map((line) => context.style.yellow(`warning: ${line}`)),
      ],
    };
  },
};

/** Every rule of the policy as a sentence. */
function ruleSentences(policy: Policy): readonly string[] {
  const { strength, log, roster } = policy;
  const rules = [
    `at least ${policy.threshold} of ${policy.signers.length} signers must have got the same bits` +
      (policy.inputs === 'compare' ? ' from the same inputs' : ', whatever they built them from'),
    ...policy.required.map((need) =>
      need.startsWith('role:')
        ? `a signer with the role ${need.slice('role:'.length)} must be among them`
        : `${need} must be among them`,
    ),
    ...policy.distinct.map(
      ({ attribute, atLeast }) =>
        `they must have at least ${atLeast} different values of ${attribute.replaceAll('_', ' ')}`,
    ),
  ];
  if (strength !== undefined) {
    const domains = ['key', ...strength.domains].map((name) => name.replaceAll('_', ' '));
    rules.push(
      `forging their agreement must take compromises of weight ${strength.atLeast} or more, ` +
        `each of one ${domains.join(', ')}`,
    );
    if (strength.assumedSound.length > 0) {
      rules.push(`taken to be beyond compromise: ${strength.assumedSound.join(', ')}`);
    }
  }
  rules.push(dissentSentence(policy));
  if (log?.votes === 'required') {
    const { threshold } = log.witnesses;
    const many = threshold === 1 ? 'witness' : 'witnesses';
    rules.push(`attestations must be in a log, seen by ${threshold} ${many}`);
  }
  if (log?.complete === true) {
    rules.push('everything that the log lists for a build must be at hand');
  }
  if (policy.exceptions.length > 0) {
    rules.push(`exceptions: ${policy.exceptions.length}, each for exact bits and until a day`);
  }
  if (roster !== undefined) {
    const owners = `${roster.threshold} of ${roster.keys.length} owners`;
    rules.push(`signers come from ${roster.file}, signed by ${owners}`);
  }
  if (policy.mode !== 'enforce') rules.push(`mode ${policy.mode}: refusals are only reported`);
  return rules;
}

function dissentSentence({ dissent, blockers, blockAt }: Policy): string {
  if (dissent === 'note') return 'other results of trusted signers are reported, and block nothing';
  const who = blockers === undefined ? 'any signer' : blockers.join(', ');
  const many = blockAt === 1 ? 'a different result of' : `different results of ${blockAt} of`;
  return `${many} ${who} blocks an artifact until somebody looked`;
}
