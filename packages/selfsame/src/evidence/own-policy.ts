import { parsePolicy, VerifyError, type JsonValue, type Policy } from '@selfsame/verify';
import { SelfsameError } from '../errors/selfsame-error.js';
import { readText } from '../util/read-text.js';
import { parseYamlFile } from '../util/yaml/yaml-file.js';

const MAX_BYTES = 1024 * 1024;

/**
 * The policy of the person who verifies, without its roster: versions of that come with the evidence, and its
 * owners, in the policy, say which to believe.
 *
 * @throws SelfsameError POLICY_NOT_FOUND, POLICY_INVALID with the place
 */
export function readOwnPolicy(path: string, name: string): Policy {
  const text = readText(path, name, MAX_BYTES);
  if (text === undefined) {
    throw new SelfsameError('POLICY_NOT_FOUND', `there is no policy file ${name}`, {
      hint: 'write one (docs/policies.md), or name it with --policy FILE',
    });
  }
  const yaml = parseYamlFile(text, name);
  try {
    return parsePolicy(yaml.value as JsonValue);
  } catch (error) {
    if (!(error instanceof VerifyError)) throw error;
    throw new SelfsameError('POLICY_INVALID', error.message, {
      location: yaml.locate(error.path ?? [], 'value'),
      hint: `look at it with: selfsame policy check --policy ${name}`,
    });
  }
}
