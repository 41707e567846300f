import { describe, expect, it } from 'vitest';
import {
  decodeHex,
  judge,
  parseEnvelope,
  parsePolicy,
  resultClaimPayload,
  sha256Hex,
  STATEMENT_PAYLOAD_TYPE,
  type ResultClaim,
} from './index.js';
import { formatEnvelope, keyFromSeed, signEnvelope } from './testing/sign.js';

// Formats that other people's files depend on. A change here is a new version of the format.
const alice = keyFromSeed(
  decodeHex('9d61b19deffd5a60ba844af492ec2cc44449c5697b326919703bac031cae7f60', 32),
);
const claim: ResultClaim = {
  build: { project: 'pigz', version: '2.8', target: 'default' },
  definition: sha256Hex('definition'),
  outcome: 'built',
  artifacts: [
    { path: 'pigz', sha256: sha256Hex('pigz') },
    { path: 'doc/LIESMICH ä.txt', sha256: sha256Hex('doc') },
  ],
};
const FILE =
  '{"payload":"' +
  'eyJfdHlwZSI6Imh0dHBzOi8vaW4tdG90by5pby9TdGF0ZW1lbnQvdjEiLCJwcmVkaWNhdGUiOnsiZGVmaW5pdGlv' +
  'biI6IjRjNGVkMWFmYmZkYWExZTRjM2JmN2JiYjgyZDczMGNlY2I3ZTM4NGRhOTFlZWE0ZjNjYzA5M2ZkNTQ1NTI0' +
  'ZDYiLCJvdXRjb21lIjoiYnVpbHQiLCJwcm9qZWN0IjoicGlneiIsInRhcmdldCI6ImRlZmF1bHQiLCJ2ZXJzaW9u' +
  'IjoiMi44In0sInByZWRpY2F0ZVR5cGUiOiJ1cm46c2VsZnNhbWU6cmVzdWx0LWNsYWltOnYxIiwic3ViamVjdCI6' +
  'W3siZGlnZXN0Ijp7InNoYTI1NiI6IjEzOWQ1NDRiODIxYjEzZWJlYTE0ZjFiMGZlMTg1NzcyMjJlNDE1YzI5NjZl' +
  'M2EzNTExYzQxOTYwNTUyMzIyMDIifSwibmFtZSI6ImRvYy9MSUVTTUlDSCDDpC50eHQifSx7ImRpZ2VzdCI6eyJz' +
  'aGEyNTYiOiI4ODM2NDJlNjYwZDJlZjU0NWQzZDlmMGNiZDEyNzkwYTk5YWVhNjM1OGZiNjdjNDY2NjRmZjIyZmVm' +
  'YThiN2RmIn0sIm5hbWUiOiJwaWd6In1dfQ==' +
  '","payloadType":"application/vnd.in-toto+json","signatures":[{"keyid":"06e3fd8fda29bb60a' +
  'b59557de61edb0aecdb231134be30e75b455f8e1b792fa9","sig":"YwOKDWPTZvntgFyMYqHdkDdCBjw9i8Up' +
  'EGdjwnZYrrERo9Iu89TIJBUNi7AaBuZj51ssdVY9EK71N8C+lycyAQ=="}]}' +
  '\n';

describe('formats', () => {
  it('are the same as ever', () => {
    const payload = resultClaimPayload(claim);
    expect(sha256Hex(payload)).toBe(
      '9a263213c8c4a19a4ec21d625dd9eb3aacf2630a430b11d58254b919af235bad',
    );
    expect(alice.publicKey.id).toBe(
      '06e3fd8fda29bb60ab59557de61edb0aecdb231134be30e75b455f8e1b792fa9',
    );
    expect(formatEnvelope(signEnvelope(STATEMENT_PAYLOAD_TYPE, payload, alice))).toBe(FILE);
  });

  it('are read as ever', () => {
    const policy = parsePolicy({
      policy: 1,
      threshold: 2,
      signers: {
        alice: 'ed25519:11qYAYKxCrfVS/7TyWQHOg7hcvPapiMlrwIaaPcHURo=',
        bob: { key: 'ed25519:PUAXw+hDiVqStwqnTRt+vJyYLM8uxJaMwM1V8Sr0Zgw= bob' },
      },
    });
    const verdict = judge([parseEnvelope(FILE)], policy, { build: claim.build });
    expect(verdict.definitions[0]?.artifacts.map(({ clusters }) => clusters[0]?.agree)).toEqual([
      ['alice'],
      ['alice'],
    ]);
  });
});
