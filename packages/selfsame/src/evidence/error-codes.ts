import type { ErrorCodeInfo } from '../errors/error-code.js';

/** Error codes of `evidence/`. */
export const evidenceErrorCodes = {
  EVIDENCE_NOT_FOUND: { exit: 2, meaning: 'There is no evidence file, or it cannot be read.' },
  EVIDENCE_INVALID: { exit: 2, meaning: 'A file is not an evidence file, or breaks its format.' },
  EVIDENCE_POLICY: {
    exit: 2,
    meaning:
      'Evidence would be judged by the policy it brings itself, or carries another policy than was asked for.',
  },
  EVIDENCE_PAGE_MISSING: {
    exit: 5,
    meaning: 'The page that judges evidence in a browser was not built.',
  },
  EVIDENCE_WRITE: { exit: 5, meaning: 'An evidence file could not be written.' },
} as const satisfies Record<string, ErrorCodeInfo>;
