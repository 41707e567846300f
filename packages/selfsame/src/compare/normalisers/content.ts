import type { CauseName, Difference } from '../types.js';
import type { Normaliser } from './normaliser.js';
import { withoutDigests, withoutSignatures } from './same-texts.js';

const signatureNames: readonly RegExp[] = [
  // JAR signatures (JAR File Specification, "Signed JAR File").
  /(?:^|\/)META-INF\/(?:SIG-[^/]*|[^/]+\.(?:SF|RSA|DSA|EC))$/i,
  // debsigs and dpkg-sig members of .deb files.
  /^_gpg[a-z0-9]+$/,
  /\.(?:asc|sig|sign|p7s|minisig)$/i,
  // Alpine packages.
  /^\.SIGN\.[A-Z0-9]+\./,
];

/** Parts that are signatures and nothing else, by reader, which give these names to nothing else. */
const signatureParts: Readonly<Record<string, string>> = {
  zip: 'APK Signing Block',
  pe: 'certificate table',
  elf: 'module signature',
  macho: 'code signature',
};

const debugSection =
  /^\.(?:rela?\.)?(?:z?debug_[a-z0-9_.]+|gnu_debuglink|gnu_debugaltlink|gnu_debugdata|stab|stabstr|debug_gdb_scripts)$/;

/**
 * Whether all that is known of the thing itself is one cause, which can be nothing else, and it is nothing more than
 * bytes. What bytes only look like is not enough: something else may have changed beside it.
 */
function isOnly(cause: CauseName, difference: Difference): boolean {
  const { findings, children, unexamined, fields, order, moreRanges, types } = difference;
  return (
    findings.length > 0 &&
    findings.every((one) => one.cause === cause && one.certainty === 'certain') &&
    children.length + unexamined.length + fields.length + moreRanges === 0 &&
    order === undefined &&
    types === undefined
  );
}

/** Readers that give such names to sections only where they are what these say. */
const withDebugSections: ReadonlySet<string> = new Set(['elf', 'pe']);

/** Sections of ELF files that hold such an identifier and nothing else, as the reader gives the names to no others. */
const idSections: ReadonlySet<string> = new Set(['.note.gnu.build-id', '.note.go.buildid']);

/** What files hold. */
export const content: readonly Normaliser[] = [
  {
    name: 'signature',
    hides: 'Signatures: of packages, JAR files, kernel modules, and files of their own.',
    field: ({ kind }) => kind === 'signature',
    text: withoutSignatures,
    whole: ({ difference, formats, isInStructure }) =>
      signatureParts[formats.at(-1) ?? ''] === difference.name ||
      (!isInStructure && signatureNames.some((name) => name.test(difference.name))),
  },
  {
    name: 'build-id',
    hides: 'Identifiers that linkers make of everything else in a file.',
    field: ({ kind, name }) => kind === 'id' && /build.?id|^LC_UUID$/i.test(name),
    whole: ({ difference, formats }) => formats.at(-1) === 'elf' && idSections.has(difference.name),
  },
  {
    name: 'debug-sections',
    hides: 'Sections with information for debuggers.',
    whole: ({ difference, formats }) =>
      withDebugSections.has(formats.at(-1) ?? '') && debugSection.test(difference.name),
  },
  {
    name: 'compression',
    hides: 'The same content compressed with other bytes.',
    field: ({ kind }) => kind === 'compression',
    whole: ({ difference }) => isOnly('compression', difference),
  },
  {
    name: 'checksum',
    hides: 'Checksums and lists of them, whatever they are of.',
    field: ({ kind }) => kind === 'checksum',
    text: withoutDigests,
  },
  {
    name: 'line-endings',
    hides: 'Text that is the same but for carriage returns before line feeds.',
    text: (text) => text.replaceAll('\r\n', '\n'),
  },
];
