import { dirname, join } from 'node:path';
import {
  openRoster,
  parseEnvelope,
  parseRoster,
  ROSTER_PAYLOAD_TYPE,
  rosterPayload,
  sha256Hex,
  VerifyError,
  type Envelope,
  type JsonValue,
  type OpenedRoster,
  type PosixTime,
  type Roster,
  type RosterTrust,
} from '@selfsame/verify';
import { SelfsameError } from '../errors/selfsame-error.js';
import { formatEnvelope, signEnvelope } from '../signing/envelope.js';
import type { PrivateKey } from '../signing/private-key.js';
import { readText } from '../util/read-text.js';
import { parseYamlFile } from '../util/yaml/yaml-file.js';

const MAX_BYTES = 64 * 1024 * 1024;

/**
 * Opens the roster that a policy trusts: the newest version that follows from its owners.
 *
 * @param policyPath absolute; the roster's file is below its directory
 * @param seen the newest version that was ever used, where somebody kept it
 * @throws SelfsameError ROSTER_NOT_FOUND, ROSTER_INVALID, ROSTER_REFUSED
 */
export function readTrustedRoster(
  policyPath: string,
  trust: RosterTrust,
  at: PosixTime | undefined,
  seen?: { readonly version: number; readonly sha256: string },
): OpenedRoster {
  const path = join(dirname(policyPath), trust.file);
  const envelopes = readRosterEnvelopes(path, trust.file);
  if (envelopes === undefined) {
    throw new SelfsameError('ROSTER_NOT_FOUND', `there is no roster ${trust.file}`, {
      hint: 'put the file its owners publish beside the policy, or name it under roster: file',
    });
  }
  return explained(trust.file, () => openRoster(envelopes, trust, seen, at));
}

/**
 * The envelopes of a roster file: one on each line, every version and signature the owners published.
 *
 * @throws SelfsameError ROSTER_INVALID for a line that is none
 */
export function readRosterEnvelopes(path: string, name: string): readonly Envelope[] | undefined {
  const text = readText(path, name, MAX_BYTES);
  if (text === undefined) return undefined;
  const lines = text.split('\n').filter((line) => line.trim() !== '');
  return lines.map((line, index) =>
    explained(`${name}, line ${index + 1}`, () => parseEnvelope(line)),
  );
}

/** A roster that its owner writes in YAML, and the envelope with one signature over it. */
export interface SignedDraft {
  readonly roster: Roster;
  /** sha256 of what is signed: the `previous` of the next version. */
  readonly sha256: string;
  /** One line for the roster file. */
  readonly line: string;
}

/**
 * Signs a roster written in YAML. The same draft and key always give the same line.
 *
 * @throws SelfsameError ROSTER_NOT_FOUND, ROSTER_INVALID with the place; SelfsameErrors for what is no YAML
 */
export function signRosterDraft(path: string, name: string, key: PrivateKey): SignedDraft {
  const text = readText(path, name, MAX_BYTES);
  if (text === undefined) {
    throw new SelfsameError('ROSTER_NOT_FOUND', `there is no roster ${name}`, {
      hint: 'write one (docs/rosters.md)',
    });
  }
  const yaml = parseYamlFile(text, name);
  try {
    const roster = parseRoster(yaml.value as JsonValue);
    const payload = rosterPayload(roster);
    const line = formatEnvelope(signEnvelope(ROSTER_PAYLOAD_TYPE, payload, key));
    return { roster, sha256: sha256Hex(payload), line: line.trimEnd() };
  } catch (error) {
    if (!(error instanceof VerifyError)) throw error;
    throw new SelfsameError('ROSTER_INVALID', error.message, {
      location: yaml.locate(error.path ?? [], 'value'),
      hint: 'the format is described in docs/rosters.md',
    });
  }
}

const REFUSALS = ['ROSTER_UNTRUSTED', 'ROSTER_ROLLBACK', 'ROSTER_EXPIRED'];

function explained<T>(name: string, act: () => T): T {
  try {
    return act();
  } catch (cause) {
    if (!(cause instanceof VerifyError)) throw cause;
    const isRefused = REFUSALS.includes(cause.code);
    throw new SelfsameError(
      isRefused ? 'ROSTER_REFUSED' : 'ROSTER_INVALID',
      `${name}: ${cause.message}`,
      {
        cause,
        hint: isRefused
          ? 'get the newest roster from its owners; why this one is not used is in docs/rosters.md'
          : 'a roster file has one signed version on each line (docs/rosters.md)',
      },
    );
  }
}
