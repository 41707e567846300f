// Specification: docs/claims-and-verdicts.md "What is signed".

import { hasLoneSurrogate } from '../encoding/unicode.js';

/** Longest artifact path, in UTF-8 bytes: PATH_MAX of Linux, less its terminator. */
const MAX_BYTES = 4095;
// C0, DEL and C1: they break lines of hash lists and terminals. A backslash separates on other systems.
const FORBIDDEN = /[\p{Cc}\\]/u;

/**
 * What is wrong with a text as the path of an artifact, or undefined when nothing is. A path is
 * relative and `/`-separated, without empty, `.` and `..` parts, control characters and backslashes.
 */
export function artifactPathProblem(path: string): string | undefined {
  if (path === '') return 'is empty';
  if (Buffer.byteLength(path) > MAX_BYTES) return `is longer than ${MAX_BYTES} bytes`;
  if (hasLoneSurrogate(path)) return 'has a lone surrogate';
  if (FORBIDDEN.test(path)) return 'has a control character or a backslash';
  if (path.startsWith('/')) return 'is absolute';
  for (const part of path.split('/')) {
    if (part === '') return 'has an empty part';
    if (part === '.' || part === '..') return `has a "${part}" part`;
  }
  return undefined;
}
