import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { repositoryRoot } from './esbuild-options.js';

/** Paths of what is or would be committed, from the root, sorted. */
export function repositoryFiles(): readonly string[] {
  const listed = execFileSync(
    'git',
    // The owner may be another user: a checkout mounted into a container.
    ['-c', 'safe.directory=*', 'ls-files', '-z', '--cached', '--others', '--exclude-standard'],
    { cwd: repositoryRoot, encoding: 'utf8', maxBuffer: 64 * 1024 * 1024 },
  );
  return [...new Set(listed.split('\0'))]
    .filter((path) => path !== '' && isFile(path))
    .sort((a, b) => (a < b ? -1 : 1));
}

function isFile(path: string): boolean {
  const absolute = join(repositoryRoot, path);
  return existsSync(absolute) && statSync(absolute).isFile();
}

/** The text of a file, or undefined when it is not UTF-8 text. */
export function textOf(path: string): string | undefined {
  const bytes = readFileSync(join(repositoryRoot, path));
  try {
    return bytes.includes(0) ? undefined : new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch {
    return undefined;
  }
}
