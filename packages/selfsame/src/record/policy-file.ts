import { parsePolicy, sha256Hex, VerifyError, type JsonValue, type Policy } from '@selfsame/verify';
import { SelfsameError } from '../errors/selfsame-error.js';
import { parseYamlFile, type YamlFile, type YamlPath } from '../util/yaml/yaml-file.js';
import type { Sha256 } from '../store/types.js';
import { closest, didYouMean } from '../util/did-you-mean.js';
import { readText } from '../util/read-text.js';

/** The file in a workspace that says what is accepted. */
export const POLICY_FILE_NAME = 'policy.yaml';

const MAX_BYTES = 1024 * 1024;
const FIELDS = ['policy', 'threshold', 'required', 'dissent', 'signers', 'key', 'keys'];

export interface PolicyFile {
  readonly policy: Policy;
  /** sha256 of the file's bytes: which text a verdict was given under. */
  readonly sha256: Sha256;
}

/**
 * Reads a policy file (docs/claims-and-verdicts.md).
 *
 * @param path absolute
 * @param name of the file as a person would type it, for messages
 * @throws SelfsameError POLICY_NOT_FOUND, POLICY_INVALID with the place; SelfsameErrors for what is no YAML
 */
export function readPolicyFile(path: string, name: string): PolicyFile {
  const text = readText(path, name, MAX_BYTES);
  if (text === undefined) {
    throw new SelfsameError('POLICY_NOT_FOUND', `there is no policy file ${name}`, {
      hint: 'write one (docs/claims-and-verdicts.md), or name it with --policy FILE',
    });
  }
  const yaml = parseYamlFile(text, name);
  try {
    return { policy: parsePolicy(yaml.value as JsonValue), sha256: sha256Hex(text) };
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
    return 'write how many different signers must agree, at least 2 and at most all: threshold: 2';
  }
  return 'the format is described in docs/claims-and-verdicts.md';
}
