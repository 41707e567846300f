import { X509Certificate } from 'node:crypto';
import { encodeHex, publicKeyFromSpki } from '@selfsame/verify';
import type { PosixTime, PublicKey } from '@selfsame/verify';
import { SelfsameError } from '../../errors/selfsame-error.js';
import { derElements, type DerElement } from './der.js';

/** Who a certificate of a Fulcio authority says its holder is (sigstore/fulcio docs/certificate-specification.md). */
interface CertifiedKey {
  readonly key: PublicKey;
  /** The one subject alternative name: a URI or an e-mail address. */
  readonly identity: string;
  /** Who said so to the authority: extension 1.3.6.1.4.1.57264.1.8, or the older .1. */
  readonly issuer: string;
}

/** Certificates from the one that signs leaves up to the root. */
export interface CertificateAuthority {
  readonly chain: readonly X509Certificate[];
  readonly since: PosixTime;
  readonly until: PosixTime | undefined;
}

const CODE_SIGNING = '1.3.6.1.5.5.7.3.3';
/** Contents of the object identifiers, in hexadecimal. */
const SUBJECT_ALTERNATIVE_NAME = '551d11';
const ISSUER_V1 = '2b0601040183bf300101';
const ISSUER_V2 = '2b0601040183bf300108';

/** Reads a certificate. Throws `CERTIFICATE_INVALID`. */
export function parseCertificate(der: Uint8Array): X509Certificate {
  try {
    const certificate = new X509Certificate(der);
    if (Buffer.compare(certificate.raw, der) === 0) return certificate;
  } catch {
    // Reported below.
  }
  throw new SelfsameError('CERTIFICATE_INVALID', 'the bytes are not one X.509 certificate');
}

/**
 * The key and identity of a leaf certificate that one of these authorities issued, all certificates being valid
 * at `time`. Only certificates of the authorities stand between leaf and root. Throws `CERTIFICATE_INVALID`.
 * That the certificate was logged by a certificate transparency log (its SCT) is not checked.
 */
export function certifiedKey(
  leaf: X509Certificate,
  authorities: readonly CertificateAuthority[],
  time: PosixTime,
): CertifiedKey {
  if (!authorities.some((authority) => isIssuedBy(leaf, authority, time))) {
    throw new SelfsameError(
      'CERTIFICATE_INVALID',
      'no given authority issued the certificate for this time',
    );
  }
  if (leaf.ca || !(leaf.keyUsage as readonly string[] | undefined)?.includes(CODE_SIGNING)) {
    throw new SelfsameError('CERTIFICATE_INVALID', 'the certificate is not for signing code');
  }
  const key = publicKeyFromSpki(leaf.publicKey.export({ format: 'der', type: 'spki' }));
  return { key, ...identityOf(leaf) };
}

function isIssuedBy(
  leaf: X509Certificate,
  { chain, since, until }: CertificateAuthority,
  time: PosixTime,
): boolean {
  const all = [leaf, ...chain];
  return (
    since <= time &&
    (until === undefined || time <= until) &&
    all.every((certificate, at) => {
      // The root issues itself.
      const issuer = all[at + 1] ?? certificate;
      return (
        Date.parse(certificate.validFrom) <= time * 1000 &&
        time * 1000 <= Date.parse(certificate.validTo) &&
        (at === 0 || certificate.ca) &&
        certificate.checkIssued(issuer) &&
        certificate.verify(issuer.publicKey)
      );
    })
  );
}

function identityOf(certificate: X509Certificate): Omit<CertifiedKey, 'key'> {
  const extensions = extensionsOf(certificate.raw);
  const names = derElements(
    derElements(extensions.get(SUBJECT_ALTERNATIVE_NAME) ?? new Uint8Array())[0]?.content ??
      new Uint8Array(),
  );
  const [name, ...others] = names;
  // RFC 5280 §4.2.1.6: [1] is an e-mail address, [6] a URI.
  if (name === undefined || others.length > 0 || (name.tag !== 0x81 && name.tag !== 0x86)) {
    throw new SelfsameError(
      'CERTIFICATE_INVALID',
      'the certificate does not name exactly one identity',
    );
  }
  const v2 = extensions.get(ISSUER_V2);
  // The older extension holds the text itself, the newer one a UTF8String.
  const issuer = v2 === undefined ? extensions.get(ISSUER_V1) : derElements(v2)[0]?.content;
  return { identity: text(name.content), issuer: text(issuer ?? new Uint8Array()) };
}

/** Contents of the extensions by object identifier (RFC 5280 §4.1). */
function extensionsOf(der: Uint8Array): ReadonlyMap<string, Uint8Array> {
  const [certificate] = derElements(der);
  const [tbs] = derElements(certificate?.content ?? new Uint8Array());
  // [3] EXPLICIT SEQUENCE OF SEQUENCE { OID, critical, OCTET STRING }
  const list = derElements(tbs?.content ?? new Uint8Array()).find(({ tag }) => tag === 0xa3);
  const found = new Map<string, Uint8Array>();
  for (const { content } of inner(inner(list)[0])) {
    const parts = derElements(content);
    const oid = encodeHex(parts[0]?.content ?? new Uint8Array());
    if (found.has(oid))
      throw new SelfsameError('CERTIFICATE_INVALID', 'an extension is there twice');
    found.set(oid, parts.at(-1)?.content ?? new Uint8Array());
  }
  return found;
}

function inner(element: DerElement | undefined): readonly DerElement[] {
  return derElements(element?.content ?? new Uint8Array());
}

/** Visible ASCII: identities are compared, and shown to people. */
function text(bytes: Uint8Array): string {
  const found = Buffer.from(bytes).toString('latin1');
  if (/^[!-~]{1,1024}$/.test(found)) return found;
  throw new SelfsameError(
    'CERTIFICATE_INVALID',
    'an identity or issuer is missing or not plain text',
  );
}
