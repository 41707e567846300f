import { realpath } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import {
  canonicalJsonBytes,
  isJsonObject,
  parseJson,
  sha256Hex,
  VerifyError,
  type BuildName,
  type JsonValue,
} from '@selfsame/verify';
import type { Sha256 } from '../store/types.js';
import { definitionPath } from './attestation-path.js';
import { buildId } from './build-id.js';
import type { BuildDefinition } from './definition.js';
import { isAbsent, isPlainPath, readBounded, writeFolderFile } from './folder-file.js';
import type { WriteOutcome } from './folder-file.js';

/** Largest definition read, in bytes; scripts make up most of one. */
const MAX_BYTES = 4 * 1024 * 1024;

/** A definition of an attestations folder, or in words why there is none to read. */
export type FoundDefinition =
  { readonly definition: BuildDefinition } | { readonly problem: string };

/**
 * Puts a definition beside the claims on it, so that people who have another one can see what differs.
 * The file is named by the digest of its bytes: the same from every builder.
 */
export async function writeDefinition(
  folder: string,
  build: BuildName,
  definition: BuildDefinition,
): Promise<{ readonly path: string; readonly outcome: WriteOutcome }> {
  const path = definitionPath(build, buildId(definition));
  const outcome = await writeFolderFile(folder, path, canonicalJsonBytes(definition), MAX_BYTES);
  return { path, outcome };
}

/**
 * The definition with a build id, if the folder has it. Whoever wrote the file does not matter: its
 * bytes are what the build id is the digest of, or it is not believed. Evidence only, so that nothing
 * about it is an error.
 */
export async function readDefinition(
  folder: string,
  build: BuildName,
  id: Sha256,
): Promise<FoundDefinition> {
  const path = definitionPath(build, id);
  let bytes: Buffer;
  try {
    const root = await realpath(folder);
    if (!(await isPlainPath(root, dirname(path)))) return { problem: 'is not in the folder' };
    bytes = await readBounded(join(root, path), MAX_BYTES);
  } catch (error) {
    if (isAbsent(error)) return { problem: 'is not in the folder' };
    const why = (error as NodeJS.ErrnoException).code ?? (error as Error).message;
    return { problem: `cannot be read (${why})` };
  }
  if (sha256Hex(bytes) !== id) return { problem: 'has other bytes than its build id says' };
  try {
    return definitionIn(parseJson(bytes));
  } catch (error) {
    if (!(error instanceof VerifyError)) throw error;
    return definitionIn(null);
  }
}

/** A document, proved by its digest, as a definition. */
export function definitionIn(document: JsonValue): FoundDefinition {
  if (isJsonObject(document) && document['type'] === 'selfsame/build-definition/v1') {
    return { definition: document as unknown as BuildDefinition };
  }
  return { problem: 'is no build definition that this version reads' };
}
