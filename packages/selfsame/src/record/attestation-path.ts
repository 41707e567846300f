import { isSha256Hex, type BuildName } from '@selfsame/verify';
import { SelfsameError } from '../errors/selfsame-error.js';
import type { Sha256 } from '../store/types.js';

/** Suffix of files with one DSSE envelope. */
export const ATTESTATION_SUFFIX = '.dsse.json';

/** Suffix of proofs that a claim is in a log (C2SP tlog-proof), beside the claim's. */
export const PROOF_SUFFIX = '.tlog-proof';

const DEFINITIONS = 'definitions';
const PROVENANCE = 'provenance';
/** Directories beside the claims of a build that hold evidence; no digest is called so. */
export const EVIDENCE_DIRECTORIES: ReadonlySet<string> = new Set([DEFINITIONS, PROVENANCE]);

/** Longest file name of common file systems, in bytes. */
const MAX_COMPONENT = 255;

/**
 * A name as one component of a path: ASCII letters, digits and `._+~-` as they are, every other byte of
 * its UTF-8 (RFC 3629) as `%XX`, also a dot at the start. So no name can be `..`, hold a separator or
 * hide, and `decodePathComponent` gives it back.
 *
 * Throws `CLAIM_NAME` for an empty name and for one longer than a file name can be.
 */
export function encodePathComponent(name: string): string {
  const encoded = Array.from(Buffer.from(name), (byte, index) => {
    const character = String.fromCharCode(byte);
    const plain = /[A-Za-z0-9_+~-]/.test(character) || (character === '.' && index > 0);
    return plain ? character : `%${byte.toString(16).toUpperCase().padStart(2, '0')}`;
  }).join('');
  if (encoded === '' || encoded.length > MAX_COMPONENT) {
    throw new SelfsameError(
      'CLAIM_NAME',
      `the name ${JSON.stringify(name.slice(0, 80))} cannot be the name of a directory`,
      { hint: 'use between 1 and 80 characters for projects, versions and targets' },
    );
  }
  return encoded;
}

/** The name behind a path component, or undefined for one that `encodePathComponent` does not write. */
export function decodePathComponent(component: string): string | undefined {
  if (!/^(?:[A-Za-z0-9_+~.-]|%[0-9A-F]{2})+$/.test(component)) return undefined;
  const bytes = component.replaceAll(/%(..)/g, (_, hex: string) =>
    String.fromCharCode(Number.parseInt(hex, 16)),
  );
  const name = Buffer.from(bytes, 'latin1').toString();
  return encodePathComponent(name) === component ? name : undefined;
}

/** Directory of a build's claims below the attestations folder: `<project>/<version>/<target>`. */
export function buildPath(build: BuildName): string {
  return [build.project, build.version, build.target].map(encodePathComponent).join('/');
}

/** File of one signature: `<project>/<version>/<target>/<payload sha256>/<key id>.dsse.json`. */
export function attestationPath(build: BuildName, payload: Sha256, keyId: Sha256): string {
  return `${buildPath(build)}/${signaturePath(payload, keyId)}`;
}

/** File of the proof that one signature is in a log, beside it: `…/<payload sha256>/<key id>.<log>.tlog-proof`. */
export function proofPath(build: BuildName, payload: Sha256, keyId: Sha256, log: string): string {
  return attestationPath(build, payload, keyId).replace(
    new RegExp(`${ATTESTATION_SUFFIX.replaceAll('.', '\\.')}$`),
    `.${encodePathComponent(log).slice(0, 150)}${PROOF_SUFFIX}`,
  );
}

/** File of signed provenance: as a claim's, below `provenance/`. */
export function provenancePath(build: BuildName, payload: Sha256, keyId: Sha256): string {
  return `${buildPath(build)}/${PROVENANCE}/${signaturePath(payload, keyId)}`;
}

/** File of a build definition: `<project>/<version>/<target>/definitions/<build id>.json`. */
export function definitionPath(build: BuildName, buildId: Sha256): string {
  if (!isSha256Hex(buildId)) throw new TypeError('not a full sha256');
  return `${buildPath(build)}/${DEFINITIONS}/${buildId}.json`;
}

function signaturePath(payload: Sha256, keyId: Sha256): string {
  if (!isSha256Hex(payload) || !isSha256Hex(keyId)) throw new TypeError('not a full sha256');
  return `${payload}/${keyId}${ATTESTATION_SUFFIX}`;
}
