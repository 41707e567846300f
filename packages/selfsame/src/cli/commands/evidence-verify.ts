import type { Command } from '../command.js';

export const evidenceVerifyCommand: Command = {
  name: 'evidence verify',
  summary: 'judge one evidence file, offline',
  description:
    'Says what `selfsame verify` would say about the folder that the evidence was packed from, from this one file. ' +
    'What is trusted comes from you: your own policy (--policy), or the digest of the policy that the file must carry ' +
    '(--policy-digest), which you got from somebody you trust. Exit codes as for verify.',
  arguments: [{ syntax: '<evidence>', description: 'the evidence file', complete: 'files' }],
  options: [
    { flags: '--policy <file>', description: 'your policy; the one in the file is not used' },
    { flags: '--policy-digest <sha256>', description: 'which policy the file must carry' },
    {
      flags: '--at <time>',
      description: 'judge as of then: 2027-03-01 or 2027-03-01T12:00:00Z (default: now)',
    },
    {
      flags: '--file <file>',
      description: 'say whether exactly the bytes of this file are accepted; may be repeated',
      repeatable: true,
    },
  ],
  examples: [
    {
      command: 'selfsame evidence verify pigz.evidence.json --policy mine.yaml',
      does: 'judge evidence by your own policy',
    },
    {
      command:
        'selfsame evidence verify pigz.evidence.json --policy-digest 3f5a… --file pigz-2.8.tar.gz',
      does: 'judge a download by a policy that you know by its digest',
    },
  ],
  async run(args, options, context) {
    const { verifyEvidence } = await import('../verify-evidence.js');
    return await verifyEvidence(args, options, context);
  },
};
