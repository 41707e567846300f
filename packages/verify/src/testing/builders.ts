import type { ResultClaim } from '../claim/result-claim.js';
import { resultClaimPayload } from '../claim/result-claim.js';
import { sha256Hex } from '../digest/sha256.js';
import type { Envelope } from '../dsse/envelope.js';
import type { Policy } from '../policy/policy.js';
import { rosterKey } from '../roster/roster-key.js';
import type { RosterSigner } from '../roster/roster.js';
import { STATEMENT_PAYLOAD_TYPE } from '../statement/statement.js';
import { signEnvelope, testKey } from './sign.js';

/** For tests: a claim with one artifact `x.tar.gz`, changed as asked. */
export function testClaim(changes: Partial<ResultClaim> = {}): ResultClaim {
  return {
    build: { project: 'pigz', version: '2.8', target: 'default' },
    definition: sha256Hex('definition'),
    outcome: 'built',
    artifacts: [{ path: 'x.tar.gz', sha256: sha256Hex('good') }],
    ...changes,
  };
}

/** For tests: a claim whose artifacts have these contents. */
export function claimOf(
  contents: Readonly<Record<string, string>>,
  changes: Partial<ResultClaim> = {},
): ResultClaim {
  const artifacts = Object.entries(contents).map(([path, content]) => ({
    path,
    sha256: sha256Hex(content),
  }));
  return testClaim({ artifacts, ...changes });
}

/** For tests: an envelope with one signature by the key `testKey(signer)`. */
export function signedBy(signer: string, claim: ResultClaim): Envelope {
  return signEnvelope(STATEMENT_PAYLOAD_TYPE, resultClaimPayload(claim), testKey(signer));
}

/** For tests: a policy over signers whose keys are `testKey(name)`. */
export function testPolicy(names: readonly string[], changes: Partial<Policy> = {}): Policy {
  return {
    threshold: 2,
    required: [],
    strength: undefined,
    distinct: [],
    dissent: 'block',
    blockers: undefined,
    blockAt: 1,
    exceptions: [],
    log: undefined,
    mode: 'enforce',
    inputs: 'compare',
    roster: undefined,
    signers: [...names].sort().map((name) => testSigner(name)),
    ...changes,
  };
}

/** For tests: a signer whose keys are `testKey(name)`, with one value for each attribute. */
export function testSigner(
  name: string,
  attributes: Readonly<Record<string, string>> = {},
  keys: readonly string[] = [name],
): RosterSigner {
  return {
    name,
    keys: keys.map((key) => rosterKey(testKey(key).publicKey)),
    ...(Object.keys(attributes).length > 0 && {
      attributes: Object.fromEntries(Object.entries(attributes).map(([key, one]) => [key, [one]])),
    }),
  };
}
