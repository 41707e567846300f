import {
  judge,
  judgeFile,
  type BuildName,
  type FileVerdict,
  type LogCopy,
  type Policy,
  type PosixTime,
  type Question,
  type Sha256Hex,
  type TlogProof,
  type Verdict,
  type Vote,
} from '@selfsame/verify';
import { readBuildAttestations, type UnusableFile } from './attestation-folder.js';
import { hashFileBytes } from './built-result.js';
import { compareClaimedDefinitions } from './definition-differences.js';
import { askLogs } from './logged.js';
import type { DefinitionComparison, KnownDefinition } from './definition-differences.js';

/** The verdict on one build of an attestations folder. */
export interface BuildJudgement {
  readonly build: BuildName;
  /** The build id that was asked for, undefined: any. */
  readonly expected: Sha256Hex | undefined;
  readonly verdict: Verdict;
  /** Where signers built something else: which fields differ. */
  readonly comparisons: readonly DefinitionComparison[];
  /** Files that are no attestations. */
  readonly unusable: readonly UnusableFile[];
  /** Whether claims were found: other formats do not say a build id. */
  readonly hasClaims: boolean;
  /** Log proofs found beside them, of which nothing is checked here. */
  readonly proofs?: readonly TlogProof[];
}

/**
 * Judges what a folder says of one build. Claims found in its directory that are about another build
 * (copied there by mistake or on purpose) do not count.
 *
 * @param known a definition at hand that others are compared with; the verdict never depends on it
 * @param at when, for keys, exceptions and lists that hold for a time; without it they do not count
 * @param copies whole logs, for policies that want everything that they list
 * @param others votes about this build that came in other formats
 */
export async function judgeBuild(
  folder: string,
  policy: Policy,
  build: BuildName,
  expected: Sha256Hex | undefined,
  known?: KnownDefinition,
  at?: PosixTime,
  others: readonly Vote[] = [],
  copies: readonly LogCopy[] = [],
): Promise<BuildJudgement> {
  const { envelopes, proofs, unusable } = await readBuildAttestations(folder, build);
  const question: Question = {
    build,
    ...askLogs(policy, build, proofs, copies).question,
    ...(expected !== undefined && { definition: expected }),
    ...(at !== undefined && { at }),
  };
  const verdict = judge(envelopes, policy, question, undefined, others);
  const comparisons = await compareClaimedDefinitions(folder, build, verdict, expected, known);
  const hasClaims = envelopes.length > 0 || others.some(({ format }) => format === 'claim');
  return { build, expected, verdict, comparisons, unusable, hasClaims, proofs };
}

export interface FileJudgement {
  /** As given. */
  readonly file: string;
  readonly sha256: Sha256Hex;
  readonly size: number;
  readonly verdict: FileVerdict;
}

const PREFERENCE: readonly FileVerdict['result'][] = [
  'accepted',
  'excepted',
  'refused',
  'other-bytes',
  'unknown',
];

/**
 * Whether any of the judgements accepts exactly the bytes of a file; where several speak of it, the
 * most favourable one, since bytes decide and an acceptance is of exactly these.
 *
 * @param path absolute
 * @param name as given, for reports
 */
export async function judgeLocalFile(
  path: string,
  name: string,
  judgements: readonly BuildJudgement[],
  signal?: AbortSignal,
): Promise<FileJudgement> {
  const { sha256, size } = await hashFileBytes(path, signal);
  const baseName = path.split('/').at(-1) ?? path;
  const found = judgements.map(({ verdict }) => judgeFile(verdict, sha256, baseName));
  const best = PREFERENCE.map((result) => found.find((one) => one.result === result)).find(
    (one) => one !== undefined,
  );
  return { file: name, sha256, size, verdict: best ?? { result: 'unknown' } };
}
