import {
  listVotes,
  parseTlogProof,
  VerifyError,
  verifyLogs,
  type BuildName,
  type LogCopy,
  type LoggedClaims,
  type Policy,
  type Question,
  type TlogProof,
} from '@selfsame/verify';

/** A file with a log proof, as found. */
export interface ProofFile {
  /** Relative to the attestations folder. */
  readonly path: string;
  readonly bytes: Uint8Array;
}

/** Reads proof files; what is none is named with the reason and proves nothing. */
export function readProofs(files: readonly ProofFile[]): {
  readonly proofs: readonly TlogProof[];
  readonly unusable: readonly { readonly path: string; readonly reason: string }[];
} {
  const proofs: TlogProof[] = [];
  const unusable: { readonly path: string; readonly reason: string }[] = [];
  for (const { path, bytes } of files) {
    try {
      proofs.push(parseTlogProof(bytes));
    } catch (error) {
      if (!(error instanceof VerifyError)) throw error;
      unusable.push({ path, reason: error.message });
    }
  }
  return { proofs, unusable };
}

/** What logs say, as a part of the question about one build; nothing where the policy names no log. */
export function askLogs(
  { log }: Policy,
  build: BuildName,
  proofs: readonly TlogProof[],
  copies: readonly LogCopy[] = [],
): { readonly question: Question; readonly logged: LoggedClaims | undefined } {
  if (log === undefined) return { question: {}, logged: undefined };
  const logged = verifyLogs(log, proofs, copies);
  const complete = listVotes(logged, log, build);
  const { witnessed } = logged;
  return { question: { witnessed, ...(complete !== undefined && { complete }) }, logged };
}
