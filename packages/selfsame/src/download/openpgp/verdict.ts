/** What one OpenPGP signature is worth, against one keyring. Only `valid` may be relied on. */
export type SignatureVerdict =
  | {
      readonly result: 'valid';
      /** Fingerprint of the primary key, upper-case hexadecimal. */
      readonly fingerprint: string;
      /** Fingerprint of the key or subkey that signed. */
      readonly signedBy: string;
      /** Seconds since 1970, by the signer's word. */
      readonly created: number;
    }
  | {
      /** The signature is right, but its key (or the signature itself) has expired since. */
      readonly result: 'expired';
      readonly fingerprint: string;
      readonly signedBy: string;
      readonly created: number;
      /** When the key expired, seconds since 1970; undefined: unknown, or the signature itself expired. */
      readonly keyExpired: number | undefined;
    }
  | { readonly result: 'revoked'; readonly fingerprint: string }
  /** Made by a key that is not in the keyring. */
  | { readonly result: 'unknown-key'; readonly keyId: string }
  /** MD5, SHA-1 or RIPEMD-160, or a signature class that does not cover a document. */
  | { readonly result: 'weak'; readonly reason: string }
  | { readonly result: 'bad'; readonly reason: string };

/** How much a verdict counts when one document carries several signatures: the first in this list is reported. */
const order: readonly SignatureVerdict['result'][] = [
  'valid',
  'expired',
  'revoked',
  'bad',
  'weak',
  'unknown-key',
];

/** The verdict to report for a document; `bad` when there is no signature at all. */
export function bestVerdict(verdicts: readonly SignatureVerdict[]): SignatureVerdict {
  for (const result of order) {
    const found = verdicts.find((verdict) => verdict.result === result);
    if (found !== undefined) return found;
  }
  return { result: 'bad', reason: 'there is no signature in it' };
}

/** A verdict in words, to follow "the signature of X ". */
export function describeVerdict(verdict: SignatureVerdict): string {
  switch (verdict.result) {
    case 'valid':
      return `is valid, by ${verdict.fingerprint}`;
    case 'expired':
      return `is by the expired key ${verdict.fingerprint}`;
    case 'revoked':
      return `is by the revoked key ${verdict.fingerprint}`;
    case 'unknown-key':
      return `is by the key ${verdict.keyId}, which is not in the keyring`;
    case 'weak':
      return `is too weak (${verdict.reason})`;
    case 'bad':
      return `is wrong (${verdict.reason})`;
  }
}
