import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { SelfsameError } from '../errors/selfsame-error.js';
import type { Sha256 } from '../store/types.js';
import type { Artifact, BuildDefinition } from './definition.js';

/** A finished build as signing sees it. Where it came from is the finder's business. */
export interface BuiltResult {
  /** `project@target`. */
  readonly key: string;
  readonly buildId: Sha256;
  readonly definition: BuildDefinition;
  readonly artifacts: readonly Artifact[];
  /** Absolute path of the bytes of an artifact in the store. */
  artifactPath(sha256: Sha256): string;
  /** Stored bytes of its provenance statement, not checked; undefined where there are none. */
  readProvenance(): Uint8Array | undefined;
}

/** Results of builds asked for, and those that have none. */
export interface FoundResults {
  readonly results: readonly BuiltResult[];
  /** Keys of builds without a result, in the order of the plan, each with the reason in words. */
  readonly missing: readonly { readonly key: string; readonly reason: string }[];
}

export interface ResultSelection {
  /** `project` or `project@target`; empty: every project of the workspace. */
  readonly projects: readonly string[];
  readonly target: string | undefined;
}

/**
 * Hashes every artifact of a result again. A claim is about bytes, not about a record of them.
 * Throws `ARTIFACT_CHANGED` for bytes that cannot be read or are of another size or digest.
 */
export async function verifyArtifacts(
  result: BuiltResult,
  signal: AbortSignal | undefined,
): Promise<void> {
  for (const artifact of result.artifacts) {
    const found = await tryToHash(result.artifactPath(artifact.sha256), signal);
    const isSame =
      typeof found !== 'string' && found.sha256 === artifact.sha256 && found.size === artifact.size;
    if (isSame) continue;
    const what = typeof found === 'string' ? found : `has other bytes (sha256 ${found.sha256})`;
    throw new SelfsameError(
      'ARTIFACT_CHANGED',
      `${artifact.path} of ${result.key} ${what} in the store, where sha256 ${artifact.sha256} was built`,
      { hint: `build it again: selfsame build ${result.key}` },
    );
  }
}

/** sha256 and size of a file's bytes, read once in a stream. Rejects as `fs` does, or when aborted. */
export async function hashFileBytes(
  path: string,
  signal: AbortSignal | undefined,
): Promise<{ readonly sha256: Sha256; readonly size: number }> {
  const hash = createHash('sha256');
  let size = 0;
  const stream = createReadStream(path, { highWaterMark: 1024 * 1024, ...(signal && { signal }) });
  try {
    for await (const chunk of stream as AsyncIterable<Buffer>) {
      hash.update(chunk);
      size += chunk.length;
    }
  } catch (error) {
    // The signal's own reason says more than the stream's complaint about it.
    signal?.throwIfAborted();
    throw error;
  }
  return { sha256: hash.digest('hex'), size };
}

/** The digest and size, or in words why there are none. */
async function tryToHash(path: string, signal: AbortSignal | undefined) {
  try {
    return await hashFileBytes(path, signal);
  } catch (error) {
    signal?.throwIfAborted();
    const { code } = error as NodeJS.ErrnoException;
    return code === 'ENOENT' ? 'is missing' : `cannot be read (${code ?? String(error)})`;
  }
}
