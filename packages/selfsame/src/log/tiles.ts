import { emptyTreeHash, nodeHash, VerifyError } from '@selfsame/verify';

/** Hashes in a full tile, entries in a full bundle (C2SP tlog-tiles). */
export const TILE_WIDTH = 256;
const TILE_HEIGHT = 8;

/** Largest entry, in bytes: its length is written in 16 bits. */
const MAX_ENTRY_BYTES = 65_535;

/** Leaves from `start` up to, not including, `end`. */
export type LeafRange = readonly [start: number, end: number];

/**
 * Path of a tile of hashes below the log's base, `tile/<level>/<index>[.p/<width>]`, with the index in groups
 * of three digits: `tile/0/x001/x234/067`. A width of 256 is a full tile.
 */
export function tilePath(level: number, index: number, width: number): string {
  return `tile/${level}/${indexPath(index)}${partial(width)}`;
}

/** Path of a bundle of entries, `tile/entries/<index>[.p/<width>]`. */
export function entriesPath(index: number, width: number): string {
  return `tile/entries/${indexPath(index)}${partial(width)}`;
}

/**
 * The leaf ranges whose tree hashes prove that leaf `index` is in a tree of `size`, in the order of the
 * proof (RFC 6962 §2.1.1). Throws `PROOF_INVALID` where there is no such leaf.
 */
export function inclusionRanges(index: number, size: number): readonly LeafRange[] {
  if (!isSize(size) || !isSize(index) || index >= size) throw noProof();
  const ranges: LeafRange[] = [];
  let [start, end] = [0, size];
  while (end - start > 1) {
    const middle = start + split(end - start);
    ranges.unshift(index < middle ? [middle, end] : [start, middle]);
    [start, end] = index < middle ? [start, middle] : [middle, end];
  }
  return ranges;
}

/** The same for the proof that a tree of `size` begins with the tree of `oldSize` (RFC 6962 §2.1.2). */
export function consistencyRanges(oldSize: number, size: number): readonly LeafRange[] {
  if (!isSize(size) || !isSize(oldSize) || oldSize > size) throw noProof();
  if (oldSize === 0) return [];
  const ranges: LeafRange[] = [];
  let [start, end] = [0, size];
  while (end !== oldSize) {
    const middle = start + split(end - start);
    ranges.unshift(oldSize <= middle ? [middle, end] : [start, middle]);
    [start, end] = oldSize <= middle ? [start, middle] : [middle, end];
  }
  return start === 0 ? ranges : [[start, end], ...ranges];
}

/** Paths of the tiles of a log of `size` leaves that `rangeHashes` needs, each once. */
export function tilesFor(ranges: readonly LeafRange[], size: number): readonly string[] {
  const paths = ranges.flatMap((range) => nodesOf(range).map((node) => place(node, size).path));
  return [...new Set(paths)];
}

/**
 * The tree hash of each range, from the tiles of a log of `size` leaves. With the ranges above that is the
 * proof; with `[[0, size]]`, the root. Tiles are not authenticated: check what comes out against a
 * checkpoint. Throws `PROOF_INVALID` for a tile that is missing or not as long as its path says.
 */
export function rangeHashes(
  ranges: readonly LeafRange[],
  size: number,
  tiles: ReadonlyMap<string, Uint8Array>,
): readonly Uint8Array[] {
  return ranges.map((range) => {
    const hashes = nodesOf(range).map((node) => nodeFromTile(node, size, tiles));
    return hashes.reduceRight(
      (right, left) => nodeHash(left, right),
      hashes.pop() ?? emptyTreeHash(),
    );
  });
}

/** The entries of a bundle, each of at most 65,535 bytes. Throws `PROOF_INVALID`. */
export function parseEntries(bundle: Uint8Array): readonly Uint8Array[] {
  const entries: Uint8Array[] = [];
  for (let at = 0; at < bundle.length;) {
    const length = ((bundle[at] ?? 0) << 8) | (bundle[at + 1] ?? 0);
    const end = at + 2 + length;
    if (end > bundle.length || entries.length === TILE_WIDTH) {
      throw new VerifyError('PROOF_INVALID', 'the bundle of entries is cut or too long');
    }
    entries.push(bundle.slice(at + 2, end));
    at = end;
  }
  return entries;
}

/** A bundle of entries. Throws `LIMIT_EXCEEDED` for an entry that is too long or too many of them. */
export function formatEntries(entries: readonly Uint8Array[]): Uint8Array {
  if (entries.length > TILE_WIDTH || entries.some(({ length }) => length > MAX_ENTRY_BYTES)) {
    throw new VerifyError('LIMIT_EXCEEDED', 'too many entries or too long an entry');
  }
  return new Uint8Array(
    Buffer.concat(
      entries.flatMap((entry) => [Uint8Array.of(entry.length >> 8, entry.length & 0xff), entry]),
    ),
  );
}

/** The tree over leaves `index * 2^height` and the 2^height - 1 after it. */
interface Node {
  readonly height: number;
  readonly index: number;
}

/** A range as full trees from left to right; those of proofs become smaller, so that hashing goes from the right. */
function nodesOf([start, end]: LeafRange): Node[] {
  const nodes: Node[] = [];
  for (let at = start; at < end;) {
    let height = 0;
    while (at % 2 ** (height + 1) === 0 && at + 2 ** (height + 1) <= end) height += 1;
    nodes.push({ height, index: at / 2 ** height });
    at += 2 ** height;
  }
  return nodes;
}

function place({ height, index }: Node, size: number) {
  const level = Math.floor(height / TILE_HEIGHT);
  // How many hashes of the tile's own level lie below the node.
  const count = 2 ** (height % TILE_HEIGHT);
  const first = index * count;
  const tile = Math.floor(first / TILE_WIDTH);
  const all = Math.floor(size / 2 ** (level * TILE_HEIGHT));
  const width = Math.min(TILE_WIDTH, all - tile * TILE_WIDTH);
  return { path: tilePath(level, tile, width), width, from: first % TILE_WIDTH, count };
}

function nodeFromTile(
  node: Node,
  size: number,
  tiles: ReadonlyMap<string, Uint8Array>,
): Uint8Array {
  const { path, width, from, count } = place(node, size);
  const tile = tiles.get(path);
  if (tile?.length !== width * 32) {
    throw new VerifyError('PROOF_INVALID', `${path} is not a tile of ${width} hashes`);
  }
  let hashes: Uint8Array[] = Array.from({ length: count }, (_, at) =>
    tile.slice((from + at) * 32, (from + at + 1) * 32),
  );
  while (hashes.length > 1) {
    hashes = Array.from({ length: hashes.length / 2 }, (_, at) =>
      nodeHash(hashes[2 * at] as Uint8Array, hashes[2 * at + 1] as Uint8Array),
    );
  }
  return hashes[0] as Uint8Array;
}

function indexPath(index: number): string {
  const digits = String(index);
  const groups = digits.padStart(Math.ceil(digits.length / 3) * 3, '0').match(/.{3}/g) ?? [];
  return groups.map((group, at) => (at === groups.length - 1 ? group : `x${group}`)).join('/');
}

function partial(width: number): string {
  return width === TILE_WIDTH ? '' : `.p/${width}`;
}

/** The largest power of two below n. */
function split(n: number): number {
  let power = 1;
  while (power * 2 < n) power *= 2;
  return power;
}

function isSize(value: number): boolean {
  return Number.isSafeInteger(value) && value >= 0;
}

function noProof(): VerifyError {
  return new VerifyError('PROOF_INVALID', 'there is no such proof for these sizes');
}
