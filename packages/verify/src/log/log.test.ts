import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { encodeHex } from '../encoding/hex.js';
import { mutate, codeOf } from '../testing/codes.js';
import { testKey } from '../testing/builders.js';
import { newPair } from '../testing/in-toto.js';
import { formatCheckpoint, parseCheckpoint, verifyCheckpoint } from './checkpoint.js';
import {
  emptyTreeHash,
  leafHash,
  nodeHash,
  treeHash,
  verifyConsistency,
  verifyInclusion,
} from './merkle.js';
import {
  formatNote,
  formatNoteKey,
  noteKey,
  parseNote,
  parseNoteKey,
  signNote,
  verifyNote,
  type Note,
} from './note.js';
import {
  consistencyRanges,
  entriesPath,
  formatEntries,
  inclusionRanges,
  parseEntries,
  rangeHashes,
  tilePath,
  tilesFor,
} from './tiles.js';
import { formatTlogProof, parseTlogProof, verifyTlogProof, witnessedEntry } from './tlog-proof.js';

const leaves = Array.from({ length: 600 }, (_, n) => leafHash(Buffer.from(`leaf ${n}`)));

/** Largest power of two below n. */
const split = (n: number) => 2 ** Math.ceil(Math.log2(n) - 1);

// The definitions of RFC 6962 §2.1, word for word.
function mth(d: readonly Uint8Array[]): Uint8Array {
  if (d.length === 0) return emptyTreeHash();
  if (d.length === 1) return d[0] as Uint8Array;
  const k = split(d.length);
  return nodeHash(mth(d.slice(0, k)), mth(d.slice(k)));
}
function path(m: number, d: readonly Uint8Array[]): Uint8Array[] {
  if (d.length === 1) return [];
  const k = split(d.length);
  return m < k
    ? [...path(m, d.slice(0, k)), mth(d.slice(k))]
    : [...path(m - k, d.slice(k)), mth(d.slice(0, k))];
}
function subproof(m: number, d: readonly Uint8Array[], whole: boolean): Uint8Array[] {
  if (m === d.length) return whole ? [] : [mth(d)];
  const k = split(d.length);
  return m <= k
    ? [...subproof(m, d.slice(0, k), whole), mth(d.slice(k))]
    : [...subproof(m - k, d.slice(k), false), mth(d.slice(0, k))];
}

/** All tiles of a log over these leaf hashes. */
function tilesOf(hashes: readonly Uint8Array[]): Map<string, Uint8Array> {
  const tiles = new Map<string, Uint8Array>();
  let below = hashes;
  for (let level = 0; below.length > 0; level += 1) {
    const above: Uint8Array[] = [];
    for (let start = 0; start < below.length; start += 256) {
      const part = below.slice(start, start + 256);
      tiles.set(tilePath(level, start / 256, part.length), new Uint8Array(Buffer.concat(part)));
      if (part.length === 256) above.push(treeHash(part));
    }
    below = above;
  }
  return tiles;
}

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

  it('give proofs that verify, from the definition and from tiles, and no altered ones', () => {
    for (const size of [1, 2, 3, 4, 5, 7, 8, 9, 31, 33, 255, 256, 257, 300, 512, 513, 600]) {
      const all = leaves.slice(0, size);
      const root = treeHash(all);
      expect(root).toEqual(mth(all));
      const tiles = tilesOf(all);
      expect(rangeHashes([[0, size]], size, tiles)).toEqual([root]);
      for (const index of new Set(
        [0, 1, size >> 1, size - 2, size - 1].filter((n) => n >= 0 && n < size),
      )) {
        const leaf = all[index] as Uint8Array;
        const proof = path(index, all);
        const ranges = inclusionRanges(index, size);
        const needed = new Map(
          tilesFor(ranges, size).map((name) => [name, tiles.get(name) as Uint8Array]),
        );
        expect(rangeHashes(ranges, size, needed)).toEqual(proof);
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
        const ranges = consistencyRanges(old, size);
        expect(rangeHashes(ranges, size, tiles)).toEqual(proof);
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
      expect(codeOf(() => inclusionRanges(index, size))).toBe('PROOF_INVALID');
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
    expect(codeOf(() => consistencyRanges(4, 3))).toBe('PROOF_INVALID');
  });
});

describe('tiles', () => {
  it('have the paths of the specification', () => {
    expect(tilePath(0, 1234067, 256)).toBe('tile/0/x001/x234/067');
    expect(tilePath(1, 273, 145)).toBe('tile/1/273.p/145');
    expect(entriesPath(0, 256)).toBe('tile/entries/000');
    expect(entriesPath(999_999_999, 1)).toBe('tile/entries/x999/x999/999.p/1');
  });

  it('are needed few at a time, also in large logs', () => {
    expect(
      tilesFor(inclusionRanges(123_456_789, 1_000_000_007), 1_000_000_007).length,
    ).toBeLessThan(12);
    expect(tilesFor(inclusionRanges(2 ** 52, 2 ** 53 - 1), 2 ** 53 - 1).length).toBeLessThan(20);
  });

  it('are refused when one is missing or of another length', () => {
    const tiles = tilesOf(leaves);
    const ranges = inclusionRanges(3, 600);
    for (const change of [undefined, new Uint8Array(31), new Uint8Array()]) {
      const altered = new Map(tiles);
      if (change === undefined) altered.delete('tile/0/000');
      else altered.set('tile/0/000', change);
      expect(codeOf(() => rangeHashes(ranges, 600, altered))).toBe('TILE_INVALID');
    }
  });

  it('of entries are read as they were written, and not when cut', () => {
    const entries = [Buffer.from(''), Buffer.from('one'), Buffer.alloc(65_535, 1)].map(
      (e) => new Uint8Array(e),
    );
    const bundle = formatEntries(entries);
    expect(parseEntries(bundle)).toEqual(entries);
    expect(codeOf(() => parseEntries(bundle.subarray(0, -1)))).toBe('TILE_INVALID');
    expect(codeOf(() => parseEntries(new Uint8Array(2 * 257)))).toBe('TILE_INVALID');
    expect(codeOf(() => formatEntries([new Uint8Array(65_536)]))).toBe('LIMIT_EXCEEDED');
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 50 }), (bytes) => {
        codeOf(() => parseEntries(bytes));
      }),
    );
  });
});

const log = testKey('log');
const logKey = noteKey('example.org/log', 'note', log.publicKey);
const witnesses = ['w1', 'w2', 'w3'].map((name) =>
  noteKey(`${name}.example`, 'cosignature', testKey(name).publicKey),
);
const text = formatCheckpoint({
  origin: logKey.name,
  size: 600,
  root: treeHash(leaves),
  extensions: [],
});
const signed = (...signatures: Note['signatures']): Note => ({
  text,
  signatures: [signNote(text, logKey.name, log), ...signatures],
});
const cosign = (name: string, time = 1_700_000_000) =>
  signNote(text, `${name}.example`, testKey(name), time);

describe('signed notes', () => {
  it('are read as they were written, and keys too', () => {
    const note = signed(cosign('w1'));
    expect(parseNote(formatNote(note))).toEqual(note);
    for (const key of [logKey, ...witnesses]) expect(parseNoteKey(formatNoteKey(key))).toEqual(key);
    expect(verifyNote(note, [logKey, ...witnesses])).toEqual([
      { key: logKey },
      { key: witnesses[0], time: 1_700_000_000 },
    ]);
  });

  it('have Ed25519 keys with names without spaces', () => {
    const { publicKey } = newPair('ecdsa-p256');
    expect(codeOf(() => noteKey('a', 'note', publicKey))).toBe('KEY_INVALID');
    for (const name of ['', 'a b', 'a+b', 'a\u00a0b', 'a\nb', 'a\ud800', 'x'.repeat(1025)]) {
      expect(codeOf(() => noteKey(name, 'note', log.publicKey))).toBe('KEY_INVALID');
    }
  });

  it('ignore signatures that share a name or an id with a known key, but not both', () => {
    const [good] = signed().signatures;
    if (good === undefined) expect.unreachable();
    const others = [
      { ...good, keyId: '00000000', signature: new Uint8Array(64) },
      { ...good, name: 'x' },
    ];
    expect(verifyNote({ text, signatures: [...others, good] }, [logKey])).toEqual([
      { key: logKey },
    ]);
    expect(codeOf(() => verifyNote({ text, signatures: others }, [logKey]))).toBe(
      'SIGNATURE_INVALID',
    );
  });

  it('are not made at a time that is none', () => {
    for (const time of [-1, 0.5, Number.NaN, 2 ** 53]) {
      expect(codeOf(() => cosign('w1', time))).toBe('NOTE_INVALID');
    }
  });

  it('attack 25: are not read without end', () => {
    expect(codeOf(() => parseNote(`${'a\n'.repeat(600_000)}\n${formatNote(signed())}`))).toBe(
      'LIMIT_EXCEEDED',
    );
    expect(codeOf(() => parseTlogProof('a'.repeat(1_100_000)))).toBe('LIMIT_EXCEEDED');
  });

  it('may hold empty lines, and 16 signatures and more', () => {
    const body = 'one\n\ntwo\n';
    const unknown = Array.from({ length: 100 }, (_, n) =>
      signNote(body, `other${n}`, testKey('x')),
    );
    const note = parseNote(
      formatNote({ text: body, signatures: [...unknown, signNote(body, 'me', log)] }),
    );
    expect(note.text).toBe(body);
    expect(verifyNote(note, [noteKey('me', 'note', log.publicKey)])).toHaveLength(1);
    const many = formatNote({
      text: body,
      signatures: Array(300).fill(unknown[0]) as typeof unknown,
    });
    expect(codeOf(() => parseNote(many))).toBe('LIMIT_EXCEEDED');
  });

  it('are refused when a known key is named and did not sign, or nobody known did', () => {
    const note = signed();
    const altered = { ...note, text: text.replace('600', '601') };
    expect(codeOf(() => verifyNote(altered, [logKey]))).toBe('SIGNATURE_INVALID');
    expect(codeOf(() => verifyNote(note, witnesses))).toBe('SIGNATURE_INVALID');
    const [good] = signed().signatures;
    const bad = { ...signNote('other\n', logKey.name, log) };
    expect(
      codeOf(() => verifyNote({ text, signatures: [good as typeof bad, bad] }, [logKey])),
    ).toBe('SIGNATURE_INVALID');
  });

  it('attack 10: compare names whole, whatever characters they have', () => {
    const signature = signNote(text, 'example.org/log/evil', log);
    const pattern = signNote(text, 'example.org.log', log);
    for (const forged of [signature, pattern, { ...signature, keyId: logKey.id }]) {
      expect(codeOf(() => verifyNote({ text, signatures: [forged] }, [logKey]))).toBe(
        'SIGNATURE_INVALID',
      );
    }
    expect(codeOf(() => noteKey('example.org/.*', 'note', log.publicKey))).toBe('accepted');
    expect(
      codeOf(() => verifyNote(signed(), [noteKey('example.org/.*', 'note', log.publicKey)])),
    ).toBe('SIGNATURE_INVALID');
  });

  it.each([
    ['no signature', `${text}\n`],
    ['no empty line', text],
    ['more on the line of a signature', formatNote(signed()).replace(/\n$/, ' x\n')],
    ['no text', `x${formatNote(signed()).slice(text.length + 1)}`],
    ['no line feed at the end', formatNote(signed()).slice(0, -1)],
    ['a control character', formatNote(signed()).replace('600', '6\t00')],
    ['a carriage return', formatNote(signed()).replaceAll('\n', '\r\n')],
    ['a hyphen for a dash', formatNote(signed()).replace('—', '-')],
    ['a name with a plus', formatNote(signed()).replace('— example.org', '— example+org')],
    ['a signature of nothing', `${text}\n— a AAAAAA==\n`],
    ['a lone surrogate', formatNote(signed()).replace('600', '\ud800')],
  ])('are refused with %s', (_what, input) => {
    expect(codeOf(() => parseNote(input))).toBe('NOTE_INVALID');
  });

  it('are refused with base64 of another spelling', () => {
    const note = formatNote(signed());
    expect(codeOf(() => parseNote(note.replace(/=*\n$/, '\n')))).toBe('BASE64_INVALID');
    expect(codeOf(() => parseNote(note.replace(/([^=\n])(=*)\n$/, '$1 $2\n')))).not.toBe(
      'accepted',
    );
  });

  it.each([
    ['another id', formatNoteKey(logKey).replace(logKey.id, '00000000')],
    ['another type', 'a+00000000+BekyeRrm56hApGFkyQR4ZCbV54Id2LKaANYcrnKv3U2k'],
    ['nothing', ''],
    ['a space in its name', formatNoteKey(logKey).replace('/log', '/ log')],
  ])('have no key with %s', (_what, vkey) => {
    expect(codeOf(() => parseNoteKey(vkey))).toBe('KEY_INVALID');
  });
});

describe('checkpoints', () => {
  it('say which witnesses cosigned, and when', () => {
    const { checkpoint, witnesses: found } = verifyCheckpoint(
      signed(cosign('w1'), cosign('w3', 5)),
      logKey,
      witnesses,
    );
    expect(checkpoint).toEqual({
      origin: logKey.name,
      size: 600,
      root: treeHash(leaves),
      extensions: [],
    });
    expect(found.map(({ key, time }) => [key.name, time])).toEqual([
      ['w1.example', 1_700_000_000],
      ['w3.example', 5],
    ]);
  });

  it('attack 1, attack 2: count a witness once, under two names, twice on the note, or as the log itself', () => {
    const again = noteKey('again.example', 'cosignature', testKey('w1').publicKey);
    const self = noteKey('self.example', 'cosignature', log.publicKey);
    const note = signed(
      cosign('w1'),
      cosign('w1', 7),
      signNote(text, 'again.example', testKey('w1'), 8),
      signNote(text, 'self.example', log, 9),
    );
    const { witnesses: found } = verifyCheckpoint(note, logKey, [...witnesses, again, self]);
    expect(found.map(({ key }) => key.name)).toEqual(['w1.example']);
  });

  it('are refused when only witnesses signed, or another log did', () => {
    expect(
      codeOf(() => verifyCheckpoint({ text, signatures: [cosign('w1')] }, logKey, witnesses)),
    ).toBe('SIGNATURE_INVALID');
    const other = formatCheckpoint({ ...parseCheckpoint(text), origin: 'example.org/other' });
    const note = { text: other, signatures: [signNote(other, logKey.name, log)] };
    expect(codeOf(() => verifyCheckpoint(note, logKey))).toBe('CHECKPOINT_INVALID');
  });

  it('take a cosignature for nothing else, and nothing else for a cosignature', () => {
    const [plain] = signed().signatures;
    const w1 = witnesses[0];
    if (plain === undefined || w1 === undefined) expect.unreachable();
    const forged = {
      name: w1.name,
      keyId: w1.id,
      signature: signNote(text, w1.name, testKey('w1')).signature,
    };
    expect(codeOf(() => verifyNote({ text, signatures: [forged] }, [w1]))).toBe(
      'SIGNATURE_INVALID',
    );
    const late = { ...cosign('w1'), signature: Uint8Array.from(cosign('w1').signature) };
    late.signature[7] = (late.signature[7] ?? 0) ^ 1;
    expect(codeOf(() => verifyNote({ text, signatures: [late] }, [w1]))).toBe('SIGNATURE_INVALID');
    late.signature[0] = 0xff;
    expect(codeOf(() => verifyNote({ text, signatures: [late] }, [w1]))).toBe('SIGNATURE_INVALID');
  });

  it.each([
    ['a size with zeros before it', text.replace('600', '0600')],
    ['a negative size', text.replace('600', '-1')],
    ['a size beyond 2^53', text.replace('600', '9007199254740993')],
    ['a short root', text.replace(/\n[^\n]+\n$/, '\nAAAA\n')],
    ['no origin', text.replace('example.org/log', '')],
    ['no line feed at the end', `${text}more`],
    ['an empty extension', `${text}\nmore\n`],
    ['no root', 'a\n1\n'],
  ])('are refused with %s', (_what, input) => {
    expect(codeOf(() => parseCheckpoint(input))).toBe('CHECKPOINT_INVALID');
  });

  it('may have extensions', () => {
    expect(parseCheckpoint(`${text}one\ntwo\n`).extensions).toEqual(['one', 'two']);
  });
});

describe('log proofs', () => {
  const proof = {
    index: 3,
    hashes: path(3, leaves),
    checkpoint: signed(cosign('w1'), cosign('w2')),
  };
  const file = formatTlogProof(proof);
  const leaf = leaves[3] as Uint8Array;

  it('are read as they were written, and verified', () => {
    expect(parseTlogProof(file)).toEqual(proof);
    const extra = { ...proof, extra: Uint8Array.of(1, 2, 3) };
    expect(parseTlogProof(formatTlogProof(extra))).toEqual(extra);
    expect(verifyTlogProof(proof, leaf, logKey, witnesses).witnesses).toHaveLength(2);
  });

  it('attack 28: say since when enough different witnesses vouch for it', () => {
    const late = {
      ...proof,
      checkpoint: signed(cosign('w1', 30), cosign('w1', 5), cosign('w2', 10), cosign('w3', 20)),
    };
    const entry = (threshold: number) => witnessedEntry(late, leaf, logKey, witnesses, threshold);
    expect(entry(1)?.time).toBe(10);
    expect(entry(2)?.time).toBe(20);
    expect(entry(3)).toEqual({
      time: 30,
      log: logKey.name,
      witnesses: ['w1.example', 'w2.example', 'w3.example'],
    });
    for (const threshold of [4, 0, Number.NaN]) expect(entry(threshold)).toBeUndefined();
  });

  it('attack 9: prove nothing for another leaf or place', () => {
    expect(codeOf(() => verifyTlogProof(proof, leaves[4] as Uint8Array, logKey))).toBe(
      'PROOF_INVALID',
    );
    expect(codeOf(() => verifyTlogProof({ ...proof, index: 4 }, leaf, logKey))).toBe(
      'PROOF_INVALID',
    );
  });

  it('of one leaf have no hashes', () => {
    const only = formatCheckpoint({ origin: logKey.name, size: 1, root: leaf, extensions: [] });
    const note = { text: only, signatures: [signNote(only, logKey.name, log)] };
    const small = parseTlogProof(formatTlogProof({ index: 0, hashes: [], checkpoint: note }));
    expect(verifyTlogProof(small, leaf, logKey).checkpoint.size).toBe(1);
  });

  it.each([
    ['another version', file.replace('@v1', '@v2'), 'PROOF_INVALID'],
    ['no index', file.replace(/index 3\n/, ''), 'PROOF_INVALID'],
    ['a bad index', file.replace('index 3', 'index 03'), 'CHECKPOINT_INVALID'],
    ['a bad hash', file.replace(/index 3\n..../, 'index 3\n'), 'CHECKPOINT_INVALID'],
    ['a web page', '<!DOCTYPE html>\n\n<html>\n', 'PROOF_INVALID'],
  ])('are refused with %s', (_what, input, code) => {
    expect(codeOf(() => parseTlogProof(input))).toBe(code);
  });

  it('are never accepted altered', () => {
    const found = verifyTlogProof(proof, leaf, logKey, witnesses);
    expect(
      mutate(
        file,
        (altered) => {
          const verified = verifyTlogProof(parseTlogProof(altered), leaf, logKey, witnesses);
          expect(verified.checkpoint).toEqual(found.checkpoint);
          expect(found.witnesses).toEqual(expect.arrayContaining([...verified.witnesses]));
        },
        // A witness line with another name or id is one of an unknown key, which is allowed to be there.
        (at) => at > file.indexOf('— w1') - 1,
      ),
    ).toEqual([]);
  });
});
