import {
  parsePolicy,
  policyFields,
  sha256Hex,
  VerifyError,
  withRoster,
  type JsonValue,
  type OpenedRoster,
  type Policy,
  type PosixTime,
} from '@selfsame/verify';
import { SelfsameError } from '../errors/selfsame-error.js';
import { parseYamlFile, type YamlFile, type YamlPath } from '../util/yaml/yaml-file.js';
import type { Sha256 } from '../store/types.js';
import { closest, didYouMean } from '../util/did-you-mean.js';
import { readText } from '../util/read-text.js';
import { readTrustedRoster } from './roster-file.js';

/** The file in a workspace that says what is accepted. */
export const POLICY_FILE_NAME = 'policy.yaml';

const MAX_BYTES = 1024 * 1024;
/** Every key a policy or a signer in it can have, to say which was meant. */
const FIELDS = [
  ...policyFields,
  'key',
  'keys',
  'organisation',
  'roles',
  'attributes',
  'since',
  'until',
];

export interface PolicyFile {
  readonly policy: Policy;
  /** sha256 of the file's bytes: which text a verdict was given under. */
  readonly sha256: Sha256;
  /** The roster its signers come from; undefined where the policy lists them itself. */
  readonly roster?: OpenedRoster;
}

/**
 * Reads a policy file (docs/claims-and-verdicts.md), and the roster that it names beside it.
 *
 * @param path absolute
 * @param name of the file as a person would type it, for messages
 * @param at when, for rosters that expire
 * @throws SelfsameError POLICY_NOT_FOUND, POLICY_INVALID with the place, ROSTER_* where the policy has one;
 *   SelfsameErrors for what is no YAML
 */
export function readPolicyFile(path: string, name: string, at?: PosixTime): PolicyFile {
  return readPolicy(path, name, (policy, sha256) => {
    if (policy.roster === undefined) return { policy, sha256 };
    const roster = readTrustedRoster(path, policy.roster, at);
    return { policy: withRoster(policy, roster.roster), sha256, roster };
  });
}

/**
 * As `readPolicyFile`, but without the roster, for whoever has its versions from elsewhere: its owners, in the policy, say
 * which to believe.
 */
export function readPolicyWithoutRoster(path: string, name: string): Policy {
  return readPolicy(path, name, (policy) => policy);
}

function readPolicy<T>(
  path: string,
  name: string,
  complete: (policy: Policy, sha256: Sha256) => T,
): T {
  const text = readText(path, name, MAX_BYTES);
  if (text === undefined) {
    throw new SelfsameError('POLICY_NOT_FOUND', `there is no policy file ${name}`, {
      hint: 'write one (docs/policies.md), or name it with --policy FILE',
    });
  }
  const yaml = parseYamlFile(text, name);
  try {
    return complete(parsePolicy(yaml.value as JsonValue), sha256Hex(text));
  } catch (error) {
    if (error instanceof VerifyError) throw explain(error, yaml);
    throw error;
  }
}

function explain(error: VerifyError, yaml: YamlFile): SelfsameError {
  const path: YamlPath = error.path ?? [];
  const field = path.at(-1);
  const misspelt = path.length === 0 ? misspeltThreshold(error, yaml.value) : undefined;
  if (misspelt !== undefined) {
    return new SelfsameError('POLICY_INVALID', error.message, {
      location: yaml.locate([misspelt], 'key'),
      hint: `did you mean "threshold" where it says ${JSON.stringify(misspelt)}?`,
    });
  }
  const isUnknown = error.message.includes('unknown field') && typeof field === 'string';
  const nearby = isUnknown ? didYouMean(field, FIELDS) : undefined;
  return new SelfsameError('POLICY_INVALID', error.message, {
    location: yaml.locate(path, isUnknown ? 'key' : 'value'),
    hint: nearby ?? hintFor(error),
  });
}

/** The key that was meant to be `threshold`, when that is missing. */
function misspeltThreshold(error: VerifyError, document: unknown): string | undefined {
  if (error.code !== 'POLICY_THRESHOLD' || typeof document !== 'object' || document === null)
    return undefined;
  const unknown = Object.keys(document).filter((key) => !FIELDS.includes(key));
  return closest('threshold', unknown);
}

function hintFor(error: VerifyError): string {
  if (error.code === 'POLICY_THRESHOLD') {
    return error.path?.[0] === 'min_compromises'
      ? 'write a number from 2 up to what all signers together reach: selfsame policy explain'
      : 'write how many different signers must agree, at least 2 and at most all: threshold: 2';
  }
  return 'the format is described in docs/policies.md';
}
