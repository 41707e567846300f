import { lstatSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { compareBytewise } from '@selfsame/verify';
import { SelfsameError } from '../errors/selfsame-error.js';
import { sortArtifacts } from '../record/artifacts.js';
import type { Artifact } from '../record/definition.js';
import { isExecutable } from '../store/tree-digest.js';
import type { Store } from '../store/types.js';
import { matchesPattern } from './glob.js';
import { takenOutName } from './out-names.js';
import { hasControlCharacter } from './result.js';

/** Bounds on what one build may leave below `/build/out`. */
export const outLimits = { entries: 200_000, depth: 64 } as const;

interface Candidate {
  readonly path: string;
  readonly type: 'file' | 'symlink' | 'other';
  readonly executable: boolean;
}

/**
 * Takes the files below `out` that match `patterns` into the store. A file that matches several
 * patterns is taken once; a file that matches none is left.
 * @param label names the build in messages
 * @returns the artifacts, sorted by path bytes
 * @throws SelfsameError OUTPUT_MISSING when a pattern matches no file, OUTPUT_INVALID when what it
 *   matches is a link, a device, or has a name that no hash list can hold or that selfsame writes
 *   beside the artifacts itself (out-names.ts); what `putFile` throws
 */
export async function collectArtifacts(
  out: string,
  patterns: readonly string[],
  store: Store,
  label: string,
): Promise<readonly Artifact[]> {
  // The build owns /build and may have put a link in the place of out.
  if (lstatSync(out, { throwIfNoEntry: false })?.isDirectory() !== true) {
    throw new SelfsameError('OUTPUT_INVALID', `${label} left no directory at /build/out`);
  }
  const candidates = listFiles(out, label);
  const chosen = new Map<string, Candidate>();
  for (const pattern of patterns) {
    const matched = candidates.filter((candidate) => matchesPattern(pattern, candidate.path));
    if (matched.length === 0) throw nothingMatched(label, pattern, candidates);
    for (const candidate of matched) chosen.set(candidate.path, candidate);
  }
  for (const { path, type } of chosen.values()) {
    if (type === 'file') continue;
    const what = type === 'symlink' ? 'a symbolic link' : 'not a regular file';
    throw new SelfsameError(
      'OUTPUT_INVALID',
      `${label} left ${JSON.stringify(path)} in /build/out, which is ${what}`,
      {
        hint: 'Copy the file itself there, or pack links into an archive',
      },
    );
  }
  for (const path of chosen.keys()) {
    const name = takenOutName(path);
    if (name === undefined) continue;
    throw new SelfsameError(
      'OUTPUT_INVALID',
      `${label} left ${JSON.stringify(path)} in /build/out, but selfsame writes a ${name} of its own beside the artifacts`,
      { hint: 'Give it another name, put it into a directory, or leave it out of `outputs`' },
    );
  }
  const artifacts: Artifact[] = [];
  for (const { path, executable } of chosen.values()) {
    const { sha256, size } = await store.putFile(join(out, path));
    artifacts.push({ path, sha256, size, executable });
  }
  return sortArtifacts(artifacts);
}

/** Everything below `out` that is no directory, in byte order. Links are listed, never followed. */
function listFiles(out: string, label: string): Candidate[] {
  const found: Candidate[] = [];
  const pending = [{ path: '', depth: 0 }];
  let count = 0;
  for (let next = pending.pop(); next !== undefined; next = pending.pop()) {
    for (const name of readdirSync(join(out, next.path))) {
      const path = next.path === '' ? name : `${next.path}/${name}`;
      count += 1;
      if (count > outLimits.entries || next.depth > outLimits.depth) {
        throw new SelfsameError(
          'OUTPUT_INVALID',
          `${label} left more than ${outLimits.entries} files, or directories deeper than ${outLimits.depth}, in /build/out`,
          {
            hint: 'Pack them into an archive',
          },
        );
      }
      // U+FFFD stands for bytes that are no UTF-8; hash lists can hold no backslash.
      if (hasControlCharacter(path) || /[\uFFFD\\]/u.test(path)) {
        throw new SelfsameError(
          'OUTPUT_INVALID',
          `${label} left a file in /build/out whose name is not plain text: ${JSON.stringify(path)}`,
        );
      }
      const facts = lstatSync(join(out, path));
      if (facts.isDirectory()) pending.push({ path, depth: next.depth + 1 });
      else
        found.push({
          path,
          type: facts.isFile() ? 'file' : facts.isSymbolicLink() ? 'symlink' : 'other',
          executable: isExecutable(facts.mode),
        });
    }
  }
  return found.sort((a, b) => compareBytewise(a.path, b.path));
}

function nothingMatched(
  label: string,
  pattern: string,
  candidates: readonly Candidate[],
): SelfsameError {
  const shown = candidates.slice(0, 10).map(({ path }) => path);
  const there =
    shown.length === 0
      ? '/build/out is empty'
      : `/build/out has: ${shown.join(', ')}${candidates.length > shown.length ? `, and ${candidates.length - shown.length} more` : ''}`;
  return new SelfsameError(
    'OUTPUT_MISSING',
    `the output pattern ${JSON.stringify(pattern)} of ${label} matched no file`,
    {
      hint: `${there}; patterns are relative to it, and \`**/\` goes into directories`,
      details: { pattern, found: shown },
    },
  );
}
