import {
  artifactPathProblem,
  canonicalDigest,
  compareBytewise,
  isSha256Hex,
} from '@selfsame/verify';
import { SelfsameError } from '../errors/selfsame-error.js';
import type { Sha256 } from '../store/types.js';
import type { Artifact } from './definition.js';

/**
 * Digest of everything a build that reads these artifacts can see of them: sha256 of the canonical
 * JSON of `{type, artifacts}`, the artifacts sorted by path as bytes. The order given does not matter.
 * Throws `ARTIFACT_LIST_INVALID` for a path given twice, a path that no claim could name or a digest
 * that is none.
 */
export function artifactListDigest(artifacts: readonly Artifact[]): Sha256 {
  return canonicalDigest({
    type: 'selfsame/artifact-list/v1',
    artifacts: sortArtifacts(artifacts).map(({ path, sha256, size, executable }) => ({
      path,
      sha256,
      size,
      executable,
    })),
  });
}

/** The artifacts in the one order used everywhere, by path as bytes. Throws as `artifactListDigest`. */
export function sortArtifacts(artifacts: readonly Artifact[]): readonly Artifact[] {
  const sorted = [...artifacts].sort((a, b) => compareBytewise(a.path, b.path));
  sorted.forEach((artifact, index) => {
    const problem = isSha256Hex(artifact.sha256)
      ? artifactPathProblem(artifact.path)
      : 'has no valid sha256';
    if (problem !== undefined) {
      throw new SelfsameError(
        'ARTIFACT_LIST_INVALID',
        `the artifact ${JSON.stringify(artifact.path)} ${problem}`,
      );
    }
    if (index > 0 && sorted[index - 1]?.path === artifact.path) {
      throw new SelfsameError(
        'ARTIFACT_LIST_INVALID',
        `the list of artifacts names ${JSON.stringify(artifact.path)} twice`,
      );
    }
  });
  return sorted;
}
