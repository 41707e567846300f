import { describe, expect, it } from 'vitest';
import { encodeHex } from '../encoding/hex.js';
import { codeOf } from '../testing/codes.js';
import { leaves, mth, path, subproof } from '../testing/log.js';
import {
  emptyTreeHash,
  leafHash,
  nodeHash,
  treeHash,
  treeHashes,
  verifyConsistency,
  verifyInclusion,
} from './merkle.js';

describe('Merkle trees', () => {
  it('have the roots of the tree that RFC 6962 implementations test with', () => {
    const data = [
      '',
      '00',
      '10',
      '2021',
      '3031',
      '40414243',
      '5051525354555657',
      '606162636465666768696a6b6c6d6e6f',
    ];
    const hashes = data.map((hex) => leafHash(Buffer.from(hex, 'hex')));
    expect(encodeHex(treeHash([]))).toBe(
      'e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855',
    );
    expect(
      [1, 2, 3, 5, 8].map((size) => encodeHex(treeHash(hashes.slice(0, size))).slice(0, 16)),
    ).toEqual([
      '6e340b9cffb37a98',
      'fac54203e7cc696c',
      'aeb6bcfe274b70a1',
      '4e3bbb1f7b478dcf',
      '5dc9da79a70659a9',
    ]);
  });

  it('give proofs that verify, and no altered ones', () => {
    for (const size of [1, 2, 3, 4, 5, 7, 8, 9, 31, 33, 255, 256, 257, 300, 512, 513, 600]) {
      const all = leaves.slice(0, size);
      const root = treeHash(all);
      expect(root).toEqual(mth(all));
      for (const index of new Set(
        [0, 1, size >> 1, size - 2, size - 1].filter((n) => n >= 0 && n < size),
      )) {
        const leaf = all[index] as Uint8Array;
        const proof = path(index, all);
        verifyInclusion(leaf, index, size, root, proof);
        const refused = (...args: Parameters<typeof verifyInclusion>) => {
          expect([
            size,
            index,
            codeOf(() => {
              verifyInclusion(...args);
            }),
          ]).toEqual([size, index, 'PROOF_INVALID']);
        };
        refused(leafHash(leaf), index, size, root, proof);
        refused(leaf, index, size, leaf === root ? leafHash(root) : leaf, proof);
        refused(leaf, index, size, root, [...proof, leaf]);
        refused(leaf, size, size, root, proof);
        if (size > 1) refused(leaf, index === 0 ? 1 : index - 1, size, root, proof);
        if (proof.length > 0) refused(leaf, index, size, root, proof.slice(1));
        proof.forEach((_, at) => {
          refused(leaf, index, size, root, proof.with(at, leafHash(Buffer.from('x'))));
        });
      }
      for (const old of new Set(
        [1, 2, 3, size >> 1, size - 1, size].filter((n) => n > 0 && n <= size),
      )) {
        const oldRoot = treeHash(all.slice(0, old));
        const proof = subproof(old, all, true);
        verifyConsistency(old, oldRoot, size, root, proof);
        const refused = (...args: Parameters<typeof verifyConsistency>) => {
          expect([
            size,
            old,
            codeOf(() => {
              verifyConsistency(...args);
            }),
          ]).toEqual([size, old, 'PROOF_INVALID']);
        };
        refused(old, leafHash(oldRoot), size, root, proof);
        refused(old, oldRoot, size, leafHash(root), proof);
        refused(old, oldRoot, size, root, [...proof, root]);
        if (old < size) refused(size, root, old, oldRoot, proof);
        proof.forEach((_, at) => {
          refused(old, oldRoot, size, root, proof.with(at, leafHash(Buffer.from('x'))));
        });
      }
    }
  });

  it('have the roots that they had at each size', () => {
    const sizes = Array.from({ length: 34 }, (_, size) => size);
    const roots = treeHashes(leaves.slice(0, 32), new Set(sizes));
    expect([...roots]).toEqual(
      sizes.slice(0, 33).map((size) => [size, mth(leaves.slice(0, size))]),
    );
    expect([...treeHashes(leaves.slice(0, 32), new Set([7])).keys()]).toEqual([7]);
  });

  it('never become smaller, nor begin with nothing, nor go without a proof', () => {
    const root = treeHash(leaves.slice(0, 5));
    for (const [old, size, proof] of [
      [2, 1, []],
      [4, 2, []],
      [0, 1, [root]],
      [3, 5, []],
      [2, 4, []],
    ] as const) {
      const code = codeOf(() => {
        verifyConsistency(old, root, size, root, proof);
      });
      expect([old, size, code]).toEqual([old, size, 'PROOF_INVALID']);
    }
  });

  it('refuse proofs that stop half-way, and places that are none, where leaf and root are one', () => {
    const leaf = leaves[0] as Uint8Array;
    verifyInclusion(leaf, 0, 1, leaf, []);
    for (const [index, size] of [
      [0, 2],
      [0, 3],
      [-1, 1],
      [0.5, 1],
      [0, 1.5],
      [Number.NaN, 1],
    ] as const) {
      const code = codeOf(() => {
        verifyInclusion(leaf, index, size, leaf, []);
      });
      expect([index, size, code]).toEqual([index, size, 'PROOF_INVALID']);
    }
  });

  it('refuse proofs that go on after the tree, whatever root they lead to', () => {
    const [a, b, c, d] = leaves as [Uint8Array, Uint8Array, Uint8Array, Uint8Array];
    const inclusion = codeOf(() => {
      verifyInclusion(a, 0, 1, nodeHash(b, a), [b]);
    });
    expect(inclusion).toBe('PROOF_INVALID');
    // Steps of the proof that a tree of 4 begins with one of 3, and one more.
    const oldRoot = nodeHash(d, nodeHash(c, a));
    const root = nodeHash(d, nodeHash(c, nodeHash(a, b)));
    const consistency = codeOf(() => {
      verifyConsistency(3, oldRoot, 4, root, [a, b, c, d]);
    });
    expect(consistency).toBe('PROOF_INVALID');
  });

  it('refuse to compare sizes and roots that are none', () => {
    const root = leaves[0] as Uint8Array;
    for (const [old, oldRoot, size, newRoot] of [
      [1.5, root, 1.5, root],
      [-1, root, -1, root],
      [2 ** 53, root, 2 ** 53, root],
      [1, root.subarray(1), 1, root.subarray(1)],
    ] as const) {
      const code = codeOf(() => {
        verifyConsistency(old, oldRoot, size, newRoot, []);
      });
      expect(code).toBe('PROOF_INVALID');
    }
  });

  it('refuse sizes, indexes and hashes that are none', () => {
    const root = treeHash(leaves.slice(0, 3));
    const leaf = leaves[0] as Uint8Array;
    for (const [index, size] of [
      [0, 0],
      [-1, 3],
      [0.5, 3],
      [0, 2 ** 53],
      [Number.NaN, 3],
    ] as const) {
      expect(
        codeOf(() => {
          verifyInclusion(leaf, index, size, root, []);
        }),
      ).toBe('PROOF_INVALID');
    }
    expect(
      codeOf(() => {
        verifyInclusion(new Uint8Array(), 0, 1, new Uint8Array(), []);
      }),
    ).toBe('PROOF_INVALID');
    expect(
      codeOf(() => {
        verifyConsistency(0, emptyTreeHash(), 3, root, []);
      }),
    ).toBe('PROOF_INVALID');
    expect(
      codeOf(() => {
        verifyInclusion(leaf, 0, 3, root, Array<Uint8Array>(200).fill(leaf));
      }),
    ).toBe('PROOF_INVALID');
  });
});
