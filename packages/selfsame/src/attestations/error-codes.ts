import type { ErrorCodeInfo } from '../errors/error-code.js';

/** Error codes of `attestations/`. */
export const attestationsErrorCodes = {
  KEYRING_INSIDE: {
    exit: 2,
    meaning:
      'A keyring is inside the folder that is judged, so that whoever fills it picks the keys.',
  },
  KEYRING_INVALID: { exit: 2, meaning: 'A keyring holds no OpenPGP certificate that can be read.' },
  KEYRING_NOT_FOUND: { exit: 2, meaning: 'A keyring does not exist or cannot be read.' },
  TRUSTED_ROOT_INVALID: { exit: 2, meaning: 'A file is not a trusted root of sigstore.' },
  SIGN_FORMAT: { exit: 2, meaning: 'A format cannot be signed with that kind of key.' },
  SIGN_PROGRAM: {
    exit: 5,
    meaning: 'The program gpg made no signature, or one that would not count.',
  },
} as const satisfies Record<string, ErrorCodeInfo>;
