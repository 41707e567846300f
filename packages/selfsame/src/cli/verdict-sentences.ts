import type { ArtifactVerdict, BuildName, Cluster, Policy } from '@selfsame/verify';
import type { BuildJudgement, FileJudgement } from '../record/judge-builds.js';

/** `pigz 2.8 (default)`. */
export function nameOf({ project, version, target }: BuildName): string {
  return `${project} ${version} (${target})`;
}

/** The verdict on a build in one sentence, as a person would say it. */
export function buildSentence({ build, expected, verdict }: BuildJudgement): string {
  const name = nameOf(build);
  const { policy, definitions } = verdict;
  if (verdict.accepted) {
    const accepted = definitions.filter((definition) => definition.accepted);
    const artifacts = accepted.flatMap((definition) => definition.artifacts);
    const agreeing = artifacts.map((artifact) => winner(artifact)?.agree ?? []);
    const always = (agreeing[0] ?? []).filter((signer) =>
      agreeing.every((signers) => signers.includes(signer)),
    );
    const what = count(artifacts.length, 'artifact');
    const by =
      always.length >= policy.threshold
        ? `the same from ${join(always)}`
        : `each the same from at least ${policy.threshold} signers`;
    const dissent = [...new Set(artifacts.flatMap((a) => winner(a)?.dissent ?? []))].sort();
    const noted =
      dissent.length === 0 ? '' : `; ${join(dissent)} got other bits, which the policy only notes`;
    return `accepted: ${name}: ${what}, ${by} (${policy.threshold} needed)${noted}`;
  }
  const problem = problemArtifact(definitions.flatMap((definition) => definition.artifacts));
  if (problem !== undefined) {
    const isAlone = problem.reason === 'too-few' || problem.reason === 'required-missing';
    const several =
      isAlone && definitions.length > 1
        ? `signers built ${definitions.length} different things, which are not compared: `
        : '';
    return `refused: ${name}: ${several}${artifactSentence(problem, policy)}`;
  }
  if (verdict.otherDefinitions.length > 0) {
    const id = (expected ?? '').slice(0, 12);
    return `refused: ${name}: no claims on build id ${id}; the signers built something else`;
  }
  if (verdict.otherBuilds.length > 0) {
    return `refused: ${name}: all claims found there are about other builds`;
  }
  return `refused: ${name}: no signer of the policy claims anything, and zero claims never pass`;
}

/** Why one artifact is accepted or refused. */
export function artifactSentence(artifact: ArtifactVerdict, policy: Policy): string {
  const { path, clusters } = artifact;
  const [first] = clusters;
  switch (artifact.reason) {
    case 'accepted':
      return `${path} is the same from ${join(first?.agree ?? [])}`;
    case 'too-few': {
      const agree = first?.agree ?? [];
      const who = agree.length === 0 ? '' : ` (${join(agree)})`;
      return `${path} has ${agree.length} of ${policy.threshold} signers needed${who}`;
    }
    case 'required-missing':
      return `${path} lacks the required ${join(first?.requiredMissing ?? [])}`;
    case 'mismatch':
      return `signers got different bits for ${path}: ${results(clusters)}`;
    case 'dissent':
      return `${path} has enough signers, but a trusted signer got other bits: ${results(clusters)}`;
    case 'contested':
      return `two different results for ${path} each have enough signers: ${results(clusters)}`;
  }
}

/** The verdict on the bytes of a file in one sentence. */
export function fileSentence({ file, sha256, verdict }: FileJudgement): string {
  if (verdict.result === 'unknown') {
    return `refused: ${file}: no signer of the policy knows these bytes (sha256 ${sha256})`;
  }
  const { build, artifact } = verdict.match;
  const what = `${artifact.path} of ${nameOf(build)}`;
  switch (verdict.result) {
    case 'accepted':
      return `accepted: ${file} is ${what}, from ${join(winner(artifact)?.agree ?? [])} (sha256 ${sha256})`;
    case 'refused':
      return `refused: ${file} is ${what}, which the policy does not accept: ${artifact.reason} (sha256 ${sha256})`;
    case 'other-bytes': {
      const meant = artifact.sha256 ?? artifact.clusters[0]?.sha256 ?? '';
      return `refused: ${file} is not ${what}: it has sha256 ${sha256}, the signers got ${meant}`;
    }
  }
}

const WORST_FIRST: readonly ArtifactVerdict['reason'][] = [
  'contested',
  'dissent',
  'mismatch',
  'required-missing',
  'too-few',
];

function problemArtifact(artifacts: readonly ArtifactVerdict[]): ArtifactVerdict | undefined {
  return WORST_FIRST.map((reason) => artifacts.find((one) => one.reason === reason)).find(
    (one) => one !== undefined,
  );
}

function winner({ clusters }: ArtifactVerdict): Cluster | undefined {
  return clusters.find(({ enough }) => enough);
}

function results(clusters: readonly Cluster[]): string {
  return clusters
    .map(({ sha256, agree, differs }) => `${join([...agree, ...differs])} ${sha256.slice(0, 12)}`)
    .join(', ');
}

function join(names: readonly string[]): string {
  const last = names.at(-1);
  if (last === undefined) return 'nobody';
  return names.length === 1 ? last : `${names.slice(0, -1).join(', ')} and ${last}`;
}

function count(number: number, noun: string): string {
  return `${number} ${noun}${number === 1 ? '' : 's'}`;
}
