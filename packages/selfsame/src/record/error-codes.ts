import type { ErrorCodeInfo } from '../errors/error-code.js';

/** Error codes of `record/`. Named for what went wrong, in capitals. */
export const recordErrorCodes = {
  DEFINITION_INVALID: {
    exit: 5,
    meaning: 'A build definition is not well formed, so that it has no build id.',
  },
  ARTIFACT_LIST_INVALID: {
    exit: 5,
    meaning: 'A list of artifacts names a path twice, or a path or digest that is not valid.',
  },
  ARTIFACT_CHANGED: {
    exit: 5,
    meaning: 'The bytes of an artifact in the store are not those that were built.',
  },
  ATTESTATION_LIMIT: {
    exit: 2,
    meaning: 'An attestations folder holds more files or bytes than are read.',
  },
  ATTESTATION_READ: { exit: 2, meaning: 'An attestations folder cannot be read.' },
  ATTESTATION_WRITE: {
    exit: 5,
    meaning: 'A signature could not be written into the attestations folder.',
  },
  CLAIM_MISMATCH: {
    exit: 5,
    meaning: 'The stored definition of a build is not the one its build id is the digest of.',
  },
  CLAIM_NAME: {
    exit: 2,
    meaning: 'A project, version, target or output has a name that a claim cannot hold.',
  },
  KEY_EXISTS: { exit: 2, meaning: 'A new key would replace a file that exists.' },
  KEY_FILE_INVALID: { exit: 2, meaning: 'A file is not the key it should be.' },
  KEY_FILE_MODE: { exit: 2, meaning: 'A private key can be read or written by others.' },
  KEY_NOT_FOUND: { exit: 2, meaning: 'A key file does not exist or cannot be read.' },
  KEY_WRITE: { exit: 5, meaning: 'A key file could not be written.' },
  NOT_BUILT: { exit: 3, meaning: 'There is no finished build to sign or to compare with.' },
  POLICY_INVALID: { exit: 2, meaning: 'A policy file breaks the format of policies.' },
  POLICY_NOT_FOUND: { exit: 2, meaning: 'There is no policy file to judge by.' },
  ROSTER_INVALID: { exit: 2, meaning: 'A roster, or a line of a roster file, breaks its format.' },
  ROSTER_NOT_FOUND: { exit: 2, meaning: 'There is no roster file where a policy names one.' },
  ROSTER_REFUSED: {
    exit: 1,
    meaning:
      'A roster is not signed by enough of its owners, has expired, or is older than the policy allows.',
  },
} as const satisfies Record<string, ErrorCodeInfo>;
