import { describe, expect, it } from 'vitest';
import { codeOf } from '../testing/codes.js';
import { cosign, leaves, log, logKey, signed, text, witnesses } from '../testing/log.js';
import { formatCheckpoint, signNote, testKey } from '../testing/sign.js';
import { parseCheckpoint, verifyCheckpoint } from './checkpoint.js';
import { treeHash } from './merkle.js';
import { noteKey, verifyNote } from './note.js';

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

  it('are not judged by keys that only sign notes', () => {
    const key = noteKey('w1.example', 'note', testKey('w1').publicKey);
    const bad = { ...signNote('other\n', 'w1.example', testKey('w1')) };
    expect(verifyCheckpoint(signed(bad), logKey, [key]).witnesses).toEqual([]);
    const good = signNote(text, 'w1.example', testKey('w1'));
    expect(verifyCheckpoint(signed(good), logKey, [key]).witnesses).toEqual([]);
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
