import { collectClaims, sha256Hex, type Envelope, type Policy } from '@selfsame/verify';
import type { LoggableClaim } from './append.js';

/**
 * The claims that a log may take: signed by a signer of the policy, each signature checked. What is anybody
 * else's, or no claim, is left out: junk in a signer's name would make every verdict incomplete. Sorted, so that
 * the same folder gives the same log.
 */
export function loggableClaims(
  envelopes: readonly Envelope[],
  policy: Policy,
): readonly LoggableClaim[] {
  const payloads = new Map(envelopes.map(({ payload }) => [sha256Hex(payload), payload]));
  return collectClaims(envelopes, policy).claims.flatMap(({ claim, payload, keys, signatures }) =>
    keys.flatMap((key) =>
      (signatures.get(key) ?? []).map((signature) => ({
        entry: {
          build: claim.build,
          definition: claim.definition,
          outcome: claim.outcome,
          payload,
          key,
          signature,
        },
        payload: payloads.get(payload) ?? new Uint8Array(),
      })),
    ),
  );
}
