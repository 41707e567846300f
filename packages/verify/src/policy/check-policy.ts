// Specification: docs/policies.md.

import { FieldReader } from '../json/fields.js';
import { checkSigners } from '../roster/parse-signers.js';
import type { Roster } from '../roster/roster.js';
import { attributeValues } from '../strength/domains.js';
import { strengthOf } from '../strength/strength.js';
import { signersMeeting, SMALLEST_THRESHOLD, type Policy } from './policy.js';

const read: FieldReader = new FieldReader('POLICY_INVALID');

/**
 * Checks what every verdict relies on, also for policies that were not read by `parsePolicy`: sound
 * thresholds, names and keys given once, required signers that exist. A policy that waits for its roster
 * is refused.
 */
export function checkPolicy(policy: Policy): void {
  if (policy.signers.length === 0 && policy.roster !== undefined) {
    read.fail('the roster has not been put in', ['roster']);
  }
  checkThreshold(policy.threshold, policy.signers.length);
  if (policy.strength !== undefined) checkMinCompromises(policy.strength.atLeast);
  checkSigners(policy.signers, read);
  checkNames(policy.required, 'required', policy);
  checkNames(policy.blockers ?? [], 'dissent', policy);
}

/** The threshold stands for itself, or is what `min_compromises` implies; it has no default. */
export function checkThreshold(value: unknown, signers: number): asserts value is number {
  const path = ['threshold'];
  if (typeof value !== 'number' || !Number.isSafeInteger(value)) {
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
}

export function checkMinCompromises(value: unknown): asserts value is number {
  const path = ['min_compromises'];
  if (typeof value !== 'number' || !Number.isSafeInteger(value)) {
    read.fail('not a whole number of compromises', path, 'POLICY_THRESHOLD');
  }
  if (value < SMALLEST_THRESHOLD) {
    const why = 'a single compromise must never be enough';
    read.fail(`${value} is less than ${SMALLEST_THRESHOLD}: ${why}`, path, 'POLICY_THRESHOLD');
  }
}

/**
 * That all signers together would meet the policy: refused with what stands in the way, so that a policy
 * that can never accept anything is found when it is written.
 */
export function checkReachable({ strength, distinct, signers }: Policy): void {
  for (const { attribute, atLeast } of distinct) {
    const values = new Set(signers.flatMap((s) => attributeValues(s.attributes, attribute)));
    if (values.size < atLeast) {
      const found = `the signers have ${values.size} known values of it`;
      read.fail(`${atLeast} can never be met: ${found}`, ['distinct', attribute]);
    }
  }
  if (strength === undefined) return;
  const all = strengthOf(signers, strength, signers);
  if (all.weight < strength.atLeast) {
    const coalition = all.coalition.map(({ domain }) => domain).join(' and ');
    const why = `${coalition} can speak for all signers`;
    const path = ['min_compromises'];
    read.fail(`${strength.atLeast} can never be met: ${why}`, path, 'POLICY_THRESHOLD');
  }
}

function checkNames(
  names: readonly string[],
  field: 'required' | 'dissent',
  { signers }: Policy,
): void {
  names.forEach((name, index) => {
    const path = field === 'required' ? [field, index] : [field, 'block', index];
    if (signersMeeting(name, signers).length === 0) {
      const what = name.startsWith('role:')
        ? 'is a role that no signer has'
        : 'is not among the signers';
      read.fail(`${name} ${what}`, path);
    }
    if (names.indexOf(name) < index) read.fail(`${name} is given twice`, path);
  });
}

/**
 * The policy with the signers of its roster, which must have been verified (`openRoster`). Throws as
 * `parsePolicy` does for what only the signers show.
 */
export function withRoster(policy: Policy, roster: Roster): Policy {
  const whole = { ...policy, signers: roster.signers };
  checkPolicy(whole);
  checkReachable(whole);
  return whole;
}
