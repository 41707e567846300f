import {
  canonicalDigest,
  judgeEvidenceInParallel,
  parseEvidence,
  VerifyError,
  type EvidenceFile,
  type EvidenceTrust,
  type EvidenceVerdict,
  type JsonObject,
  type PosixTime,
  type Sha256Hex,
} from '@selfsame/verify';
import { SelfsameError } from '../errors/selfsame-error.js';
import { compareFoundDefinitions } from '../record/definition-differences.js';
import { definitionIn, type FoundDefinition } from '../record/definition-file.js';
import { readBounded } from '../record/folder-file.js';
import type { BuildJudgement } from '../record/judge-builds.js';

/** Largest evidence file that is read, in bytes. */
const MAX_BYTES = 256 * 1024 * 1024;

export interface EvidenceJudgement {
  readonly verdict: EvidenceVerdict;
  readonly judgements: readonly BuildJudgement[];
}

/** Reads an evidence file. Throws EVIDENCE_NOT_FOUND, EVIDENCE_INVALID. */
export async function readEvidenceFile(path: string, name: string): Promise<EvidenceFile> {
  const bytes = await readBounded(path, MAX_BYTES).catch((cause: unknown) => {
    const why = (cause as NodeJS.ErrnoException).code ?? (cause as Error).message;
    throw new SelfsameError('EVIDENCE_NOT_FOUND', `the evidence ${name} cannot be read: ${why}`, {
      hint: 'name a file made by: selfsame evidence pack',
    });
  });
  try {
    return parseEvidence(bytes);
  } catch (cause) {
    return explain(name, cause);
  }
}

/**
 * The verdict on an evidence file, from nothing but it and what is trusted.
 *
 * @throws SelfsameError EVIDENCE_POLICY, EVIDENCE_INVALID
 */
export async function judgeEvidenceFile(
  evidence: EvidenceFile,
  name: string,
  trust: EvidenceTrust,
  at: PosixTime,
): Promise<EvidenceJudgement> {
  const found = canonicalDigest(evidence.policy);
  if ('policyDigest' in trust && trust.policyDigest !== found) {
    throw new SelfsameError(
      'EVIDENCE_POLICY',
      `${name} carries the policy ${found}, not the one asked for`,
      {
        hint: 'ask whoever packed it for evidence under your policy, or bring yours: --policy FILE',
      },
    );
  }
  const verdict = await judgeEvidenceInParallel(evidence, trust, at).catch((cause: unknown) =>
    explain(name, cause),
  );
  const definitions = digests(evidence);
  const judgements: BuildJudgement[] = [];
  for (const one of verdict.builds) {
    const comparisons = await compareFoundDefinitions(
      one.verdict,
      undefined,
      (id) => definitions.get(id)?.() ?? { problem: 'is not in the evidence' },
    );
    judgements.push({
      build: one.build,
      expected: undefined,
      verdict: one.verdict,
      comparisons,
      unusable: [],
      hasClaims: true,
    });
  }
  return { verdict, judgements };
}

/** Definitions by the digest that proves them; only computed where something differs. */
function digests({ builds }: EvidenceFile): {
  get(id: Sha256Hex): (() => FoundDefinition) | undefined;
} {
  let known: Map<Sha256Hex, JsonObject> | undefined;
  return {
    get: (id) => {
      known ??= new Map(
        builds.flatMap((one) =>
          one.definitions.map((each) => [canonicalDigest(each), each] as const),
        ),
      );
      const document = known.get(id);
      return document && (() => definitionIn(document));
    },
  };
}

function explain(name: string, cause: unknown): never {
  if (!(cause instanceof VerifyError)) throw cause;
  throw new SelfsameError('EVIDENCE_INVALID', `${name}: ${cause.message}`, {
    hint: 'get the file again, or pack it again with: selfsame evidence pack',
    cause,
  });
}
