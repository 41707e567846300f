// Specification: docs/rosters.md "What a reader checks".

import { isSha256Hex } from '../digest/sha256.js';
import type { FieldPath, FieldReader } from '../json/fields.js';
import type { JsonValue } from '../json/value.js';
import { parsePublicKey } from '../keys/key-text.js';
import type { PublicKey } from '../keys/public-key.js';
import { MAX_KEYS } from './parse-signers.js';
import type { RosterOwners, RosterTrust } from './roster.js';

/** Relative, without `.` and `..` as parts. */
const RELATIVE_FILE = /^(?!\/)(?!.*(?:^|\/)\.\.?(?:\/|$))[A-Za-z0-9._+/-]{1,255}$/;

/** `roster: {owners, threshold, min_version, sha256?, expired?, file?}`. */
export function parseRosterTrust(value: JsonValue, read: FieldReader): RosterTrust {
  const path = ['roster'];
  const optional = ['sha256', 'expired', 'file'];
  const fields = read.object(value, path, ['owners', 'threshold', 'min_version'], optional);
  const { min_version: version, sha256, expired: after = 'refuse', file = 'roster.jsonl' } = fields;
  const otherwise = 'not a version, which count from 1';
  const minVersion = read.wholeNumber(version, [...path, 'min_version'], 1, otherwise);
  if (sha256 !== undefined && !isSha256Hex(sha256)) read.fail('not a sha256', [...path, 'sha256']);
  const expired = read.choice(after, [...path, 'expired'], ['refuse', 'warn']);
  if (typeof file !== 'string' || !RELATIVE_FILE.test(file)) {
    read.fail('not the path of a file below the directory of the policy', [...path, 'file']);
  }
  return {
    ...parseOwners(fields['owners'], fields['threshold'], path, read),
    minVersion,
    sha256,
    expired,
    file,
  };
}

/** Owners' public keys, each once, and how many of them must sign. */
export function parseOwners(
  owners: JsonValue | undefined,
  threshold: JsonValue | undefined,
  path: FieldPath,
  read: FieldReader,
): RosterOwners {
  const keys = read.array(owners, [...path, 'owners'], MAX_KEYS).map((item, index): PublicKey => {
    const place = [...path, 'owners', index];
    return read.part(place, () => parsePublicKey(read.string(item, place)).key);
  });
  if (new Set(keys.map(({ id }) => id)).size < keys.length) {
    read.fail('a key is given twice: one key is one owner', [...path, 'owners']);
  }
  const at = [...path, 'threshold'];
  const count = read.wholeNumber(threshold, at, 1, 'not a whole number of owners');
  if (count > keys.length) {
    read.fail(`${count} can never be met: there are ${keys.length} owners`, at);
  }
  return { threshold: count, keys };
}
