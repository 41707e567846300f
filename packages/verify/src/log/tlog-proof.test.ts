import { describe, expect, it } from 'vitest';
import { codeOf, mutate } from '../testing/codes.js';
import { cosign, leaves, log, logKey, path, signed, witnesses } from '../testing/log.js';
import { encodeHex } from '../encoding/hex.js';
import { formatCheckpoint, formatTlogProof, signNote } from '../testing/sign.js';
import { formatNoteKey } from './note.js';
import { verifyLogs } from './logged-claims.js';
import { parseTlogProof, verifyTlogProof } from './tlog-proof.js';

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
      extra: Buffer.from('leaf 3'),
      checkpoint: signed(cosign('w1', 30), cosign('w1', 5), cosign('w2', 10), cosign('w3', 20)),
    };
    const entry = (threshold: number) => {
      const quorum = { threshold, keys: witnesses.map(formatNoteKey) };
      const log = { logs: [formatNoteKey(logKey)], witnesses: quorum };
      const rule = { ...log, votes: 'required' as const, complete: false, maxAge: 0 };
      return verifyLogs(rule, [late]).witnessed.get(encodeHex(leaf));
    };
    expect(entry(1)?.time).toBe(10);
    expect(entry(2)?.time).toBe(20);
    expect(entry(3)).toEqual({
      time: 30,
      log: logKey.name,
      witnesses: ['w1.example', 'w2.example', 'w3.example'],
    });
    expect(entry(4)).toBeUndefined();
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

  it('have at most 108 hashes and a mebibyte', () => {
    const hashes = (count: number) => Array<Uint8Array>(count).fill(leaf);
    const code = (input: string) => codeOf(() => parseTlogProof(input));
    expect(code(formatTlogProof({ ...proof, hashes: hashes(108) }))).toBe('accepted');
    expect(code(formatTlogProof({ ...proof, hashes: hashes(109) }))).toBe('PROOF_INVALID');
    const filled = (length: number) =>
      file.replace(logKey.name, 'x'.repeat(logKey.name.length + length - file.length));
    // Dashes are three bytes of UTF-8, and one character.
    expect(code(filled(1024 * 1024))).toBe('accepted');
    expect(code(filled(1024 * 1024 + 1))).toBe('LIMIT_EXCEEDED');
  });

  it('are refused without a checkpoint', () => {
    expect(codeOf(() => parseTlogProof('c2sp.org/tlog-proof@v1\nindex 3\n'))).toBe('PROOF_INVALID');
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
