import {
  canonicalDigest,
  judgeEvidence,
  parseEvidence,
  type EvidenceFile,
  type EvidenceVerdict,
  type PosixTime,
} from '@selfsame/verify';
import { answerQuestions } from './crypto.js';

/** More rounds than parts of evidence follow from each other: versions of a roster do, one by one. */
const MAX_ROUNDS = 20_000;

/** Computes until every signature that matters was checked; what is thrown on the way counts only at the end. */
export async function settle<T>(compute: () => T): Promise<T> {
  for (let round = 0; round < MAX_ROUNDS; round += 1) {
    let outcome: { value: T } | { error: unknown };
    try {
      outcome = { value: compute() };
    } catch (error) {
      outcome = { error };
    }
    if (await answerQuestions()) continue;
    if ('error' in outcome) throw outcome.error;
    return outcome.value;
  }
  throw new Error('the evidence asks for more checks than are made');
}

export interface PageVerdict {
  readonly evidence: EvidenceFile;
  readonly verdict: EvidenceVerdict;
  readonly policyDigest: string;
}

/** The verdict on the bytes of an evidence file. Whether its policy is the right one is not decided here. */
export async function judgeBytes(bytes: Uint8Array, at: PosixTime): Promise<PageVerdict> {
  const evidence = parseEvidence(bytes);
  const policyDigest = canonicalDigest(evidence.policy);
  const verdict = await settle(() => judgeEvidence(evidence, { policyOfFile: true }, at));
  return { evidence, verdict, policyDigest };
}
