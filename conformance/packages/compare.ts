// What two builds gave, bit for bit.
import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { lstat, readdir, readlink } from 'node:fs/promises';
import { join } from 'node:path';
import { pipeline } from 'node:stream/promises';

/** Written by selfsame beside what was built. */
const ours: ReadonlySet<string> = new Set(['SHA256SUMS', 'provenance.intoto.json']);

/** sha256 of each file below, by relative path; of links the target, with the mode of each. */
export async function hashTree(
  directory: string,
  except: RegExp | undefined,
): Promise<Map<string, string>> {
  const hashes = new Map<string, string>();
  const pending = [''];
  for (let relative = pending.pop(); relative !== undefined; relative = pending.pop()) {
    for (const name of await readdir(join(directory, relative))) {
      const path = join(relative, name);
      const full = join(directory, path);
      const stat = await lstat(full);
      if (stat.isDirectory()) pending.push(path);
      else if (except?.test(path) !== true && !ours.has(path)) {
        hashes.set(
          path,
          stat.isSymbolicLink()
            ? `link ${await readlink(full)}`
            : `${(stat.mode & 0o777).toString(8)} ${await sha256(full)}`,
        );
      }
    }
  }
  return hashes;
}

async function sha256(path: string): Promise<string> {
  const hash = createHash('sha256');
  await pipeline(createReadStream(path), hash);
  return hash.digest('hex');
}

/** Paths that only one has, or that differ, in order. */
export function differences(
  one: ReadonlyMap<string, string>,
  other: ReadonlyMap<string, string>,
): string[] {
  return [...new Set([...one.keys(), ...other.keys()])]
    .filter((path) => one.get(path) !== other.get(path))
    .sort();
}

/** How often each text that the expression matches is in the output: the results of its tests. */
export function testResults(
  output: string,
  expression: string | undefined,
): Readonly<Record<string, number>> {
  if (expression === undefined) return {};
  const counts = new Map<string, number>();
  for (const line of output.split('\n')) {
    const [text] = new RegExp(expression, 'u').exec(line) ?? [];
    if (text !== undefined) counts.set(text.trim(), (counts.get(text.trim()) ?? 0) + 1);
  }
  return Object.fromEntries([...counts].sort(([a], [b]) => (a < b ? -1 : 1)));
}
