import { createHash } from 'node:crypto';
import type { Content } from '../formats/format.js';

/** Digests that lists are made of: md5sums and .changes, RECORD, manifests of images, npm's locks. */
const algorithms = ['md5', 'sha1', 'sha256', 'sha512'] as const;

/** Bytes of one comparison that are digested for this, both sides together. */
const mostBytes = 8 * 2 ** 30;

/** Digests of contents that differ, so that it can be said of a digest in a text whether it is one of those. */
export class DifferingSums {
  /** Sizes by both digests, in hexadecimal. */
  readonly #sizes = new Map<string, string>();
  #left = mostBytes;

  /** Two contents of one name that differ. */
  async add(a: Content, b: Content, check: () => void): Promise<void> {
    this.#left -= a.size + b.size;
    if (this.#left < 0) return;
    const [sumsA, sumsB] = [await sumsOf(a, check), await sumsOf(b, check)];
    const sizes = sizesKey(`${a.size}`, `${b.size}`);
    sumsA.forEach((sum, index) => this.#sizes.set(`${sum} ${sumsB[index]}`, sizes));
  }

  /** Sizes of the contents that have the two digests, as `sizesKey` has them; undefined: there are none. */
  sizesOf(a: string, b: string): string | undefined {
    return this.#sizes.get(`${hexOf(a)} ${hexOf(b)}`);
  }
}

export const sizesKey = (a: string, b: string): string => `${a} ${b}`;

/** Of a digest in hexadecimal, base64 or base64url. */
function hexOf(digest: string): string {
  return /^[\da-f]+$/i.test(digest)
    ? digest.toLowerCase()
    : Buffer.from(digest, 'base64').toString('hex');
}

async function sumsOf(content: Content, check: () => void): Promise<string[]> {
  const hashes = algorithms.map((name) => createHash(name));
  for await (const piece of content.stream()) {
    check();
    for (const hash of hashes) hash.update(piece);
  }
  return hashes.map((hash) => hash.digest('hex'));
}
