import { describe, expect, it } from 'vitest';
import { codeOf } from '../testing/codes.js';
import { newPair } from '../testing/in-toto.js';
import { cosign, log, logKey, signed, text, witnesses } from '../testing/log.js';
import { signNote, testKey } from '../testing/sign.js';
import { formatNote, formatNoteKey, noteKey, parseNote, parseNoteKey, verifyNote } from './note.js';
import { parseTlogProof } from './tlog-proof.js';

describe('signed notes', () => {
  it('are read as they were written, and keys too', () => {
    const note = signed(cosign('w1'));
    expect(parseNote(formatNote(note))).toEqual(note);
    for (const key of [logKey, ...witnesses]) expect(parseNoteKey(formatNoteKey(key))).toEqual(key);
    expect(parseNote(Buffer.from(formatNote(note)))).toEqual(note);
    expect(verifyNote(note, [logKey, ...witnesses])).toStrictEqual([
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

  it('are read up to their bounds', () => {
    const [one] = signed().signatures;
    if (one === undefined) expect.unreachable();
    const many = (count: number) =>
      codeOf(() =>
        parseNote(formatNote({ text, signatures: Array.from({ length: count }, () => one) })),
      );
    expect([many(256), many(257)]).toEqual(['accepted', 'LIMIT_EXCEEDED']);
    const tail = formatNote({ text: '\n', signatures: [one] });
    const filled = (length: number) =>
      codeOf(() => parseNote('x'.repeat(length - tail.length) + tail));
    expect(filled(1024 * 1024)).toBe('accepted');
    expect(filled(1024 * 1024 + 1)).toBe('LIMIT_EXCEEDED');
    expect(parseNote(tail).text).toBe('\n');
    expect(codeOf(() => parseNote(`${text}\n— a AAAAAAA=\n`))).toBe('accepted');
  });

  it('count from the beginning of time', () => {
    const start = cosign('w1', 0);
    expect(verifyNote(signed(start), witnesses)).toEqual([{ key: witnesses[0], time: 0 }]);
  });

  it('have no cosignature at a time that cannot be told', () => {
    const [w1] = witnesses;
    if (w1 === undefined) expect.unreachable();
    for (const [head, time] of [
      ['0020000000000000', 2 ** 53],
      ['ffffffffffffffff', 2 ** 64],
      ['', -1],
    ] as const) {
      const signature = testKey('w1').sign(Buffer.from(`cosignature/v1\ntime ${time}\n${text}`));
      const bytes = Buffer.concat([Buffer.from(head, 'hex'), signature]);
      const note = { text, signatures: [{ name: w1.name, keyId: w1.id, signature: bytes }] };
      expect(codeOf(() => verifyNote(note, [w1]))).toBe('SIGNATURE_INVALID');
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

  it('may carry cosignatures of kinds that are not read', () => {
    // Type 6, ML-DSA-44: a time of 8 bytes and 2420 bytes; its key has 1312.
    const other = { name: 'w6.example', keyId: '01020304', signature: new Uint8Array(2428) };
    const note = parseNote(formatNote(signed(other, cosign('w1'))));
    expect(verifyNote(note, [logKey, ...witnesses])).toHaveLength(2);
    const key = Buffer.from([6, ...new Uint8Array(1312)]).toString('base64');
    expect(() => parseNoteKey(`w6.example+01020304+${key}`)).toThrow(/ML-DSA-44.* not read/);
    expect(() => parseNoteKey('w2.example+01020304+AgAA')).toThrow(/type 2 are not read/);
  });

  it('have no cosignature that is shorter than a time, or longer than one and a signature', () => {
    const [w1] = witnesses;
    if (w1 === undefined) expect.unreachable();
    const whole = cosign('w1');
    for (const signature of [
      new Uint8Array(1),
      whole.signature.subarray(0, 71),
      new Uint8Array([...whole.signature, 0]),
    ]) {
      const note = { text, signatures: [{ ...whole, signature }] };
      expect(codeOf(() => verifyNote(note, [w1]))).toBe('SIGNATURE_INVALID');
    }
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
    ['a longer key', `${formatNoteKey(logKey)}AAAA`],
    ['a shorter key', formatNoteKey(logKey).slice(0, -4)],
    ['nothing', ''],
    ['more before it', `x+${formatNoteKey(logKey)}`],
    ['more behind it', `${formatNoteKey(logKey)}A`],
    [
      'the id of a cosignature and a type that is none',
      `w1.example+${noteKey('w1.example', 'cosignature', log.publicKey).id}+${Buffer.from([2, ...log.publicKey.bytes]).toString('base64')}`,
    ],
    ['a space in its name', formatNoteKey(logKey).replace('/log', '/ log')],
  ])('have no key with %s', (_what, vkey) => {
    expect(codeOf(() => parseNoteKey(vkey))).toBe('KEY_INVALID');
  });
});
