// Specification: docs/policies.md "Ask for strength", docs/policies.md "Ask for a log".

import { VerifyError } from '../errors.js';
import type { FieldPath, FieldReader } from '../json/fields.js';
import type { JsonObject, JsonValue } from '../json/value.js';
import { parseNoteKey, type NoteKey } from '../log/note.js';
import {
  isAttributeName,
  isAttributeValue,
  isSignerName,
  MAX_KEYS,
} from '../roster/parse-signers.js';
import type { LogRule, Policy } from './policy.js';

const MAX_DOMAINS = 32;
const MAX_ENTRIES = 1000;
const MAX_WEIGHT = 1000;
const SECONDS = { h: 3600, d: 86_400 } as const;

/** `min_compromises` with `domains`, `assumed_sound`, `weights` and `unknown`, which mean nothing without it. */
export function parseDomainRules(fields: JsonObject, read: FieldReader): Policy['strength'] {
  const atLeast = fields['min_compromises'];
  if (atLeast === undefined) {
    for (const name of ['domains', 'assumed_sound', 'weights', 'unknown']) {
      if (fields[name] !== undefined)
        read.fail('this means nothing without "min_compromises"', [name]);
    }
    return undefined;
  }
  if (typeof atLeast !== 'number') {
    read.fail('not a whole number of compromises', ['min_compromises'], 'POLICY_THRESHOLD');
  }
  if (fields['domains'] === undefined) {
    const why = 'name the attributes that signers can be compromised by together';
    read.fail(`the field "domains" is missing: ${why}`, []);
  }
  const domains = read.array(fields['domains'], ['domains'], MAX_DOMAINS).map((item, index) => {
    const name = read.string(item, ['domains', index]);
    if (!isAttributeName(name) || name === 'key') {
      read.fail('not the name of an attribute (keys always count)', ['domains', index]);
    }
    return name;
  });
  const { unknown: given = 'shared' } = fields;
  const unknown = read.choice(given, ['unknown'], ['shared', 'any']);
  const assumed = read.array(fields['assumed_sound'] ?? [], ['assumed_sound'], MAX_ENTRIES);
  const weights = read.record(fields['weights'] ?? {}, ['weights']);
  return {
    atLeast,
    domains: [...new Set(domains)].sort(),
    assumedSound: assumed
      .map((item, index) => {
        const path = ['assumed_sound', index];
        const domain = read.string(item, path);
        if (domain.startsWith('key:')) read.fail('a key can always be stolen', path);
        checkDomain(domain, domains, path, read);
        return domain;
      })
      .sort(),
    weights: Object.fromEntries(
      Object.keys(weights)
        .sort()
        .map((domain) => [domain, parseWeight(domain, weights[domain], domains, read)]),
    ),
    unknown,
  };
}

/** `attribute:value` or `attribute:*` of an attribute that counts: anything else would silently do nothing. */
function checkDomain(
  domain: string,
  domains: readonly string[],
  path: FieldPath,
  read: FieldReader,
): void {
  const colon = domain.indexOf(':');
  const attribute = domain.slice(0, Math.max(0, colon));
  const value = domain.slice(colon + 1);
  if (!domains.includes(attribute) && attribute !== 'key') {
    read.fail(`${JSON.stringify(domain)} is not about one of the domains`, path);
  }
  const isValue = attribute === 'key' ? isSignerName(value) : isAttributeValue(value);
  if (value !== '*' && !isValue) read.fail('not written attribute:value or attribute:*', path);
}

function parseWeight(
  domain: string,
  value: JsonValue | undefined,
  domains: readonly string[],
  read: FieldReader,
): number {
  const path = ['weights', domain];
  checkDomain(domain, domains, path, read);
  const isWeight = typeof value === 'number' && Number.isSafeInteger(value);
  if (!isWeight || value < 1 || value > MAX_WEIGHT) {
    read.fail(`not a whole number from 1 to ${MAX_WEIGHT}`, path);
  }
  return value;
}

/** `log`: in which logs votes must be, who witnesses them, and how complete what is at hand must be. */
export function parseLogRule(value: JsonValue, read: FieldReader): LogRule {
  const path = ['log'];
  const required = ['logs', 'witnesses', 'votes', 'max_age'];
  const fields = read.object(value, path, required, ['complete']);
  const witnesses = read.object(fields['witnesses'], [...path, 'witnesses'], ['threshold', 'keys']);
  const keys = verifierKeys(witnesses['keys'], [...path, 'witnesses', 'keys'], read, true);
  const at = [...path, 'witnesses', 'threshold'];
  const otherwise = 'not a whole number of witnesses';
  const threshold = read.wholeNumber(witnesses['threshold'], at, 1, otherwise);
  if (threshold > keys.length) read.fail(`there are only ${keys.length} witnesses`, at);
  const votes = read.choice(fields['votes'], [...path, 'votes'], ['required', 'optional']);
  const { complete = false } = fields;
  if (typeof complete !== 'boolean') read.fail('neither true nor false', [...path, 'complete']);
  const age = /^([1-9][0-9]{0,4})([hd])$/.exec(
    read.string(fields['max_age'], [...path, 'max_age']),
  );
  if (age === null) return read.fail('not a time like 12h or 7d', [...path, 'max_age']);
  return {
    logs: verifierKeys(fields['logs'], [...path, 'logs'], read),
    witnesses: { threshold, keys },
    votes,
    complete,
    maxAge: Number(age[1]) * SECONDS[age[2] as 'h' | 'd'],
  };
}

function verifierKeys(
  value: JsonValue | undefined,
  path: FieldPath,
  read: FieldReader,
  ofWitnesses = false,
): readonly string[] {
  const keys = read.array(value, path, MAX_KEYS).map((item, index) => {
    const text = read.string(item, [...path, index]);
    const key = noteKeyOf(text, [...path, index], read);
    // Verdicts look for cosignatures alone: another kind of key would be a witness that never counts.
    if (ofWitnesses && key.type !== 'cosignature') {
      read.fail(`${key.name} is the key of a log, not of a witness`, [...path, index]);
    }
    return text;
  });
  // Names tell witnesses apart, and one key under two names would be two witnesses.
  for (const part of [/^[^+]*/, /[^+]*\+[^+]*\+(.*)$/]) {
    const seen = keys.map((key) => part.exec(key)?.at(-1) ?? '');
    if (new Set(seen).size < seen.length) read.fail('a name or key is given twice', path);
  }
  if (keys.length === 0) read.fail('at least one key', path);
  return keys;
}

/** A key that a log or witness can have: its hash is its own, and it is a point of the curve. */
function noteKeyOf(text: string, path: FieldPath, read: FieldReader): NoteKey {
  try {
    return parseNoteKey(text);
  } catch (error) {
    if (!(error instanceof VerifyError)) throw error;
    return read.fail(`not a note verifier key NAME+HASH+KEY: ${error.message}`, path);
  }
}
