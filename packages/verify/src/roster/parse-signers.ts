// Specification: docs/rosters.md "What is a roster, and who decides what is in it?".

import { parseTime, type PosixTime } from '../encoding/time.js';
import { VerifyError } from '../errors.js';
import type { FieldPath, FieldReader } from '../json/fields.js';
import type { JsonObject, JsonValue } from '../json/value.js';
import { parseRosterKey, type RosterKey, type TimeWindow } from './roster-key.js';
import type { RosterSigner } from './roster.js';

const MAX_SIGNERS = 1000;
export const MAX_KEYS = 32;
const MAX_VALUES = 16;
const MAX_ATTRIBUTES = 32;

const SIGNER_NAME = /^[A-Za-z0-9][A-Za-z0-9._@+-]{0,63}$/;
const ATTRIBUTE_NAME = /^[a-z][a-z0-9_]{0,31}$/;
const ATTRIBUTE_VALUE = /^[A-Za-z0-9](?:[A-Za-z0-9 ._@+/-]{0,62}[A-Za-z0-9._@+/-])?$/;
/** Names of attributes that mean something else: every signer's own domain, and a field of its own. */
const RESERVED = ['key', 'role', 'signer', 'organisation'];

/** True for a name a signer can have: letters, digits and `._@+-`, at most 64, starting with a letter or digit. */
export function isSignerName(text: string): boolean {
  return SIGNER_NAME.test(text);
}

/** True for the name of an attribute: small letters, digits and `_`, at most 32, starting with a letter. */
export function isAttributeName(text: string): boolean {
  return ATTRIBUTE_NAME.test(text);
}

/** True for the value of an attribute: ASCII letters, digits, spaces inside and `._@+/-`, at most 64. */
export function isAttributeValue(text: string): boolean {
  return ATTRIBUTE_VALUE.test(text);
}

/**
 * Reads `{name: signer}` of a roster or a policy. A signer is a key as text, or
 * `{key|keys, organisation?, roles?, since?, until?, attributes?}`, where `keys` may hold texts and
 * `{key, since?, until?}`. Sorted by name. Refused with the reader's code and the path of the field.
 */
export function parseSigners(value: JsonValue | undefined, read: FieldReader): RosterSigner[] {
  const record = read.record(value, ['signers']);
  const names = Object.keys(record).sort();
  if (names.length > MAX_SIGNERS) {
    throw new VerifyError('LIMIT_EXCEEDED', `signers: more than ${MAX_SIGNERS}`, {
      path: ['signers'],
    });
  }
  const signers = names.map((name) => {
    const path = ['signers', name];
    if (!isSignerName(name)) read.fail('not a name of letters, digits and ._@+-', path);
    return parseSigner(name, record[name], path, read);
  });
  checkSigners(signers, read);
  return signers;
}

/**
 * What every verdict relies on, also for signers that were not read by `parseSigners`: names given once,
 * at least one key each, no key twice, and no two spellings of one value.
 */
export function checkSigners(signers: readonly RosterSigner[], read: FieldReader): void {
  const names = new Set<string>();
  const owners = new Map<string, string>();
  for (const { name, keys } of signers) {
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
  checkSpelling(signers, read);
}

/** `Debian` and `debian` would be two domains where there is one, and strength would be overstated. */
function checkSpelling(signers: readonly RosterSigner[], read: FieldReader): void {
  const spellings = new Map<string, string>();
  for (const { name, attributes = {} } of signers) {
    for (const [attribute, values] of Object.entries(attributes)) {
      for (const value of values) {
        const folded = `${attribute}:${value.toLowerCase().replace(/[ ._-]+/g, '-')}`;
        const known = spellings.get(folded) ?? value;
        if (known !== value) {
          const both = `${JSON.stringify(known)} and ${JSON.stringify(value)}`;
          read.fail(`${attribute} is written both ${both}: two spellings would count as two`, [
            'signers',
            name,
          ]);
        }
        spellings.set(folded, value);
      }
    }
  }
}

function parseSigner(
  name: string,
  value: JsonValue | undefined,
  path: FieldPath,
  read: FieldReader,
): RosterSigner {
  if (typeof value === 'string') return { name, keys: [parseKey(value, path, read)] };
  const optional = ['key', 'keys', 'organisation', 'roles', 'since', 'until', 'attributes'];
  const fields = read.object(value, path, [], optional);
  const roles = parseRoles(fields['roles'], [...path, 'roles'], read);
  const attributes = parseAttributes(fields, path, read);
  return {
    name,
    keys: parseKeys(fields, path, read),
    ...(roles !== undefined && { roles }),
    ...(Object.keys(attributes).length > 0 && { attributes }),
    ...parseWindow(fields, path, read),
  };
}

function parseKeys(
  { key, keys }: JsonObject,
  path: FieldPath,
  read: FieldReader,
): readonly RosterKey[] {
  if ((key === undefined) === (keys === undefined)) {
    read.fail('a signer has either "key" or "keys"', path);
  }
  if (key !== undefined) return [parseKey(key, [...path, 'key'], read)];
  return read.array(keys, [...path, 'keys'], MAX_KEYS).map((item, index) => {
    const place = [...path, 'keys', index];
    if (typeof item === 'string') return parseKey(item, place, read);
    const fields = read.object(item, place, ['key'], ['since', 'until']);
    return {
      ...parseKey(fields['key'], [...place, 'key'], read),
      ...parseWindow(fields, place, read),
    };
  });
}

function parseKey(value: JsonValue | undefined, path: FieldPath, read: FieldReader): RosterKey {
  const text = read.string(value, path);
  return read.part(path, () => parseRosterKey(text));
}

function parseRoles(value: JsonValue | undefined, path: FieldPath, read: FieldReader) {
  if (value === undefined) return undefined;
  const roles = read.array(value, path, MAX_VALUES).map((item, index) => {
    const role = read.string(item, [...path, index]);
    if (!isAttributeName(role)) read.fail('not a role of small letters', [...path, index]);
    return role;
  });
  return [...new Set(roles)].sort();
}

function parseAttributes(
  fields: JsonObject,
  path: FieldPath,
  read: FieldReader,
): Readonly<Record<string, readonly string[]>> {
  const attributes: Record<string, readonly string[]> = {};
  const { organisation } = fields;
  if (organisation !== undefined) {
    attributes['organisation'] = parseValues(organisation, [...path, 'organisation'], read);
  }
  const given = read.record(fields['attributes'] ?? {}, [...path, 'attributes']);
  const names = Object.keys(given).sort();
  if (names.length > MAX_ATTRIBUTES) {
    read.fail(`more than ${MAX_ATTRIBUTES} attributes`, [...path, 'attributes'], 'LIMIT_EXCEEDED');
  }
  for (const name of names) {
    const place = [...path, 'attributes', name];
    if (!isAttributeName(name)) read.fail('not a name of small letters, digits and _', place);
    if (RESERVED.includes(name)) read.fail('this name is kept for something else', place);
    attributes[name] = parseValues(given[name], place, read);
  }
  return attributes;
}

function parseValues(
  value: JsonValue | undefined,
  path: FieldPath,
  read: FieldReader,
): readonly string[] {
  const list = typeof value === 'string' ? [value] : read.array(value, path, MAX_VALUES);
  const values = list.map((item) => {
    const text = read.string(item, path);
    if (!isAttributeValue(text)) read.fail('not a value of ASCII letters, digits and ._@+/-', path);
    return text;
  });
  // "None" is a value to write down; an empty list would be a value that nothing can compromise.
  if (values.length === 0) read.fail('no value: leave the attribute out if unknown', path);
  return [...new Set(values)].sort();
}

function parseWindow(fields: JsonObject, path: FieldPath, read: FieldReader): TimeWindow {
  const since = timeField(fields['since'], [...path, 'since'], read);
  const until = timeField(fields['until'], [...path, 'until'], read);
  if (since !== undefined && until !== undefined && since >= until) {
    read.fail('"until" is not after "since"', [...path, 'until']);
  }
  return { ...(since !== undefined && { since }), ...(until !== undefined && { until }) };
}

/** A time of a document, undefined where it is not given. */
export function timeField(
  value: JsonValue | undefined,
  path: FieldPath,
  read: FieldReader,
): PosixTime | undefined {
  if (value === undefined) return undefined;
  const form = 'not a time like 2027-03-01 or 2027-03-01T12:00:00Z';
  return parseTime(value) ?? read.fail(form, path);
}
