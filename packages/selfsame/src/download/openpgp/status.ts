import type { SignatureVerdict } from './verdict.js';

/** OpenPGP hash algorithms that are strong enough: SHA-256, -384, -512 (RFC 9580 §9.5). */
const strongHashes: ReadonlySet<string> = new Set(['8', '9', '10', '12', '14']);

/** Signature classes over a document: binary and canonical text (RFC 9580 §5.2.1). */
const documentClasses: ReadonlySet<string> = new Set(['00', '01']);

/**
 * Reads the status lines of gpgv (GnuPG doc/DETAILS) into one verdict per signature. Lines are taken in the
 * group their `NEWSIG` opens, so that the facts of one signature never vouch for another. The exit code of
 * gpgv is not used: it is 0 for expired keys.
 */
export function readStatus(text: string): SignatureVerdict[] {
  const groups: string[][] = [];
  for (const line of text.split('\n')) {
    const words = /^\[GNUPG:\] (.*)$/.exec(line)?.[1];
    if (words === undefined) continue;
    if (words === 'NEWSIG' || words.startsWith('NEWSIG ')) groups.push([]);
    else groups.at(-1)?.push(words);
  }
  return groups.map(verdictOf);
}

function verdictOf(lines: readonly string[]): SignatureVerdict {
  const find = (keyword: string): string[] | undefined =>
    lines.find((line) => line === keyword || line.startsWith(`${keyword} `))?.split(' ');
  if (find('BADSIG') !== undefined) {
    return { result: 'bad', reason: 'what is signed was changed after signing' };
  }
  const error = find('ERRSIG');
  if (error !== undefined) {
    // ERRSIG <keyid> <pkalgo> <hashalgo> <class> <time> <rc> [<fpr>]; rc 9: no such key
    if (error[6] === '9') return { result: 'unknown-key', keyId: keyIdOf(error) };
    if (!strongHashes.has(error[3] ?? '')) return weakHash(error[3]);
    return { result: 'bad', reason: 'the signature cannot be checked' };
  }
  const valid = find('VALIDSIG');
  if (valid === undefined) return { result: 'bad', reason: 'the signature cannot be read' };
  // VALIDSIG <fpr> <date> <created> <expires> <version> <reserved> <pkalgo> <hashalgo> <class> [<primary>]
  const [, signedBy = '', , createdText = '', , , , , hash, signatureClass] = valid;
  const fingerprint = valid[10] ?? signedBy;
  if (!strongHashes.has(hash ?? '')) return weakHash(hash);
  if (!documentClasses.has(signatureClass ?? '')) {
    return {
      result: 'weak',
      reason: `a signature of class ${signatureClass ?? '?'} signs no document`,
    };
  }
  if (!/^[0-9A-F]{40,64}$/.test(fingerprint) || !/^[0-9]{1,12}$/.test(createdText)) {
    return { result: 'bad', reason: 'the signature cannot be read' };
  }
  const created = Number(createdText);
  if (find('REVKEYSIG') !== undefined || find('KEYREVOKED') !== undefined) {
    return { result: 'revoked', fingerprint };
  }
  if (find('EXPSIG') !== undefined || find('SIGEXPIRED') !== undefined) {
    return { result: 'expired', fingerprint, signedBy, created, keyExpired: undefined };
  }
  if (find('EXPKEYSIG') !== undefined) {
    const expired = find('KEYEXPIRED')?.[1] ?? '';
    const keyExpired =
      /^[0-9]{1,12}$/.test(expired) && expired !== '0' ? Number(expired) : undefined;
    return { result: 'expired', fingerprint, signedBy, created, keyExpired };
  }
  if (find('GOODSIG') === undefined)
    return { result: 'bad', reason: 'the signature cannot be read' };
  return { result: 'valid', fingerprint, signedBy, created };
}

function keyIdOf(error: readonly string[]): string {
  const fingerprint = error[7];
  if (fingerprint !== undefined && /^[0-9A-F]{40,64}$/.test(fingerprint)) return fingerprint;
  return /^[0-9A-F]{16}$/.test(error[1] ?? '') ? (error[1] ?? '') : 'unknown';
}

function weakHash(hash: string | undefined): SignatureVerdict {
  const name = { '1': 'MD5', '2': 'SHA-1', '3': 'RIPEMD-160' }[hash ?? ''];
  return { result: 'weak', reason: `made with ${name ?? `hash algorithm ${hash ?? '?'}`}` };
}
