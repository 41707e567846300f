import { isSha256Hex } from '../digest/sha256.js';
import { VerifyError } from '../errors.js';
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
  const { min_version: minVersion, sha256, expired = 'refuse', file = 'roster.jsonl' } = fields;
  if (!Number.isSafeInteger(minVersion) || (minVersion as number) < 1) {
    read.fail('not a version, which count from 1', [...path, 'min_version']);
  }
  if (sha256 !== undefined && !isSha256Hex(sha256)) read.fail('not a sha256', [...path, 'sha256']);
  if (expired !== 'refuse' && expired !== 'warn') {
    read.fail('not one of refuse, warn', [...path, 'expired']);
  }
  if (typeof file !== 'string' || !RELATIVE_FILE.test(file)) {
    read.fail('not the path of a file below the directory of the policy', [...path, 'file']);
  }
  return {
    ...parseOwners(fields['owners'], fields['threshold'], path, read),
    minVersion: minVersion as number,
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
    try {
      return parsePublicKey(read.string(item, place)).key;
    } catch (error) {
      return read.fail(error instanceof VerifyError ? error.message : 'not a key', place);
    }
  });
  if (new Set(keys.map(({ id }) => id)).size < keys.length) {
    read.fail('a key is given twice: one key is one owner', [...path, 'owners']);
  }
  if (!Number.isSafeInteger(threshold) || (threshold as number) < 1) {
    read.fail('not a whole number of owners', [...path, 'threshold']);
  }
  if ((threshold as number) > keys.length) {
    read.fail(`${threshold as number} can never be met: there are ${keys.length} owners`, [
      ...path,
      'threshold',
    ]);
  }
  return { threshold: threshold as number, keys };
}
