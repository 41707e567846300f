import { VerifyError } from '../errors.js';
import { FieldReader, type FieldPath } from '../json/fields.js';
import type { JsonValue } from '../json/value.js';
import { parsePublicKey } from '../keys/key-text.js';
import type { PublicKey } from '../keys/public-key.js';

/** A person, organisation or machine whose claims count. However many keys it has, it is one. */
export interface PolicySigner {
  readonly name: string;
  /** At least one; no key belongs to two signers. */
  readonly keys: readonly PublicKey[];
}

/**
 * What a trusted signer's other result does. `block`: an artifact with two results by trusted signers
 * is refused until somebody looked. `note`: it is reported, and the threshold alone decides.
 */
export type DissentRule = 'block' | 'note';

export const dissentRules: readonly DissentRule[] = ['block', 'note'];

/** What is accepted: the same bits from at least `threshold` different signers, `required` among them. */
export interface Policy {
  /** At least 2, at most the number of signers. */
  readonly threshold: number;
  /** Names of signers without whom nothing is accepted. */
  readonly required: readonly string[];
  readonly dissent: DissentRule;
  /** Sorted by name. */
  readonly signers: readonly PolicySigner[];
}

/** Format version, which a policy may state as `policy: 1`. */
export const POLICY_VERSION = 1;
/** One signature proves that one builder, or whoever broke into it, said so. Agreement starts at two. */
export const SMALLEST_THRESHOLD = 2;

const MAX_SIGNERS = 1000;
const MAX_KEYS = 32;
const SIGNER_NAME = /^[A-Za-z0-9][A-Za-z0-9._@+-]{0,63}$/;

const read: FieldReader = new FieldReader('POLICY_INVALID');

/** True for a name a signer can have: letters, digits and `._@+-`, at most 64, starting with a letter or digit. */
export function isSignerName(text: string): boolean {
  return SIGNER_NAME.test(text);
}

/**
 * Reads a policy document:
 * `{policy?: 1, threshold, required?: [names], dissent?: block|note, signers: {name: …}}`, where a
 * signer is a key as text, `{key: text}` or `{keys: [texts]}`. A key is written `ed25519:<base64>`, maybe
 * with a name behind it, as in a public key file. `dissent` is `block` when not given; the threshold
 * has no default.
 *
 * Throws `POLICY_THRESHOLD` or `POLICY_INVALID` with the path of the field.
 */
export function parsePolicy(document: JsonValue): Policy {
  const version = read.record(document, [])['policy'];
  if (version !== undefined && version !== POLICY_VERSION) {
    read.fail(`this version reads policies of version ${POLICY_VERSION}`, ['policy']);
  }
  if (!Object.hasOwn(read.record(document, []), 'threshold')) {
    const why = 'there is no default, because it decides how many builders must agree';
    read.fail(`the field "threshold" is missing: ${why}`, [], 'POLICY_THRESHOLD');
  }
  const optional = ['policy', 'required', 'dissent'];
  const fields = read.object(document, [], ['threshold', 'signers'], optional);
  const signers = parseSigners(fields['signers']);
  const policy: Policy = {
    threshold: parseThreshold(fields['threshold'], signers.length),
    required: parseRequired(fields['required'] ?? [], signers),
    dissent: parseDissent(fields['dissent'] ?? 'block'),
    signers,
  };
  checkPolicy(policy);
  return policy;
}

/**
 * Checks what every verdict relies on, also for policies that were not read by `parsePolicy`: a sound
 * threshold, names and keys given once, required signers that exist.
 */
export function checkPolicy(policy: Policy): void {
  parseThreshold(policy.threshold, policy.signers.length);
  const names = new Set<string>();
  const owners = new Map<string, string>();
  for (const { name, keys } of policy.signers) {
    if (names.has(name)) read.fail(`the signer ${name} is given twice`, ['signers', name]);
    names.add(name);
    if (keys.length === 0) read.fail('a signer has at least one key', ['signers', name]);
    for (const key of keys) {
      const owner = owners.get(key.id);
      if (owner !== undefined) {
        const whose = owner === name ? 'is given twice' : `is also a key of ${owner}`;
        read.fail(`the key ${key.id} ${whose}: one key is one signer`, ['signers', name]);
      }
      owners.set(key.id, name);
    }
  }
  policy.required.forEach((name, index) => {
    if (!names.has(name)) read.fail(`${name} is not among the signers`, ['required', index]);
    if (policy.required.indexOf(name) < index) {
      read.fail(`${name} is given twice`, ['required', index]);
    }
  });
}

function parseThreshold(value: JsonValue | undefined, signers: number): number {
  const path = ['threshold'];
  if (typeof value !== 'number' || !Number.isSafeInteger(value) || value < 1) {
    read.fail('not a whole number of signers', path, 'POLICY_THRESHOLD');
  }
  if (value < SMALLEST_THRESHOLD) {
    const why = 'one claim shows that one builder says so, not that the result can be reproduced';
    read.fail(`${value} is less than ${SMALLEST_THRESHOLD}: ${why}`, path, 'POLICY_THRESHOLD');
  }
  if (value > signers) {
    const count = signers === 1 ? 'there is only 1 signer' : `there are only ${signers} signers`;
    read.fail(`${value} can never be met: ${count}`, path, 'POLICY_THRESHOLD');
  }
  return value;
}

function parseSigners(value: JsonValue | undefined): readonly PolicySigner[] {
  const record = read.record(value, ['signers']);
  const names = Object.keys(record).sort();
  if (names.length > MAX_SIGNERS) {
    throw new VerifyError('LIMIT_EXCEEDED', `signers: more than ${MAX_SIGNERS}`, {
      path: ['signers'],
    });
  }
  return names.map((name) => {
    const path = ['signers', name];
    if (!isSignerName(name)) read.fail('not a name of letters, digits and ._@+-', path);
    return { name, keys: parseKeys(record[name], path) };
  });
}

function parseKeys(value: JsonValue | undefined, path: FieldPath): readonly PublicKey[] {
  if (typeof value === 'string') return [parseKey(value, path)];
  const fields = read.object(value, path, [], ['key', 'keys']);
  const { key, keys } = fields;
  if ((key === undefined) === (keys === undefined)) {
    read.fail('a signer has either "key" or "keys"', path);
  }
  if (key !== undefined) return [parseKey(key, [...path, 'key'])];
  const list = read.array(keys, [...path, 'keys'], MAX_KEYS);
  return list.map((text, index) => parseKey(text, [...path, 'keys', index]));
}

function parseKey(value: JsonValue, path: FieldPath): PublicKey {
  const text = read.string(value, path);
  try {
    return parsePublicKey(text).key;
  } catch (error) {
    return read.fail(error instanceof VerifyError ? error.message : 'not a key', path);
  }
}

function parseRequired(value: JsonValue, signers: readonly PolicySigner[]): readonly string[] {
  const list = read.array(value, ['required'], signers.length);
  return list.map((name, index) => read.string(name, ['required', index]));
}

function parseDissent(value: JsonValue): DissentRule {
  const rule = dissentRules.find((known) => known === value);
  return rule ?? read.fail(`not one of ${dissentRules.join(', ')}`, ['dissent']);
}
