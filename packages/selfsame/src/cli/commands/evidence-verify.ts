import { resolve } from 'node:path';
import type { EvidenceFile, EvidenceTrust } from '@selfsame/verify';
import type { Command, CommandContext, OptionValues } from '../command.js';
import { all } from '../log-options.js';

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
  async run([name = ''], options, context) {
    const { timeOf } = await import('./verify.js');
    const { judgeFiles } = await import('../judge-files.js');
    const { judgeEvidenceFile, readEvidenceFile } =
      await import('../../evidence/judge-evidence-file.js');
    const { verdictData, verdictText } = await import('../verdict-report.js');
    const at = await timeOf(typeof options['at'] === 'string' ? options['at'] : undefined);
    const evidence = await readEvidenceFile(resolve(context.cwd, name), name);
    const trust = await trustOf(options, name, evidence, context);
    const { verdict, judgements } = await judgeEvidenceFile(evidence, name, trust, at);
    const files = await judgeFiles(all(options, 'file'), judgements, context);
    const policyFile = { policy: verdict.policy, sha256: verdict.policyDigest };
    const { logs } = verdict;
    const report = {
      policyFile,
      folder: name,
      judgements,
      files,
      ...(logs && { logs }),
      unusable: [],
    };
    const data = verdictData(report);
    return {
      exitCode: data.accepted || verdict.policy.mode !== 'enforce' ? 0 : 1,
      data: {
        ...data,
        evidence: {
          file: name,
          policyDigest: verdict.policyDigest,
          roster: verdict.roster && {
            version: verdict.roster.roster.version,
            sha256: verdict.roster.sha256,
          },
        },
      },
      text: verdictText(report, context.style, context.columns),
    };
  },
};

/** What the person brings. Evidence alone is no reason to trust it: its policy could accept anything. */
async function trustOf(
  options: OptionValues,
  name: string,
  evidence: EvidenceFile,
  context: CommandContext,
): Promise<EvidenceTrust> {
  const { canonicalDigest, isSha256Hex } = await import('@selfsame/verify');
  const { SelfsameError } = await import('../../errors/selfsame-error.js');
  const { policy, policyDigest } = options;
  if (typeof policy === 'string') {
    const { readPolicyWithoutRoster } = await import('../../record/policy-file.js');
    return { policy: readPolicyWithoutRoster(resolve(context.cwd, policy), policy) };
  }
  if (typeof policyDigest === 'string') {
    if (isSha256Hex(policyDigest)) return { policyDigest };
    throw new SelfsameError('WRONG_USE', '--policy-digest is not a sha256 of 64 digits', {
      hint: 'copy it whole from whoever told you which policy to judge by',
    });
  }
  throw new SelfsameError(
    'EVIDENCE_POLICY',
    `${name} brings a policy of its own, and nothing says that it is yours`,
    {
      hint:
        'judge by your own: --policy FILE, or, if somebody you trust told you this digest: ' +
        `--policy-digest ${canonicalDigest(evidence.policy)}`,
    },
  );
}
