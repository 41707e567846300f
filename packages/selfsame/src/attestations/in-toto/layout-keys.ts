import {
  inTotoKeyIds,
  parseJson,
  parsePublicKey,
  VerifyError,
  type JsonObject,
  type PosixTime,
} from '@selfsame/verify';
import { dearmor } from '../../download/openpgp/armor.js';
import { SelfsameError } from '../../errors/selfsame-error.js';
import { isAbsent, readBounded } from '../../record/folder-file.js';
import {
  inTotoOpenPgpKey,
  inTotoPublicKey,
  parseInTotoKey,
  type InTotoKey,
} from '../in-toto-layout/layout-key.js';
import type { InTotoBlock } from '../in-toto-layout/envelope.js';
import { parseOpenPgpKeys } from '../in-toto-layout/openpgp.js';
import { readCertificates, type Certificates } from '../openpgp/certificates.js';
import { judgeDetached } from '../openpgp/judge-signature.js';
import { openPgpPacket } from './openpgp-object.js';

/** Largest key file, bytes: certificates carry what others signed into them. */
const maxKeyBytes = 4 * 1024 ** 2;

/** A key that must have signed a layout. */
export interface LayoutKey {
  readonly file: string;
  /** Under the name by which the layout's signatures call it, where one of them does. */
  readonly key: InTotoKey;
  /** For OpenPGP: what else its certificate says, as of expiry and revocation. */
  readonly certificates: Certificates | undefined;
}

/**
 * Reads the keys that a layout must be signed with: a public key of `selfsame key new`, PEM, a key object of
 * securesystemslib (JSON), or one OpenPGP certificate, armored or binary.
 *
 * @param block the layout: programs compute the name of one key in different ways, and it says which is meant
 * @throws SelfsameError KEY_NOT_FOUND, KEY_FILE_INVALID
 */
export async function readLayoutKey(
  path: string,
  name: string,
  block: InTotoBlock,
): Promise<LayoutKey> {
  let bytes: Buffer;
  try {
    bytes = await readBounded(path, maxKeyBytes);
  } catch (cause) {
    const { code, message } = cause as NodeJS.ErrnoException;
    const why = isAbsent(cause) ? 'there is no such file' : (code ?? message);
    throw new SelfsameError('KEY_NOT_FOUND', `cannot read the key ${name}: ${why}`, {
      hint: 'name the public key of whoever signed the layout: --key FILE',
      cause,
    });
  }
  try {
    if ((bytes[0] ?? 0) >= 0x80 || bytes.includes('BEGIN PGP PUBLIC KEY')) {
      return { file: name, ...(await openPgpKey(bytes)) };
    }
    const { key, ids } = plainKey(bytes.toString('utf8'));
    const called = ids.find((id) => block.signatures.some(({ keyId }) => keyId === id));
    return { file: name, key: { ...key, id: called ?? key.id }, certificates: undefined };
  } catch (cause) {
    if (!(cause instanceof VerifyError)) throw cause;
    throw new SelfsameError('KEY_FILE_INVALID', `${name} is not a key: ${cause.message}`, {
      hint: 'name a public key as PEM, as JSON of securesystemslib, or one OpenPGP certificate',
      cause,
    });
  }
}

/**
 * Why an OpenPGP key did not sign, although its numbers fit: expired, revoked, not meant for signing. Undefined where
 * nothing is wrong, and for other keys.
 */
export async function certificateProblem(
  { key, certificates }: LayoutKey,
  { signatures, payload, isEnvelope }: InTotoBlock,
  at: PosixTime,
): Promise<string | undefined> {
  if (certificates === undefined) return undefined;
  const ids = new Set([key, ...key.subkeys].map(({ id }) => id));
  // In an envelope nothing says when and how OpenPGP signed.
  let problem = isEnvelope === true ? 'OpenPGP does not sign envelopes' : 'it did not sign';
  for (const signature of signatures.filter(({ keyId }) => ids.has(keyId))) {
    const packet = openPgpPacket(signature, payload);
    const judged = packet && (await judgeDetached(payload, packet, certificates, at));
    const [one] = judged ?? [];
    if (one?.state === 'valid') return undefined;
    problem = one?.reason ?? 'signatures of its kind can not be checked';
  }
  return problem;
}

function plainKey(text: string): { readonly key: InTotoKey; readonly ids: readonly string[] } {
  if (!text.trimStart().startsWith('{')) {
    const { key } = parsePublicKey(text);
    const ids = inTotoKeyIds(key);
    return { key: parseInTotoKey(inTotoPublicKey(key), ids[0], []), ids };
  }
  const value = parseJson(text, { maxBytes: maxKeyBytes, maxDepth: 8 }) as JsonObject;
  const { keyid, ...object } = value;
  const named = typeof keyid === 'string' ? [keyid] : [];
  const read = parseInTotoKey(object, '', []);
  const ids = [...named, ...inTotoKeyIds(read.key)];
  return { key: { ...read, id: ids[0] ?? '' }, ids };
}

async function openPgpKey(bytes: Buffer): Promise<Omit<LayoutKey, 'file'>> {
  const packets = parseOpenPgpKeys(dearmor(bytes) ?? bytes);
  const [primary, ...others] = packets.filter(({ isSubkey }) => !isSubkey);
  const { certificates, unreadable } = await readCertificates([bytes]);
  if (primary === undefined || others.length > 0 || unreadable.length > 0) {
    const why = 'it does not hold one OpenPGP certificate whose key is RSA or Ed25519';
    throw new VerifyError('KEY_INVALID', why);
  }
  const object = inTotoOpenPgpKey(
    primary,
    packets.filter(({ isSubkey }) => isSubkey),
  );
  return { key: parseInTotoKey(object, primary.fingerprint, []), certificates };
}
