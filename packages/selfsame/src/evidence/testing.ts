import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseResultClaim, sha256Hex, type BuildName, type Envelope } from '@selfsame/verify';
import { appendClaims, initLog } from '../log/append.js';
import { loggableClaims } from '../log/loggable.js';
import { proveEntries } from '../log/prove.js';
import {
  testEnvelope,
  testLogKey,
  testLogPolicy,
  testLogRuleText,
  testOrigin,
} from '../log/testing.js';
import { cosignLog } from '../log/witness.js';
import { writeAttestation } from '../record/attestation-folder.js';
import { proofPath } from '../record/attestation-path.js';
import { writeDefinition } from '../record/definition-file.js';
import { testDefinition, testKey, testPolicyText } from '../record/testing.js';
import { buildId } from '../record/build-id.js';
import { formatTlogProof } from '../signing/note.js';

export const testEvidenceSigners = ['alice', 'bob', 'carol'];

/** For tests: a folder with claims of three signers of two builds, a log with two witnesses, and a policy. */
export async function testEvidenceFolder(
  root: string,
  { rule = testLogRuleText(), contents = ['x', 'x', 'x'] as readonly string[] } = {},
): Promise<{
  readonly folder: string;
  readonly log: string;
  readonly policyPath: string;
  readonly builds: readonly BuildName[];
  readonly policyText: string;
}> {
  const folder = join(root, 'attestations');
  const log = join(root, 'log');
  const policyPath = join(root, 'policy.yaml');
  const policyText = testPolicyText(testEvidenceSigners, rule);
  mkdirSync(root, { recursive: true });
  writeFileSync(policyPath, policyText);
  const policy = testLogPolicy(testEvidenceSigners, rule);
  const definition = testDefinition();
  const builds = ['2.8', '2.9'].map((version) => ({ project: 'pigz', version, target: 'default' }));
  const envelopes: Envelope[] = builds.flatMap((build) =>
    testEvidenceSigners.map((signer, index) =>
      testEnvelope(signer, `${build.version} ${contents[index] ?? 'x'}`, {
        build,
        definition: buildId(definition),
      }),
    ),
  );
  for (const envelope of envelopes) {
    const { build } = parseResultClaim(envelope.payloadType, envelope.payload);
    await writeAttestation(folder, build, envelope);
    await writeDefinition(folder, build, definition);
  }
  await initLog(log, testOrigin, testKey('log'));
  const claims = loggableClaims(envelopes, policy);
  await appendClaims(log, testKey('log'), claims);
  for (const name of ['w1', 'w2']) {
    const witness = { name, key: testKey(name), state: join(root, `${name}.state`) };
    await cosignLog(log, testLogKey, witness, 1_800_000_000);
  }
  const proofs = await proveEntries(
    log,
    testLogKey,
    claims.map(({ entry }) => entry),
  );
  claims.forEach(({ entry }, index) => {
    const proof = proofs[index];
    if (proof === undefined) throw new Error('a claim is not in the log');
    const path = join(folder, proofPath(entry.build, entry.payload, entry.key, testOrigin));
    writeFileSync(path, formatTlogProof(proof));
  });
  return { folder, log, policyPath, builds, policyText };
}

/** For tests: `sha256:` of what the artifact of a build of `testEvidenceFolder` is made of. */
export function testArtifactDigest(version: string, content = 'x'): string {
  return sha256Hex(`${version} ${content}`);
}
