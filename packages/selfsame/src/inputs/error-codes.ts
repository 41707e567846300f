import type { ErrorCodeInfo } from '../errors/error-code.js';

/** Error codes of `inputs/`. Named for what went wrong, in capitals. */
export const inputErrorCodes = {
  INPUT_NOT_FOUND: {
    exit: 3,
    meaning: 'A file or directory that a recipe names is not in the workspace.',
  },
  INPUT_OUTSIDE_WORKSPACE: {
    exit: 2,
    meaning:
      'A path in a recipe leads out of the workspace, or a symbolic link leads out of an input.',
  },
  INPUT_FILE_NAME_INVALID: {
    exit: 2,
    meaning: 'The name an input would have in the sandbox is not a plain file name.',
  },
  INPUT_UNPACK_NOT_POSSIBLE: {
    exit: 2,
    meaning: 'An input that is not an archive was to be unpacked.',
  },
  INPUT_CHANGED: {
    exit: 3,
    meaning: 'An input is not what the lock says; nothing of it was used.',
  },
  ARCHIVE_UNKNOWN: {
    exit: 3,
    meaning: 'A file to unpack is not an archive of a known kind.',
  },
  ARCHIVE_DAMAGED: { exit: 3, meaning: 'An archive is cut off or damaged.' },
  ARCHIVE_UNSAFE: {
    exit: 3,
    meaning:
      'An archive holds something that may not be unpacked: a path or link out of it, a device, a duplicate.',
  },
  ARCHIVE_TOO_LARGE: {
    exit: 3,
    meaning: 'An archive holds more bytes, files or nesting than any source should.',
  },
  KEYRING_UNUSABLE: {
    exit: 2,
    meaning: 'A keyring that a recipe names cannot be read or holds no OpenPGP keys.',
  },
  SIGNATURE_MISSING: { exit: 3, meaning: 'Something that must be signed is not.' },
  SIGNATURE_BAD: { exit: 3, meaning: 'A signature does not fit what it is said to sign.' },
  SIGNATURE_WRONG_KEY: {
    exit: 3,
    meaning: 'A signature was made by a key that is not in the keyring.',
  },
  SIGNATURE_EXPIRED: { exit: 3, meaning: 'A signature is by a key that has expired.' },
  SIGNATURE_REVOKED: { exit: 3, meaning: 'A signature is by a key that was revoked.' },
  SIGNATURE_WEAK: {
    exit: 3,
    meaning: 'A signature uses an algorithm that can be forged, such as SHA-1.',
  },
  GIT_NOT_INSTALLED: { exit: 3, meaning: 'The git program is not installed.' },
  GIT_UNREACHABLE: { exit: 3, meaning: 'A git repository could not be fetched.' },
  GIT_COMMIT_MISSING: { exit: 3, meaning: 'A git repository does not have the commit.' },
  GIT_TAG_MISSING: { exit: 3, meaning: 'A git repository does not have the tag.' },
  GIT_TAG_MISMATCH: {
    exit: 3,
    meaning: 'A git tag points to another commit, or its object has another name inside.',
  },
  GIT_TREE_UNSAFE: {
    exit: 3,
    meaning: 'A git tree holds something that cannot be exported, such as a link that leaves it.',
  },
  GIT_SUBMODULE_INVALID: {
    exit: 3,
    meaning: 'A submodule has no usable address, or submodules are nested too deeply.',
  },
  GIT_DAMAGED: {
    exit: 3,
    meaning: 'A git repository has objects that cannot be read or that git refuses.',
  },
  DEBIAN_SOURCE_NOT_FOUND: {
    exit: 3,
    meaning: 'No configured archive has the version of a Debian source package.',
  },
  DEBIAN_SOURCE_AMBIGUOUS: {
    exit: 3,
    meaning: 'Configured archives disagree on the files of one version of a Debian source package.',
  },
  DEBIAN_SOURCE_INVALID: {
    exit: 3,
    meaning: 'A Debian source package is malformed or does not fit its index entry.',
  },
  DEBIAN_SOURCE_FORMAT: {
    exit: 3,
    meaning: 'A Debian source package has a format that cannot be unpacked.',
  },
  NPM_PACKAGE_NOT_FOUND: {
    exit: 3,
    meaning: 'The registry does not have the version of an npm package.',
  },
  NPM_REGISTRY_UNKNOWN: {
    exit: 2,
    meaning: 'No npm registry is configured on this machine.',
  },
  NPM_REPLY_INVALID: {
    exit: 3,
    meaning: 'The npm registry described a package in a way that cannot be used.',
  },
} as const satisfies Record<string, ErrorCodeInfo>;
