import { formatTime } from '@selfsame/verify';
import type {
  ArtifactVerdict,
  BuildName,
  Cluster,
  Policy,
  PolicyException,
} from '@selfsame/verify';
import type { BuildJudgement, FileJudgement } from '../record/judge-builds.js';
import { count } from '../text/count.js';
import { coalitionWords, strengthWords } from './verdict-strength.js';

/** `pigz 2.8 (default)`. Formats that do not state all of it leave parts empty. */
export function nameOf({ project, version, target }: BuildName): string {
  const name = [project, version].filter((part) => part !== '').join(' ');
  return target === '' ? name : `${name} (${target})`;
}

/** The verdict on a build in one sentence, as a person would say it. */
export function buildSentence(judgement: BuildJudgement): string {
  const { build, verdict } = judgement;
  const name = nameOf(build);
  const { policy, definitions } = verdict;
  if (verdict.accepted) {
    const accepted = definitions.filter((definition) => definition.accepted);
    const artifacts = accepted.flatMap((definition) => definition.artifacts);
    const voted = artifacts.filter(({ reason }) => reason === 'accepted');
    if (voted.length === 0) {
      return `accepted: ${name}: ${count(artifacts.length, 'artifact')}${exceptedNote(artifacts)}`;
    }
    const agreeing = voted.map((artifact) => winner(artifact)?.agree ?? []);
    const always = (agreeing[0] ?? []).filter((signer) =>
      agreeing.every((signers) => signers.includes(signer)),
    );
    const what = count(voted.length, 'artifact');
    const by =
      always.length >= policy.threshold
        ? `the same from ${join(always)}`
        : `each the same from at least ${policy.threshold} signers`;
    const dissent = [...new Set(artifacts.flatMap((a) => winner(a)?.dissent ?? []))].sort();
    const noted =
      dissent.length === 0 ? '' : `; ${join(dissent)} got other bits, which the policy only notes`;
    const needed = `${policy.threshold} needed`;
    return `accepted: ${name}: ${what}, ${by} (${needed})${forging(artifacts)}${exceptedNote(artifacts)}${noted}`;
  }
  return `${refused(policy)}: ${refusal(judgement)}`;
}

/** What a refusal is called: under `observe` and `warn` nothing is stopped by it. */
function refused({ mode }: Policy): string {
  return mode === 'enforce' ? 'refused' : `would be refused (mode ${mode})`;
}

/** How much it takes to forge the weakest of the artifacts; nothing where the policy does not ask. */
function forging(artifacts: readonly ArtifactVerdict[]): string {
  const strengths = artifacts.flatMap((artifact) => winner(artifact)?.strength ?? []);
  const [weakest] = strengths.sort((a, b) => a.atLeast - b.atLeast);
  return weakest === undefined ? '' : `; forging it takes ${strengthWords(weakest)}`;
}

function exceptedNote(artifacts: readonly ArtifactVerdict[]): string {
  const excepted = artifacts.flatMap(({ path, exception }) =>
    exception === undefined ? [] : [`${path} ${exceptionWords(exception)}`],
  );
  return excepted.length === 0 ? '' : `; ${excepted.join(', ')}`;
}

function exceptionWords({ until, why }: PolicyException): string {
  return `by an exception until ${formatTime(until)}: ${why}`;
}

/** Why a build is refused. */
function refusal({ build, expected, verdict }: BuildJudgement): string {
  const name = nameOf(build);
  const { policy, definitions } = verdict;
  const problem = problemArtifact(definitions.flatMap((definition) => definition.artifacts));
  if (problem !== undefined) {
    const isAlone = !DISAGREEMENT.includes(problem.reason) && problem.reason !== 'incomplete';
    const several =
      isAlone && definitions.length > 1
        ? `signers built ${definitions.length} different things, which are not compared: `
        : '';
    return `${name}: ${several}${artifactSentence(problem, policy)}`;
  }
  if (verdict.otherDefinitions.length > 0) {
    const id = (expected ?? '').slice(0, 12);
    return `${name}: no claims on build id ${id}; the signers built something else`;
  }
  if (verdict.otherBuilds.length > 0) {
    return `${name}: all claims found there are about other builds`;
  }
  return `${name}: no signer of the policy claims anything, and zero claims never pass`;
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
    case 'excepted':
      return `${path} is accepted ${artifact.exception === undefined ? '' : exceptionWords(artifact.exception)}`;
    case 'incomplete':
      return `${path} can not be judged: not every attestation that the log should list is at hand`;
    case 'not-distinct': {
      const [rule] = first?.notDistinct ?? [];
      const what = `${rule?.found} of ${rule?.atLeast} different values of ${rule?.attribute}`;
      return `${path} has enough signers, but they have ${what} needed (${join(first?.agree ?? [])})`;
    }
    case 'too-weak': {
      const strength = first?.strength;
      const takes = strength === undefined ? 'too little' : strengthWords(strength);
      const fails = coalitionWords(strength?.coalition ?? []);
      return `forging ${path} takes ${takes}, not ${policy.strength?.atLeast}: ${fails}`;
    }
    case 'contested':
      return `two different results for ${path} each have enough signers: ${results(clusters)}`;
  }
}

/** The verdict on the bytes of a file in one sentence. */
export function fileSentence({ file, sha256, verdict }: FileJudgement): string {
  if (verdict.result === 'unknown') {
    return `refused: ${file}: no signer of the policy knows these bytes (sha256 ${sha256})`;
  }
  if (verdict.result === 'excepted') {
    return `accepted: ${file} ${exceptionWords(verdict.exception)} (sha256 ${sha256})`;
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
  'incomplete',
  'contested',
  'dissent',
  'mismatch',
  'required-missing',
  'not-distinct',
  'too-weak',
  'too-few',
];

const DISAGREEMENT: readonly ArtifactVerdict['reason'][] = ['contested', 'dissent', 'mismatch'];

function problemArtifact(artifacts: readonly ArtifactVerdict[]): ArtifactVerdict | undefined {
  return WORST_FIRST.map((reason) => artifacts.find((one) => one.reason === reason)).find(
    (one) => one !== undefined,
  );
}

/** The cluster that meets every rule. */
export function winner({ clusters }: ArtifactVerdict): Cluster | undefined {
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
