// Specification: docs/policies.md "Keep signers in a roster".

import type { PosixTime } from '../encoding/time.js';
import { VerifyError } from '../errors.js';
import { formatPublicKey, parsePublicKey } from '../keys/key-text.js';
import type { PublicKey } from '../keys/public-key.js';

/**
 * What a key is, however it was written: two keys are the same exactly when their ids are equal.
 *
 * - 64 hexadecimal digits: sha256 of the key's SubjectPublicKeyInfo (`PublicKey.id`);
 * - `openpgp:` and the fingerprint of the *primary* key, lower case, 40 digits (version 4) or 64
 *   (version 6). A signature by a subkey is one by its primary key;
 * - `sigstore:<issuer> <identity>`: whoever that issuer says that identity is.
 */
export type KeyId = string;

/** From `since` on, until just before `until`; undefined is open. */
export interface TimeWindow {
  readonly since?: PosixTime | undefined;
  readonly until?: PosixTime | undefined;
}

/** A key of a signer, and when the roster's owner says it was the signer's. */
export interface RosterKey extends TimeWindow {
  readonly id: KeyId;
  /** The key itself; undefined for OpenPGP and sigstore, whose signatures are checked elsewhere. */
  readonly publicKey: PublicKey | undefined;
}

const OPENPGP = /^openpgp:([0-9A-Fa-f]{40}|[0-9A-Fa-f]{64})(?: \S.{0,255})?$/u;
/** Issuer and identity: visible ASCII, no spaces, so that there is one way to read it. */
const SIGSTORE = /^sigstore:(https:\/\/[!-~]{1,512}) ([!-~]{1,512})$/;

/**
 * Reads a key as rosters and policies write it: all that `parsePublicKey` reads, `openpgp:<fingerprint>`
 * with an optional name behind it, or `sigstore:<issuer> <identity>`. `KEY_INVALID` for anything else.
 */
export function parseRosterKey(text: string): RosterKey {
  if (text.startsWith('openpgp:')) {
    const fingerprint = OPENPGP.exec(text)?.[1];
    if (fingerprint !== undefined) return openPgpKey(fingerprint);
    const form = 'openpgp: and the whole fingerprint of a primary key, 40 or 64 digits';
    throw new VerifyError('KEY_INVALID', `an OpenPGP key is written ${form}`);
  }
  if (text.startsWith('sigstore:')) {
    if (SIGSTORE.test(text)) return { id: text, publicKey: undefined };
    throw new VerifyError('KEY_INVALID', 'the text is not sigstore:https://ISSUER IDENTITY');
  }
  return rosterKey(parsePublicKey(text).key);
}

/** The roster's form of a public key. */
export function rosterKey(publicKey: PublicKey, window: TimeWindow = {}): RosterKey {
  return { id: publicKey.id, publicKey, ...window };
}

/** @param fingerprint of the primary key, hexadecimal in any case, 40 or 64 digits. */
export function openPgpKey(fingerprint: string, window: TimeWindow = {}): RosterKey {
  return { id: `openpgp:${fingerprint.toLowerCase()}`, publicKey: undefined, ...window };
}

/** The text that `parseRosterKey` reads as this key. */
export function formatRosterKey({ id, publicKey }: RosterKey): string {
  return publicKey === undefined ? id : formatPublicKey(publicKey);
}

/** Whether the time is in the window. */
export function isWithin({ since, until }: TimeWindow, time: PosixTime): boolean {
  return (since === undefined || time >= since) && (until === undefined || time < until);
}
