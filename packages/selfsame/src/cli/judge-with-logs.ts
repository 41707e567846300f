import { verifyLogs, type LogCopy, type LoggedClaims, type Policy } from '@selfsame/verify';
import type { BuildJudgement } from '../record/judge-builds.js';

/** What is wrong with the logs that a policy names. */
export type LogFindings = Pick<LoggedClaims, 'splits' | 'problems'>;

/**
 * Judges builds one by one, and looks at what all of their log proofs say together: the two histories of a log may be
 * in the proofs of two builds. A log with two histories is whole nowhere, so that builds are then judged without
 * its copies, as evidence in one file is.
 *
 * @param judgeOne judges a build with these copies of logs
 */
export async function judgeWithLogs<T>(
  questions: readonly T[],
  { log }: Policy,
  copies: readonly LogCopy[],
  judgeOne: (question: T, copies: readonly LogCopy[]) => Promise<BuildJudgement>,
): Promise<{ readonly judgements: readonly BuildJudgement[]; readonly logs?: LogFindings }> {
  const judgeAll = async (whole: readonly LogCopy[]): Promise<readonly BuildJudgement[]> => {
    const judgements: BuildJudgement[] = [];
    for (const question of questions) judgements.push(await judgeOne(question, whole));
    return judgements;
  };
  const judgements = await judgeAll(copies);
  if (log === undefined) return { judgements };
  const proofs = judgements.flatMap((one) => one.proofs ?? []);
  const { splits, problems } = verifyLogs(log, proofs, copies);
  const logs = { splits, problems };
  const split = new Set(splits.map((one) => one.log));
  const whole = copies.filter(({ checkpoint: { text } }) => !split.has(originOf(text)));
  if (whole.length === copies.length) return { judgements, logs };
  return { judgements: await judgeAll(whole), logs };
}

function originOf(text: string): string {
  return text.slice(0, text.indexOf('\n'));
}
