import { resolve } from 'node:path';
import {
  canonicalDigest,
  isSha256Hex,
  type EvidenceFile,
  type EvidenceTrust,
} from '@selfsame/verify';
import { SelfsameError } from '../errors/selfsame-error.js';
import { judgeEvidenceFile, readEvidenceFile } from '../evidence/judge-evidence-file.js';
import type { CommandContext, CommandResult, OptionValues } from './command.js';
import { judgeFiles } from './judge-files.js';
import { timeOf } from './judgement-time.js';
import { all } from './option-values.js';
import { verdictData, verdictText } from './verdict-report.js';

/** `selfsame evidence verify`. */
export async function verifyEvidence(
  [name = '']: readonly string[],
  options: OptionValues,
  context: CommandContext,
): Promise<CommandResult> {
  const at = timeOf(typeof options['at'] === 'string' ? options['at'] : undefined);
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
}

/** What the person brings. Evidence alone is no reason to trust it: its policy could accept anything. */
async function trustOf(
  options: OptionValues,
  name: string,
  evidence: EvidenceFile,
  context: CommandContext,
): Promise<EvidenceTrust> {
  const { policy, policyDigest } = options;
  if (typeof policy === 'string') {
    const { readPolicyWithoutRoster } = await import('../record/policy-file.js');
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
