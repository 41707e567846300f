import { dirname, join } from 'node:path';
import {
  canonicalDigest,
  collectClaims,
  VerifyError,
  type BuildName,
  type Envelope,
  type EvidenceBuild,
  type JsonObject,
  type LogCopy,
  type Policy,
  type Sha256Hex,
  type TlogProof,
} from '@selfsame/verify';
import { SelfsameError } from '../errors/selfsame-error.js';
import { readBuildAttestations } from '../record/attestation-folder.js';
import { readDefinition } from '../record/definition-file.js';
import { readRosterEnvelopes } from '../record/roster-file.js';
import { readText } from '../util/read-text.js';
import { parseYamlFile } from '../util/yaml/yaml-file.js';
import { formatEvidence } from './format-evidence.js';

/** What an evidence file is packed from. */
export interface Packing {
  /** Absolute. */
  readonly policyPath: string;
  /** The policy in that file, which was found to be valid. */
  readonly policy: Policy;
  readonly folder: string;
  readonly builds: readonly BuildName[];
  readonly logs: readonly LogCopy[];
}

export interface Packed {
  /** The file. */
  readonly text: string;
  /** Digest of the policy in it: what people who verify must name, if they have no policy of their own. */
  readonly policyDigest: Sha256Hex;
  readonly attestations: number;
  readonly proofs: number;
  /** Files of the folder that were left out, since they are no attestations. */
  readonly unusable: readonly { readonly path: string; readonly reason: string }[];
}

const MAX_POLICY_BYTES = 1024 * 1024;

/**
 * Packs what an attestations folder says of some builds, and what is needed to judge it, into one file. Nothing
 * is left out because it does not verify: whoever judges shall see the same.
 *
 * @throws SelfsameError EVIDENCE_INVALID for what can not be held in one file, and what the readers throw
 */
export async function packEvidence(packing: Packing): Promise<Packed> {
  const { policyPath, policy, folder } = packing;
  const document = parseYamlFile(
    readText(policyPath, policyPath, MAX_POLICY_BYTES) ?? '',
    policyPath,
  ).value as JsonObject;
  const builds: EvidenceBuild[] = [];
  const proofs: TlogProof[] = [];
  const unusable: Packed['unusable'][number][] = [];
  for (const build of packing.builds) {
    const found = await readBuildAttestations(folder, build);
    const definitions = await readDefinitions(folder, build, found.envelopes, policy);
    builds.push({ build, attestations: found.envelopes, definitions });
    proofs.push(...found.proofs);
    unusable.push(...found.unusable);
  }
  const roster = policy.roster;
  const file = roster === undefined ? undefined : join(dirname(policyPath), roster.file);
  const versions = (file === undefined ? undefined : readRosterEnvelopes(file, file)) ?? [];
  try {
    return {
      text: formatEvidence({
        policy: document,
        roster: versions,
        builds,
        proofs,
        logs: packing.logs,
      }),
      policyDigest: canonicalDigest(document),
      attestations: builds.reduce((sum, { attestations }) => sum + attestations.length, 0),
      proofs: proofs.length,
      unusable,
    };
  } catch (cause) {
    if (!(cause instanceof VerifyError)) throw cause;
    throw new SelfsameError('EVIDENCE_INVALID', `the evidence cannot be packed: ${cause.message}`, {
      hint: 'pack fewer builds at once',
      cause,
    });
  }
}

/** The definitions that claims of signers are about, as far as the folder has them. */
async function readDefinitions(
  folder: string,
  build: BuildName,
  envelopes: readonly Envelope[],
  policy: Policy,
): Promise<readonly JsonObject[]> {
  const { claims } = collectClaims(envelopes, policy);
  const ids = new Set(claims.map(({ claim }) => claim.definition));
  const definitions: JsonObject[] = [];
  for (const id of [...ids].sort()) {
    const found = await readDefinition(folder, build, id);
    if ('definition' in found) definitions.push(found.definition as unknown as JsonObject);
  }
  return definitions;
}
