import { hash } from 'node:crypto';
import { concatBytes, equalBytes } from '../encoding/bytes.js';
import { VerifyError } from '../errors.js';

// Merkle trees of RFC 6962 §2.1 (restated with the algorithms below in RFC 9162 §2.1.3 and §2.1.4).
// Sizes and indexes are integers below 2^53; shifts are divisions, since JavaScript's stop at 32 bits.

/** More hashes than any proof for a tree below 2^53 leaves has. */
export const MAX_PROOF_HASHES = 108;

const LEAF = Uint8Array.of(0);
const NODE = 1;

/** Hash of a leaf: sha256(0x00 || data). */
export function leafHash(data: Uint8Array): Uint8Array {
  return sha256(concatBytes(LEAF, data));
}

/** Hash of an inner node: sha256(0x01 || left || right), of 32 bytes each. */
export function nodeHash(left: Uint8Array, right: Uint8Array): Uint8Array {
  const node = new Uint8Array(65);
  node[0] = NODE;
  node.set(left, 1);
  node.set(right, 33);
  return sha256(node);
}

/** Hash of the tree without leaves: sha256 of nothing. */
export function emptyTreeHash(): Uint8Array {
  return sha256(new Uint8Array(0));
}

/** Root of the tree over these leaf hashes. */
export function treeHash(leaves: readonly Uint8Array[]): Uint8Array {
  return treeHashes(leaves, new Set([leaves.length])).get(leaves.length) as Uint8Array;
}

/** Roots of the trees over the first leaves, by size, for all wanted sizes that there are: each node is hashed once. */
export function treeHashes(
  leaves: readonly Uint8Array[],
  sizes: ReadonlySet<number>,
): ReadonlyMap<number, Uint8Array> {
  const roots = new Map<number, Uint8Array>();
  /** Trees of powers of two leaves, the largest first. */
  const full: Uint8Array[] = [];
  const add = (size: number): void => {
    if (!sizes.has(size)) return;
    const [last = emptyTreeHash(), ...others] = full.toReversed();
    roots.set(
      size,
      others.reduce((right, left) => nodeHash(left, right), last),
    );
  };
  add(0);
  for (const [index, leaf] of leaves.entries()) {
    let hash = leaf;
    for (let node = index; isOdd(node); node = half(node)) {
      hash = nodeHash(full.pop() as Uint8Array, hash);
    }
    full.push(hash);
    add(index + 1);
  }
  return roots;
}

/**
 * Checks that a leaf is number `index` (from 0) of the tree of `size` leaves with this root
 * (RFC 9162 §2.1.3.2). Throws `PROOF_INVALID`.
 */
export function verifyInclusion(
  leaf: Uint8Array,
  index: number,
  size: number,
  root: Uint8Array,
  proof: readonly Uint8Array[],
): void {
  checkInput([index, size], [leaf, root, ...proof]);
  if (index >= size) refuse('the index is not in the tree');
  let [node, last, hash] = [index, size - 1, leaf];
  for (const sibling of proof) {
    if (last === 0) refuse('the proof is too long');
    if (isOdd(node) || node === last) {
      hash = nodeHash(sibling, hash);
      while (!isOdd(node) && node !== 0) [node, last] = [half(node), half(last)];
    } else {
      hash = nodeHash(hash, sibling);
    }
    [node, last] = [half(node), half(last)];
  }
  if (last !== 0) refuse('the proof is too short');
  if (!equalBytes(hash, root)) refuse('the proof leads to another root');
}

/**
 * Checks that the tree of `size` leaves begins with the tree of `oldSize` leaves (RFC 9162 §2.1.4.2).
 * Throws `PROOF_INVALID`.
 */
export function verifyConsistency(
  oldSize: number,
  oldRoot: Uint8Array,
  size: number,
  root: Uint8Array,
  proof: readonly Uint8Array[],
): void {
  checkInput([oldSize, size], [oldRoot, root, ...proof]);
  if (oldSize > size) refuse('the tree became smaller');
  if (oldSize === size) {
    if (proof.length > 0) refuse('the proof is too long');
    if (!equalBytes(oldRoot, root)) refuse('one size has two roots');
    return;
  }
  if (oldSize === 0) refuse('every tree begins with the empty one, which proves nothing');
  let [node, last] = [oldSize - 1, size - 1];
  while (isOdd(node)) [node, last] = [half(node), half(last)];
  // A tree of a power of two leaves is itself the first hash of the proof.
  const [first, ...rest] = node === 0 ? [oldRoot, ...proof] : proof;
  if (first === undefined) refuse('the proof is too short');
  let [oldHash, hash] = [first, first];
  for (const sibling of rest) {
    if (last === 0) refuse('the proof is too long');
    if (isOdd(node) || node === last) {
      [oldHash, hash] = [nodeHash(sibling, oldHash), nodeHash(sibling, hash)];
      while (!isOdd(node) && node !== 0) [node, last] = [half(node), half(last)];
    } else {
      hash = nodeHash(hash, sibling);
    }
    [node, last] = [half(node), half(last)];
  }
  if (last !== 0) refuse('the proof is too short');
  if (!equalBytes(oldHash, oldRoot)) refuse('the proof leads to another old root');
  if (!equalBytes(hash, root)) refuse('the proof leads to another root');
}

function checkInput(numbers: readonly number[], hashes: readonly Uint8Array[]): void {
  for (const value of numbers) {
    if (!Number.isSafeInteger(value) || value < 0) refuse(`${value} is not a size or index`);
  }
  if (hashes.some((hash) => hash.length !== 32)) refuse('a hash is not 32 bytes');
}

function sha256(data: Uint8Array): Uint8Array {
  return new Uint8Array(hash('sha256', data, 'buffer'));
}

function isOdd(value: number): boolean {
  return value % 2 === 1;
}

function half(value: number): number {
  return Math.floor(value / 2);
}

function refuse(what: string): never {
  throw new VerifyError('PROOF_INVALID', what);
}
