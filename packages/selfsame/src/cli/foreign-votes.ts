import { collectClaims, claimVotes } from '@selfsame/verify';
import type { BuildName, Policy, PosixTime, Vote } from '@selfsame/verify';
import type { EvidenceNote } from '../attestations/format.js';
import type { UnusableFile } from '../record/attestation-folder.js';
import type { CommandContext, OptionValues } from './command.js';

/** What others than selfsame signed about one build. */
export interface ForeignBuild {
  readonly build: BuildName;
  readonly votes: readonly Vote[];
  /** Some vote names a key of the policy, rightly or not. */
  readonly isAbout: boolean;
  /** Files that the votes were read from. */
  readonly files: readonly string[];
}

export interface ForeignVotes {
  /** Sorted by name. */
  readonly builds: readonly ForeignBuild[];
  readonly notes: readonly EvidenceNote[];
  readonly unusable: readonly UnusableFile[];
  /** Files that no format takes. */
  readonly others: readonly string[];
}

/** What the command reads itself: claims and their evidence, where `selfsame sign` puts them. */
const ownPlace =
  /^[^/]+\/[^/]+\/[^/]+\/(?:[0-9a-f]{64}|definitions|provenance\/[0-9a-f]{64})\/[^/]+\.(?:json|tlog-proof)$/;

/** Reads everything in the folder that is not laid out by `selfsame sign`. */
export async function readForeignVotes(
  folder: string,
  policy: Policy,
  at: PosixTime,
  options: OptionValues,
  context: CommandContext,
): Promise<ForeignVotes> {
  const { resolve } = await import('node:path');
  const { policyKeys } = await import('@selfsame/verify');
  const { readVotes } = await import('../attestations/read-votes.js');
  const { readKeyrings, readTrustedRoot } = await import('../attestations/keyrings.js');
  const { keyring, project, trustedRoot } = options;
  const named = typeof keyring === 'string' ? [keyring] : Array.isArray(keyring) ? keyring : [];
  const { keyrings = [] } = context.settings;
  const paths = [...keyrings, ...named.map((path) => resolve(context.cwd, String(path)))];
  const { certificates, unreadable } = await readKeyrings(paths, folder);
  const read = await readVotes(folder, {
    project: typeof project === 'string' ? project : undefined,
    certificates,
    trustedRoot:
      typeof trustedRoot === 'string'
        ? await readTrustedRoot(resolve(context.cwd, trustedRoot))
        : undefined,
    keys: policyKeys(policy),
    at,
    isElsewhere: (path) => ownPlace.test(path),
    signal: context.signal,
  });
  const claims = collectClaims(
    read.envelopes.map(({ envelope }) => envelope),
    policy,
  );
  const loose = claims.claims
    .flatMap((claim) => claimVotes(claim))
    .map((vote) => ({ vote, files: [] }));
  const unusable = [
    ...read.unusable,
    ...unreadable.map((path) => ({ path, reason: 'it holds no certificate that can be read' })),
    ...claims.setAside.map(({ reason, payload }) => ({
      path: `envelope with payload ${payload.slice(0, 12)}`,
      reason: asideWords[reason],
    })),
  ];
  const builds = groupByBuild([...read.votes, ...loose], policy);
  return { builds, notes: read.notes, unusable, others: read.others };
}

const asideWords = {
  untrusted: 'signed by no key of the policy',
  'bad-signature': 'a signature does not fit',
  unchecked: 'too many signatures that no key explains',
  'not-a-claim': 'signed, but no valid claim',
} as const;

function groupByBuild(
  votes: readonly { readonly vote: Vote; readonly files: readonly string[] }[],
  policy: Policy,
): readonly ForeignBuild[] {
  const keys = new Set(policy.signers.flatMap((signer) => signer.keys.map(({ id }) => id)));
  const groups = new Map<
    string,
    { build: BuildName; votes: Vote[]; files: Set<string>; isAbout: boolean }
  >();
  for (const { vote, files } of votes) {
    const id = JSON.stringify([vote.build.project, vote.build.version, vote.build.target]);
    let group = groups.get(id);
    if (group === undefined) {
      group = { build: vote.build, votes: [], files: new Set(), isAbout: false };
      groups.set(id, group);
    }
    group.votes.push(vote);
    for (const file of files) group.files.add(file);
    if (vote.key !== undefined && keys.has(vote.key)) group.isAbout = true;
  }
  return [...groups.entries()]
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([, group]) => ({ ...group, files: [...group.files].sort() }));
}
