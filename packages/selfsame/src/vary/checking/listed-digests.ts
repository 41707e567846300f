import { createHash } from 'node:crypto';
import { constants } from 'node:fs';
import { open } from 'node:fs/promises';
import { join } from 'node:path';

import type { Difference } from '../../compare/types.js';
import { differOnlyInDigests, digestAlgorithms, digestsIn } from '../provenance/digest-lists.js';
import type { Digested } from '../provenance/digest-lists.js';
import type { Artifact, BuildRun } from '../types.js';

/** Bytes of a list of digests, and lists that are read. */
const mostBytes = 1024 * 1024;
const mostLists = 200;
/** Bytes of all files of one build together whose digests are computed. */
const mostHashed = 2 ** 32;

/**
 * By artifact the others whose digests, as both builds made them, are all in which it differs: lists of checksums. Files
 * of trees that cannot be read are in no list.
 */
export async function listedDigests(
  one: BuildRun,
  other: BuildRun,
  differing: ReadonlyMap<string, Difference | undefined>,
): Promise<ReadonlyMap<string, readonly string[]>> {
  const found = new Map<string, readonly string[]>();
  const [a, b] = [one, other].map((run) => new Map(run.artifacts.map((each) => [each.path, each])));
  if (a === undefined || b === undefined) return found;
  const isFile = (path: string): boolean =>
    a.get(path)?.type === 'file' && b.get(path)?.type === 'file';
  const lists: { readonly path: string; readonly a: string; readonly b: string }[] = [];
  const algorithms = new Set<string>();
  for (const [path, difference] of differing) {
    const mayList = difference?.findings.some(({ cause }) => cause === 'checksum') ?? false;
    if (!mayList || !isFile(path) || lists.length >= mostLists) continue;
    const [textA, textB] = [await textOf(one, a.get(path)), await textOf(other, b.get(path))];
    if (textA === undefined || textB === undefined) continue;
    lists.push({ path, a: textA, b: textB });
    for (const { length } of digestsIn(textA)) {
      const algorithm = digestAlgorithms.get(length / 2);
      if (algorithm !== undefined) algorithms.add(algorithm);
    }
  }
  if (lists.length === 0) return found;
  const files = [...differing.keys()].filter(isFile);
  const digestsA = await digestsOf(one, files, a, algorithms);
  const digestsB = await digestsOf(other, files, b, algorithms);
  for (const list of lists) {
    const paths = differOnlyInDigests(list.a, list.b, digestsA, digestsB);
    if (paths !== undefined && paths.length > 0 && !paths.includes(list.path))
      found.set(list.path, paths);
  }
  return found;
}

async function textOf(run: BuildRun, artifact: Artifact | undefined): Promise<string | undefined> {
  if (artifact === undefined || artifact.size > mostBytes) return undefined;
  const parts: Buffer[] = [];
  const whole = await read(run, artifact, mostBytes, (bytes) => parts.push(Buffer.from(bytes)));
  return whole ? Buffer.concat(parts).toString('latin1') : undefined;
}

/** By digest, hexadecimal, the first file that has it. */
async function digestsOf(
  run: BuildRun,
  paths: readonly string[],
  artifacts: ReadonlyMap<string, Artifact>,
  algorithms: ReadonlySet<string>,
): Promise<ReadonlyMap<string, Digested>> {
  const found = new Map<string, Digested>();
  const put = (digest: string, file: Digested): void => {
    if (!found.has(digest)) found.set(digest, file);
  };
  const others = [...algorithms].filter((name) => name !== 'sha256');
  let left = mostHashed;
  for (const path of paths) {
    const artifact = artifacts.get(path);
    if (artifact === undefined) continue;
    const { size, sha256 } = artifact;
    put(sha256, { path, size });
    if (others.length === 0 || size > left) continue;
    left -= size;
    const hashes = others.map((name) => createHash(name));
    const whole = await read(run, artifact, size, (bytes) => {
      for (const hash of hashes) hash.update(bytes);
    });
    if (whole) for (const hash of hashes) put(hash.digest('hex'), { path, size });
  }
  return found;
}

/** Reads a file of a build's tree, at most so many bytes. False: it could not be read whole. */
async function read(
  { tree }: BuildRun,
  { path }: Artifact,
  most: number,
  take: (bytes: Uint8Array) => void,
): Promise<boolean> {
  if (tree === undefined) return false;
  try {
    const flags = constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK;
    await using file = await open(join(tree, path), flags);
    const buffer = new Uint8Array(65_536);
    let bytes = 0;
    for (;;) {
      const { bytesRead } = await file.read(buffer);
      if (bytesRead === 0) return true;
      bytes += bytesRead;
      if (bytes > most) return false;
      take(buffer.subarray(0, bytesRead));
    }
  } catch {
    return false;
  }
}
