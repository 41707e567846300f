import { generateKeyPairSync, sign } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { resultClaimPayload } from '../claim/result-claim.js';
import { sha256Hex } from '../digest/sha256.js';
import { preAuthenticationEncoding } from '../dsse/pae.js';
import { encodeHex } from '../encoding/hex.js';
import { publicKeyFromSpki } from '../keys/public-key.js';
import { formatLogEntry } from '../log/entry.js';
import { leafHash } from '../log/merkle.js';
import { rosterKey } from '../roster/roster-key.js';
import { STATEMENT_PAYLOAD_TYPE } from '../statement/statement.js';
import { claimOf, testPolicy, testSigner } from '../testing/builders.js';
import { testLogRule } from '../testing/votes.js';
import { judge } from './judge.js';

describe('a claim that one key signed twice', () => {
  it('was made when the first signature was logged, whatever their order', () => {
    const { privateKey, publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
    const key = publicKeyFromSpki(publicKey.export({ format: 'der', type: 'spki' }));
    const claim = claimOf({ x: 'good' });
    const payload = resultClaimPayload(claim);
    const message = preAuthenticationEncoding(STATEMENT_PAYLOAD_TYPE, payload);
    const signature = () => ({ keyId: key.id, signature: sign('sha256', message, privateKey) });
    const [first, second] = [signature(), signature()];
    const leaf = (bytes: Uint8Array) => {
      const entry = { ...claim, payload: sha256Hex(payload), key: key.id, signature: bytes };
      return encodeHex(leafHash(formatLogEntry(entry)));
    };
    const seen = (time: number) => ({ time, log: 'log', witnesses: ['w1', 'w2'] });
    const window = { until: 10 };
    const signers = [{ name: 'alice', keys: [rosterKey(key, window)] }, testSigner('bob')];
    const policy = testPolicy([], { signers, log: testLogRule });
    const reasons = (times: readonly [number, number]) =>
      [[first, second] as const, [second, first] as const].map((signatures) => {
        const witnessed = new Map([
          [leaf(first.signature), seen(times[0])],
          [leaf(second.signature), seen(times[1])],
        ]);
        const envelope = { payloadType: STATEMENT_PAYLOAD_TYPE, payload, signatures };
        return judge([envelope], policy, { at: 50, witnessed }).notCounted.map((one) => one.reason);
      });
    expect(reasons([5, 20])).toEqual([[], []]);
    expect(reasons([20, 5])).toEqual([[], []]);
    expect(reasons([20, 30])).toEqual([['outside-window'], ['outside-window']]);
  });
});
