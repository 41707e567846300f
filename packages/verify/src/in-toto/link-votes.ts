// Specification: docs/attestation-formats.md "in-toto".

import { canonicalDigest, isSha256Hex, sha256Hex } from '../digest/sha256.js';
import { DEFAULT_SIGNATURE_BUDGET, type SignatureBudget } from '../dsse/verify.js';
import { verifySignature, type PublicKey, type SignatureScheme } from '../keys/public-key.js';
import type { Vote } from '../verdict/vote.js';
import { inTotoKeyIds } from './key-ids.js';
import { equalArtifacts, parseLink, type Artifacts, type Link } from './link.js';
import type { Metablock } from './metablock.js';

/** A file with its digest as votes have it. */
type Named = Vote['artifacts'][number];

/**
 * Reads a link as votes, one for each signature: rebuilderd's attestations, which the worker and the daemon
 * sign, and links by others. Products without sha256 are left out. What was built from is the list of
 * materials, unless that is the products again (rebuilderd for Arch Linux), which says nothing. Signatures by
 * OpenPGP are `unchecked`: what they are worth is for those to say who judge OpenPGP keys.
 *
 * @param trusted keys to try. Signatures by others become votes of `unknown-key`.
 * @param budget how many tries beyond the named key are left; shared by all files of one evaluation.
 * Throws what `parseLink` throws.
 */
export function linkVotes(
  block: Metablock,
  trusted: readonly PublicKey[],
  budget: SignatureBudget = { remaining: DEFAULT_SIGNATURE_BUDGET },
): readonly Vote[] {
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
  return block.signatures.map(({ keyId, value, openPgp }): Vote => {
    if (openPgp !== undefined) {
      return { ...about, key: undefined, signature: 'unchecked', reason: 'it is by OpenPGP' };
    }
    const isBy = (key: PublicKey): boolean =>
      verifySignature(key, block.payload, value, schemes[key.kind]);
    const named = trusted.find((key) => inTotoKeyIds(key).includes(keyId));
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

/** The schemes in-toto gives keys unless told otherwise. */
const schemes = {
  ed25519: 'ed25519',
  'ecdsa-p256': 'ecdsa-p256-sha256',
  rsa: 'rsa-pss-sha256',
} as const satisfies Record<PublicKey['kind'], SignatureScheme>;

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
