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
  BUNDLE_INVALID: {
    exit: 1,
    meaning: 'A Sigstore bundle or trusted root breaks its format or does not fit the artifact.',
  },
  BUNDLE_UNSUPPORTED: {
    exit: 1,
    meaning: 'A Sigstore bundle needs something that selfsame does not check.',
  },
  CERTIFICATE_INVALID: {
    exit: 1,
    meaning: 'A certificate does not lead to the given root, or was not valid at the time.',
  },
  LAYOUT_INVALID: { exit: 2, meaning: 'A file is not a signed in-toto layout that can be read.' },
  LAYOUT_FILES: {
    exit: 2,
    meaning:
      'A folder of in-toto links, or the files that a layout is checked against, cannot be read whole.',
  },
  SIGN_FORMAT: { exit: 2, meaning: 'A format cannot be signed with that kind of key.' },
  SIGN_PROGRAM: {
    exit: 5,
    meaning: 'The program gpg made no signature, or one that would not count.',
  },
} as const satisfies Record<string, ErrorCodeInfo>;
