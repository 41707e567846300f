import type { CauseName, Difference } from '../types.js';
import type { Normaliser } from './normaliser.js';

const signatureNames: readonly RegExp[] = [
  // JAR signatures (JAR File Specification, "Signed JAR File").
  /(?:^|\/)META-INF\/(?:SIG-[^/]*|[^/]+\.(?:SF|RSA|DSA|EC))$/i,
  // debsigs and dpkg-sig members of .deb files.
  /^_gpg[a-z0-9]+$/,
  /\.(?:asc|sig|sign|p7s|minisig)$/i,
  // Alpine packages.
  /^\.SIGN\.[A-Z0-9]+\./,
];

const debugSection =
  /^\.(?:rela?\.)?(?:z?debug_[a-z0-9_.]+|gnu_debuglink|gnu_debugaltlink|gnu_debugdata|stab|stabstr|debug_gdb_scripts)$/;

/** Whether all that is known of the thing itself is one cause, and it is nothing more than bytes. */
function isOnly(cause: CauseName, { findings, children, unexamined, fields, order }: Difference) {
  return (
    findings.length > 0 &&
    findings.every((one) => one.cause === cause) &&
    children.length + unexamined.length + fields.length === 0 &&
    order === undefined
  );
}

/** What files hold. */
export const content: readonly Normaliser[] = [
  {
    name: 'signature',
    hides: 'Signatures: of packages, JAR files, kernel modules, and files of their own.',
    field: ({ kind }) => kind === 'signature',
    whole: ({ difference }) =>
      signatureNames.some((name) => name.test(difference.name)) || isOnly('signature', difference),
  },
  {
    name: 'build-id',
    hides: 'Identifiers that linkers make of everything else in a file.',
    field: ({ kind, name }) => kind === 'id' && /build.?id|uuid/i.test(name),
    whole: ({ difference }) =>
      difference.name === '.note.gnu.build-id' || isOnly('build-id', difference),
  },
  {
    name: 'debug-sections',
    hides: 'Sections with information for debuggers.',
    whole: ({ difference }) => debugSection.test(difference.name),
  },
  {
    name: 'compression',
    hides: 'The same content compressed with other bytes.',
    field: ({ kind }) => kind === 'compression',
    whole: ({ difference }) => isOnly('compression', difference),
  },
  {
    name: 'checksum',
    hides: 'Checksums and lists of them, of files that differ themselves.',
    field: ({ kind }) => kind === 'checksum',
    whole: ({ difference }) => isOnly('checksum', difference),
  },
  {
    name: 'line-endings',
    hides: 'Text that is the same but for carriage returns before line feeds.',
    lineEndings: true,
  },
];
