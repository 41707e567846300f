import { readdir, realpath } from 'node:fs/promises';
import { join } from 'node:path';
import {
  parseEnvelope,
  sha256Hex,
  VerifyError,
  type BuildName,
  type Envelope,
  type TlogProof,
} from '@selfsame/verify';
import { SelfsameError } from '../errors/selfsame-error.js';
import { formatEnvelope } from '../signing/envelope.js';
import {
  ATTESTATION_SUFFIX,
  attestationPath,
  buildPath,
  decodePathComponent,
  EVIDENCE_DIRECTORIES,
  PROOF_SUFFIX,
  provenancePath,
} from './attestation-path.js';
import {
  isAbsent,
  isPlainPath,
  readBounded,
  unreadableFolder,
  writeFolderFile,
} from './folder-file.js';
import type { WriteOutcome } from './folder-file.js';
import { readProofs, type ProofFile } from './logged.js';

/** Bounds on one attestations folder; numbers far above what honest builders write. */
export interface FolderLimits {
  /** Files looked at below one build. */
  readonly files: number;
  /** Bytes of one file. */
  readonly fileBytes: number;
  /** Bytes of all files of one build. */
  readonly totalBytes: number;
  /** Builds (project × version × target) of one folder. */
  readonly builds: number;
}

export const folderLimits: FolderLimits = {
  files: 10_000,
  fileBytes: 24 * 1024 * 1024,
  totalBytes: 256 * 1024 * 1024,
  builds: 100_000,
};

/** Levels below a build's directory: `<payload sha256>/<file>`. */
const DEPTH_BELOW_BUILD = 2;

/** Far more than a proof with its checkpoint and all witnesses has. */
const MAX_PROOF_BYTES = 1024 * 1024;

/** A file that was not taken, and why. Never counted, always reported. */
export interface UnusableFile {
  /** Relative to the attestations folder. */
  readonly path: string;
  readonly reason: string;
}

export interface BuildAttestations {
  readonly build: BuildName;
  readonly envelopes: readonly Envelope[];
  /** That claims are in logs: found beside them, and not verified. */
  readonly proofs: readonly TlogProof[];
  readonly unusable: readonly UnusableFile[];
}

/** A file of the folder that holds one signature. */
export interface WrittenFile {
  /** Relative to the folder. */
  readonly path: string;
  readonly outcome: WriteOutcome;
}

/**
 * Puts a claim with one signature into the folder, in one step. The file is named after the payload and
 * the key, and its content depends on nothing else: writing again, here or in another checkout, gives
 * the same file, and files of different signers never collide.
 */
export async function writeAttestation(
  folder: string,
  build: BuildName,
  envelope: Envelope,
): Promise<WrittenFile> {
  return await writeEnvelope(folder, attestationPath, build, envelope);
}

/** Puts signed provenance beside the claims of a build, where it is never read as one. */
export async function writeProvenance(
  folder: string,
  build: BuildName,
  envelope: Envelope,
): Promise<WrittenFile> {
  return await writeEnvelope(folder, provenancePath, build, envelope);
}

async function writeEnvelope(
  folder: string,
  pathOf: typeof attestationPath,
  build: BuildName,
  envelope: Envelope,
): Promise<WrittenFile> {
  const [signature] = envelope.signatures;
  const path = pathOf(build, sha256Hex(envelope.payload), signature.keyId);
  const content = formatEnvelope(envelope);
  return { path, outcome: await writeFolderFile(folder, path, content, folderLimits.fileBytes) };
}

/**
 * The builds that have a directory in the folder, sorted by path; an empty list for a folder that does
 * not exist. Directories whose names no build could have are in `unusable`.
 */
export async function listBuilds(
  folder: string,
  limits: FolderLimits = folderLimits,
): Promise<{ readonly builds: readonly BuildName[]; readonly unusable: readonly UnusableFile[] }> {
  const root = await resolveRoot(folder);
  const builds: BuildName[] = [];
  const unusable: UnusableFile[] = [];
  const decoded = async (path: string): Promise<{ name: string; path: string }[]> => {
    const entries: { name: string; path: string }[] = [];
    for (const entry of await sortedEntries(join(root, path))) {
      if (!entry.isDirectory()) continue;
      const name = decodePathComponent(entry.name);
      const below = path === '' ? entry.name : `${path}/${entry.name}`;
      if (name === undefined) unusable.push({ path: below, reason: 'not the name of a build' });
      else entries.push({ name, path: below });
    }
    return entries;
  };
  for (const project of await decoded('')) {
    for (const version of await decoded(project.path)) {
      for (const target of await decoded(version.path)) {
        builds.push({ project: project.name, version: version.name, target: target.name });
        if (builds.length > limits.builds) throw tooMuch(folder, `${limits.builds} builds`);
      }
    }
  }
  return { builds, unusable };
}

/**
 * Every envelope of a claim below a build's directory; evidence (definitions, provenance) is left out. What is no envelope (a web page, a cut file, a link) is
 * reported and counts for nothing; what the names of files say is not believed.
 *
 * Throws `ATTESTATION_LIMIT` beyond the limits and `ATTESTATION_READ` for a directory that cannot be
 * read: judging only a part could hide dissent.
 */
export async function readBuildAttestations(
  folder: string,
  build: BuildName,
  limits: FolderLimits = folderLimits,
): Promise<BuildAttestations> {
  const root = await resolveRoot(folder);
  const envelopes: Envelope[] = [];
  const unusable: UnusableFile[] = [];
  const proofFiles: ProofFile[] = [];
  let files = 0;
  let bytes = 0;
  const visit = async (path: string, depth: number): Promise<void> => {
    for (const entry of await sortedEntries(join(root, path))) {
      const below = `${path}/${entry.name}`;
      // Evidence is kept apart and never read as claims.
      if (depth === 1 && EVIDENCE_DIRECTORIES.has(entry.name)) continue;
      // Not only attestations live here: notes, .gitkeep, drafts of a writer that was killed.
      const isProof = entry.isFile() && entry.name.endsWith(PROOF_SUFFIX);
      if (entry.isFile() && !entry.name.endsWith('.json') && !isProof) continue;
      files += 1;
      if (files > limits.files) throw tooMuch(join(folder, path), `${limits.files} files`);
      if (isProof) {
        const bytes = await readBounded(join(root, below), MAX_PROOF_BYTES).catch(
          (error: unknown) => {
            unusable.push({
              path: below,
              reason: error instanceof Error ? error.message : String(error),
            });
          },
        );
        if (bytes !== undefined) proofFiles.push({ path: below, bytes });
        continue;
      }
      if (entry.isDirectory() && depth < DEPTH_BELOW_BUILD) {
        await visit(below, depth + 1);
      } else if (!entry.isFile() || !entry.name.endsWith(ATTESTATION_SUFFIX)) {
        unusable.push({ path: below, reason: `not a file named *${ATTESTATION_SUFFIX}` });
      } else {
        const result = await readAttestation(join(root, below), limits.fileBytes);
        if ('reason' in result) unusable.push({ path: below, reason: result.reason });
        else {
          envelopes.push(result.envelope);
          bytes += result.bytes;
        }
        if (bytes > limits.totalBytes) {
          throw tooMuch(join(folder, path), `${limits.totalBytes} bytes`);
        }
      }
    }
  };
  const path = buildPath(build);
  const isThere = await isPlainPath(root, path).catch((error: unknown) => {
    throw unreadableFolder(join(root, path), error);
  });
  if (isThere) await visit(path, 1);
  const { proofs, unusable: broken } = readProofs(proofFiles);
  return { build, envelopes, proofs, unusable: [...unusable, ...broken] };
}

async function readAttestation(
  file: string,
  maxBytes: number,
): Promise<{ envelope: Envelope; bytes: number } | { reason: string }> {
  let content: Buffer;
  try {
    content = await readBounded(file, maxBytes);
  } catch (error) {
    return { reason: error instanceof Error ? error.message : String(error) };
  }
  try {
    return { envelope: parseEnvelope(content), bytes: content.length };
  } catch (error) {
    if (error instanceof VerifyError) return { reason: error.message };
    throw error;
  }
}

/** The folder itself may be a link: the person named it. */
async function resolveRoot(folder: string): Promise<string> {
  try {
    return await realpath(folder);
  } catch (error) {
    if (isAbsent(error)) return folder;
    throw unreadableFolder(folder, error);
  }
}

/** Entries in byte order; none for a directory that is not there. */
async function sortedEntries(directory: string) {
  try {
    const entries = await readdir(directory, { withFileTypes: true });
    return entries.sort((a, b) => (a.name < b.name ? -1 : 1));
  } catch (error) {
    if (isAbsent(error)) return [];
    throw unreadableFolder(directory, error);
  }
}

function tooMuch(directory: string, bound: string): SelfsameError {
  return new SelfsameError('ATTESTATION_LIMIT', `${directory} holds more than ${bound}`, {
    hint: 'remove what does not belong there; nothing was judged, because a part could hide dissent',
  });
}
