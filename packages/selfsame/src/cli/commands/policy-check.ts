import type { Command } from '../command.js';

export const policyCheckCommand: Command = {
  name: 'policy check',
  summary: 'check a policy and its roster',
  description:
    'Reads a policy, and the roster it names, as "selfsame verify" would, and says what is wrong or weak in ' +
    'it: rules that can never be met are errors; what holds less than it seems to is a warning. Exit code 0: ' +
    'it is valid; 1: its roster is refused; 2: it is not valid.',
  arguments: [
    {
      syntax: '[file]',
      description: 'the policy (default: policy.yaml in the workspace)',
      complete: 'files',
    },
  ],
  options: [{ flags: '--at <time>', description: 'check as of then (default: now)' }],
  examples: [
    { command: 'selfsame policy check', does: 'check policy.yaml' },
    {
      command: 'selfsame policy check --at 2030-01-01',
      does: 'say which keys, exceptions and rosters will be out of date by then',
    },
  ],
  async run(args, options, context) {
    const { loadPolicy } = await import('../load-policy.js');
    const { policyWarnings } = await import('../policy-warnings.js');
    const { policyFile, at, name } = await loadPolicy(args[0], options['at'], context);
    const warnings = policyWarnings(policyFile, at);
    const { policy, roster } = policyFile;
    const count = `${policy.signers.length} signers, ${policy.threshold} needed`;
    const from = roster === undefined ? '' : `, roster version ${roster.roster.version}`;
    return {
      exitCode: 0,
      data: {
        valid: true,
        sha256: policyFile.sha256,
        signers: policy.signers.length,
        roster: roster && { version: roster.roster.version, sha256: roster.sha256 },
        warnings,
      },
      text: [
        ...warnings.map((line) => context.style.yellow(`warning: ${line}`)),
        `${name}: a valid policy: ${count}${from}`,
      ],
    };
  },
};
