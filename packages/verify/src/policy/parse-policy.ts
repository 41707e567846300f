import { assertSha256Hex } from '../digest/sha256.js';
import { compareBytewise } from '../encoding/order.js';
import { FieldReader } from '../json/fields.js';
import type { JsonObject, JsonValue } from '../json/value.js';
import { isAttributeName, parseSigners, timeField } from '../roster/parse-signers.js';
import {
  checkMinCompromises,
  checkPolicy,
  checkReachable,
  checkThreshold,
} from './check-policy.js';
import { parseRosterTrust } from '../roster/parse-owners.js';
import { parseDomainRules, parseLogRule } from './parse-rules.js';
import {
  dissentRules,
  POLICY_VERSION,
  policyModes,
  type Policy,
  type PolicyException,
} from './policy.js';

const MAX_EXCEPTIONS = 1000;
const MAX_REASON = 512;

const read: FieldReader = new FieldReader('POLICY_INVALID');

/** Every field of a policy; none of them must be there by itself. */
export const policyFields: readonly string[] = [
  'policy',
  'threshold',
  'min_compromises',
  'domains',
  'assumed_sound',
  'weights',
  'unknown',
  'required',
  'distinct',
  'dissent',
  'exceptions',
  'log',
  'mode',
  'inputs',
  'signers',
  'roster',
];

/**
 * Reads a policy document (docs/policies.md). It has `signers` or `roster`, and `threshold` or
 * `min_compromises` or both: how many must agree has no default. A policy with a roster is completed by
 * `withRoster`.
 *
 * Throws `POLICY_THRESHOLD` or `POLICY_INVALID` with the path of the field.
 */
export function parsePolicy(document: JsonValue): Policy {
  const version = read.record(document, [])['policy'];
  if (version !== undefined && version !== POLICY_VERSION) {
    read.fail(`this version reads policies of version ${POLICY_VERSION}`, ['policy']);
  }
  if (!['threshold', 'min_compromises'].some((name) => Object.hasOwn(document as object, name))) {
    const why = 'there is no default, because it decides how many builders must agree';
    read.fail(`the field "threshold" is missing: ${why}`, [], 'POLICY_THRESHOLD');
  }
  const fields = read.object(document, [], [], policyFields);
  refuseEmpty(fields, []);
  if ((fields['signers'] === undefined) === (fields['roster'] === undefined)) {
    read.fail('a policy has either "signers" or "roster"', []);
  }
  const { roster } = fields;
  const strength = parseDomainRules(fields, read);
  const policy: Policy = {
    // Each signer has a key of its own, so that m compromises take at least m signers.
    threshold: wholeNumber(fields['threshold'] ?? strength?.atLeast ?? 0, 'threshold'),
    required: parseNames(fields['required'] ?? [], ['required']),
    strength,
    distinct: parseDistinct(fields['distinct'] ?? {}),
    ...parseDissent(fields['dissent'] ?? 'block'),
    exceptions: parseExceptions(fields['exceptions'] ?? []),
    log: fields['log'] === undefined ? undefined : parseLogRule(fields['log'], read),
    mode: read.choice(fields['mode'] ?? 'enforce', ['mode'], policyModes),
    inputs: read.choice(fields['inputs'] ?? 'compare', ['inputs'], ['compare', 'ignore']),
    roster: roster === undefined ? undefined : parseRosterTrust(roster, read),
    signers: roster === undefined ? parseSigners(fields['signers'], read) : [],
  };
  if (policy.strength !== undefined) checkMinCompromises(policy.strength.atLeast);
  if (policy.roster !== undefined) {
    checkThreshold(policy.threshold, Infinity);
    return policy;
  }
  checkPolicy(policy);
  checkReachable(policy);
  return policy;
}

/** A field without a value is a rule that somebody meant to write: nothing may take it for no rule. */
function refuseEmpty(value: JsonValue | undefined, path: readonly (string | number)[]): void {
  if (value === null) {
    const code = path[0] === 'threshold' ? 'POLICY_THRESHOLD' : 'POLICY_INVALID';
    read.fail('there is no value: write one, or leave the field out', path, code);
  }
  if (Array.isArray(value)) value.forEach((item, index) => refuseEmpty(item, [...path, index]));
  else if (typeof value === 'object')
    for (const [name, item] of Object.entries(value)) refuseEmpty(item, [...path, name]);
}

/** Whatever is not one is left for `checkThreshold` to explain. */
function wholeNumber(value: JsonValue, field: string): number {
  if (typeof value === 'number') return value;
  return read.fail('not a whole number of signers', [field], 'POLICY_THRESHOLD');
}

function parseNames(value: JsonValue, path: readonly (string | number)[]): readonly string[] {
  return read
    .array(value, path, MAX_EXCEPTIONS)
    .map((name, index) => read.string(name, [...path, index]));
}

function parseDistinct(value: JsonValue): Policy['distinct'] {
  const record = read.record(value, ['distinct']);
  return Object.keys(record)
    .sort()
    .map((attribute) => {
      const path = ['distinct', attribute];
      if (!isAttributeName(attribute)) read.fail('not the name of an attribute', path);
      const otherwise = 'not a whole number of different values, at least 2';
      return { attribute, atLeast: read.wholeNumber(record[attribute], path, 2, otherwise) };
    });
}

function parseDissent(value: JsonValue): Pick<Policy, 'dissent' | 'blockers' | 'blockAt'> {
  if (typeof value === 'string') {
    const dissent = read.choice(value, ['dissent'], dissentRules);
    return { dissent, blockers: undefined, blockAt: 1 };
  }
  const path = ['dissent'];
  if (typeof value !== 'object' || value === null) {
    return read.fail(`not one of ${dissentRules.join(', ')}`, path);
  }
  const fields = read.object(value, path, ['block'], ['at_least']);
  const blockers = parseNames(fields['block'] ?? [], [...path, 'block']);
  if (blockers.length === 0) read.fail('nobody can block: write dissent: note', [...path, 'block']);
  const at = [...path, 'at_least'];
  const blockAt = read.wholeNumber(fields['at_least'] ?? 1, at, 1, 'not a whole number of signers');
  return { dissent: 'block', blockers, blockAt };
}

function parseExceptions(value: JsonValue): readonly PolicyException[] {
  const exceptions = read
    .array(value, ['exceptions'], MAX_EXCEPTIONS)
    .map((item, index) => parseException(item, ['exceptions', index]));
  exceptions.forEach(({ sha256 }, index) => {
    if (exceptions.findIndex((other) => other.sha256 === sha256) < index) {
      read.fail('this digest is given twice', ['exceptions', index, 'sha256']);
    }
  });
  return exceptions.sort((a, b) => compareBytewise(a.sha256, b.sha256));
}

function parseException(value: JsonValue, path: readonly (string | number)[]): PolicyException {
  const fields: JsonObject = read.object(value, path, ['sha256', 'until', 'why']);
  const why = read.string(fields['why'], [...path, 'why']);
  if (why.trim() === '' || why.length > MAX_REASON || /\p{Cc}/u.test(why)) {
    read.fail(`not a reason on one line of at most ${MAX_REASON} characters`, [...path, 'why']);
  }
  return {
    sha256: read.part([...path, 'sha256'], () => assertSha256Hex(fields['sha256'], 'it')),
    until: timeField(fields['until'], [...path, 'until'], read) as number,
    why,
  };
}
