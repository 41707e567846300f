import type { Artifact } from './definition.js';
import { sortArtifacts } from './artifacts.js';

/**
 * The artifacts as lines of a SHA256SUMS file, as `sha256sum --check` of GNU coreutils reads it: digest,
 * two spaces, path; sorted by path as bytes, ending in a line feed. Artifact paths hold no line feeds
 * and backslashes, so the escaped form is never needed. Throws as `sortArtifacts`.
 */
export function hashList(artifacts: readonly Artifact[]): string {
  return sortArtifacts(artifacts)
    .map(({ sha256, path }) => `${sha256}  ${path}\n`)
    .join('');
}
