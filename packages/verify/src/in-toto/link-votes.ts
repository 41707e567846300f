// Specification: docs/attestation-formats.md "in-toto".

import { canonicalDigest, isSha256Hex, sha256Hex } from '../digest/sha256.js';
import { DEFAULT_SIGNATURE_BUDGET, type SignatureBudget } from '../dsse/verify.js';
import type { PublicKey } from '../keys/public-key.js';
import type { KeyId } from '../roster/roster-key.js';
import type { Vote } from '../verdict/vote.js';
import { inTotoKeyIds } from './key-ids.js';
import { equalArtifacts, parseLink, type Artifacts, type Link } from './link.js';
import { parseMetablock, verifyInTotoSignature } from './metablock.js';

/** A file with its digest as votes have it. */
type Named = Vote['artifacts'][number];

/** A key whose links are known. */
export interface LinkKey {
  /** What the vote shall name: for an OpenPGP subkey, its primary key. */
  readonly id: KeyId;
  readonly key: PublicKey;
  /** For OpenPGP: fingerprint of the key or subkey, 40 lower-case digits. The edge says what it is worth. */
  readonly fingerprint?: string;
}

/**
 * Reads a link as votes, one for each signature: rebuilderd's attestations, which the worker and the daemon
 * sign, and links by others. Products without sha256 are left out. What was built from is the list of
 * materials, unless that is the products again (rebuilderd for Arch Linux), which says nothing.
 *
 * @param trusted keys to try. Signatures by others become votes of `unknown-key`.
 * @param budget how many tries beyond the named key are left; shared by all files of one evaluation.
 * Throws what `parseMetablock` and `parseLink` throw.
 */
export function linkVotes(
  input: Uint8Array | string,
  trusted: readonly LinkKey[],
  budget: SignatureBudget = { remaining: DEFAULT_SIGNATURE_BUDGET },
): readonly Vote[] {
  const block = parseMetablock(input);
  const link = parseLink(block.signed);
  const isRebuild = link.name.startsWith(REBUILD);
  const about = {
    evidence: sha256Hex(block.payload),
    format: 'in-toto link',
    build: buildName(link),
    inputs: inputsOf(link),
    outcome: isRebuild ? ('reproduced' as const) : ('built' as const),
    artifacts: namedDigests(link.products),
    ...(isRebuild && { attributes: { builder_software: 'rebuilderd' } }),
  };
  return block.signatures.map((signature): Vote => {
    const isBy = ({ key, fingerprint }: LinkKey): boolean =>
      verifyInTotoSignature(block.payload, signature, key, schemeOf(key, fingerprint));
    const isNamed = ({ key, fingerprint }: LinkKey): boolean =>
      signature.keyId === fingerprint || inTotoKeyIds(key).includes(signature.keyId);
    const named = trusted.find(isNamed);
    if (named !== undefined && isBy(named)) return { ...about, key: named.id, signature: 'valid' };
    for (const candidate of trusted) {
      if (budget.remaining <= 0) {
        const reason = 'too many signatures that no key explains';
        return { ...about, key: named?.id, signature: 'unchecked', reason };
      }
      budget.remaining -= 1;
      if (isBy(candidate)) return { ...about, key: candidate.id, signature: 'valid' };
    }
    return named === undefined
      ? { ...about, key: undefined, signature: 'unknown-key', reason: 'by none of the known keys' }
      : { ...about, key: named.id, signature: 'bad', reason: 'not by the key it names' };
  });
}

function schemeOf({ kind }: PublicKey, fingerprint: string | undefined) {
  if (fingerprint !== undefined) return 'openpgp';
  // The scheme in-toto gives RSA keys unless told otherwise.
  return kind === 'rsa' ? 'rsa-pss-sha256' : undefined;
}

/** How rebuilderd names the one step of its attestations, before the file name. */
const REBUILD = 'rebuild ';

/** Of a Debian package file `name_version_arch.deb`: its parts. Of others, the file name. */
function buildName(link: Link): Vote['build'] {
  const file = link.name.startsWith(REBUILD) ? link.name.slice(REBUILD.length) : link.name;
  const [, project, version, target] = /^([^_]+)_([^_]+)_([^_.]+)\.u?deb$/.exec(file) ?? [];
  return { project: project ?? file, version: version ?? '', target: target ?? '' };
}

function inputsOf({ materials, products }: Link): string | undefined {
  const named = namedDigests(materials);
  if (named.length === 0 || equalArtifacts(materials, products)) return undefined;
  return canonicalDigest(named.map(({ path, sha256 }) => [path, sha256]));
}

function namedDigests(artifacts: Artifacts): readonly Named[] {
  return Object.keys(artifacts)
    .sort()
    .flatMap((path) => {
      const sha256 = artifacts[path]?.['sha256'];
      return isSha256Hex(sha256) ? [{ path, sha256 }] : [];
    });
}
