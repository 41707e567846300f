import { expect, it } from 'vitest';
import { judgeEvidence, judgeEvidenceInParallel, parseEvidence } from '@selfsame/verify';
import { readLogCopy } from '../log/log-copy.js';
import { testLogPolicy, testLogRuleText } from '../log/testing.js';
import { temporaryDirectory } from '../record/testing.js';
import { packEvidence } from './pack-evidence.js';
import { testEvidenceFolder, testEvidenceSigners } from './testing.js';

const AT = 1_800_000_100;

it('gives the same verdict when signatures are checked side by side', async () => {
  using scratch = temporaryDirectory();
  const rule = testLogRuleText('votes: required, complete: true');
  const made = await testEvidenceFolder(scratch.path, { rule });
  const policy = testLogPolicy(testEvidenceSigners, rule);
  const logs = [await readLogCopy(made.log, policy.log)];
  const evidence = parseEvidence((await packEvidence({ ...made, policy, logs })).text);
  const altered = evidence.builds.map((one) => ({
    ...one,
    attestations: one.attestations.map((envelope, index) => {
      const [{ keyId }] = envelope.signatures;
      const signatures = [{ keyId, signature: new Uint8Array(64) }] as const;
      return index > 0 ? envelope : { ...envelope, signatures };
    }),
  }));
  const verdicts = [];
  for (const builds of [evidence.builds, altered]) {
    const file = { ...evidence, builds };
    const verdict = await judgeEvidenceInParallel(file, { policyOfFile: true }, AT);
    expect(verdict).toEqual(judgeEvidence(file, { policyOfFile: true }, AT));
    verdicts.push(verdict.accepted);
  }
  expect(verdicts).toEqual([true, false]);
  await expect(
    judgeEvidenceInParallel(evidence, { policyDigest: '0'.repeat(64) }, AT),
  ).rejects.toThrow(expect.objectContaining({ code: 'EVIDENCE_INVALID' }) as Error);
});
