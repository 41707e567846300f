import {
  formatNoteKey,
  noteKey,
  parsePolicy,
  parseResultClaim,
  sha256Hex,
  type Envelope,
  type JsonValue,
  type Policy,
  type ResultClaim,
} from '@selfsame/verify';
import { signedBy, testKey, testPolicyText } from '../record/testing.js';
import { parseYamlFile } from '../util/yaml/yaml-file.js';

export const testOrigin = 'log.example/claims';
export const testLogKey = noteKey(testOrigin, 'note', testKey('log').publicKey);

/** For tests: the verifier key of a witness `name`, whose key is `testKey(name)`. */
export function witnessKey(name: string): string {
  return formatNoteKey(noteKey(name, 'cosignature', testKey(name).publicKey));
}

/** For tests: the `log` part of a policy, with the witnesses w1 and w2 of two. */
export function testLogRuleText(more = 'votes: required, complete: false'): string {
  const log = formatNoteKey(testLogKey);
  const witnesses = `{threshold: 2, keys: ['${witnessKey('w1')}', '${witnessKey('w2')}']}`;
  return `log: {logs: ['${log}'], witnesses: ${witnesses}, ${more}, max_age: 7d}\n`;
}

/** For tests: a policy over signers whose keys are `testKey(name)`. */
export function testLogPolicy(names: readonly string[], more = testLogRuleText()): Policy {
  return parsePolicy(parseYamlFile(testPolicyText(names, more), 'policy.yaml').value as JsonValue);
}

/** For tests: a claim of one artifact with this content, signed. */
export function testEnvelope(
  signer: string,
  content: string,
  changes: Partial<ResultClaim> = {},
): Envelope {
  const envelope = signedBy(signer, {
    build: { project: 'pigz', version: '2.8', target: 'default' },
    definition: sha256Hex('definition'),
    outcome: 'built',
    artifacts: [{ path: 'pigz.tar.gz', sha256: sha256Hex(content) }],
    ...changes,
  });
  parseResultClaim(envelope.payloadType, envelope.payload);
  return envelope;
}
