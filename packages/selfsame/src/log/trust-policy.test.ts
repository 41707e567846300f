import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { formatNoteKey } from '@selfsame/verify';
import { SelfsameError } from '../errors/selfsame-error.js';
import { testLogKey, witnessKey } from './testing.js';
import { parseTrustPolicy } from './trust-policy.js';

const log = formatNoteKey(testLogKey);
const read = (...lines: readonly string[]) => parseTrustPolicy(lines.join('\n'), 'witnesses.txt');
const witness = (name: string, url = '') => `witness ${name} ${witnessKey(name)} ${url}`;

describe('a trust policy (C2SP tlog-policy)', () => {
  it('names logs, witnesses and a quorum of groups', () => {
    const found = read(
      '# who watches',
      `log ${log} https://log.example/`,
      '',
      witness('X1', 'https://x1.example/w/'),
      `\t${witness('X2')}`,
      witness('X3'),
      'group X 2 X1 X2 X3',
      witness('Y1'),
      witness('Y2'),
      'group Y any Y1 Y2',
      'group both all X Y',
      'quorum both',
      '',
    );
    expect(found.logs).toEqual([testLogKey]);
    expect(found.witnesses.map(({ name, url }) => [name, url])).toEqual([
      ['X1', 'https://x1.example/w'],
      ['X2', undefined],
      ['X3', undefined],
      ['Y1', undefined],
      ['Y2', undefined],
    ]);
    const isQuorum = (...names: readonly string[]) => found.isQuorum(new Set(names));
    expect(isQuorum('X1', 'X3', 'Y2')).toBe(true);
    expect(isQuorum('X1', 'X2', 'X3')).toBe(false);
    expect(isQuorum('X1', 'Y1', 'Y2')).toBe(false);
    // Names of groups are nobody's signature.
    expect(isQuorum('X', 'Y', 'both')).toBe(false);
  });

  it('knows no witness, and one', () => {
    expect(read('quorum none').isQuorum(new Set())).toBe(true);
    const one = read(witness('W'), 'quorum W');
    expect(one.isQuorum(new Set())).toBe(false);
    expect(one.isQuorum(new Set(['W']))).toBe(true);
  });

  it.each([
    ['no quorum', 1, [witness('W')]],
    ['two quorums', 2, ['quorum none', 'quorum none']],
    ['a quorum of nobody', 1, ['quorum W', witness('W')]],
    ['an unknown line', 1, ['witnesses W', 'quorum none']],
    ['a log without key', 1, ['log', 'quorum none']],
    ['a log with too much', 1, [`log ${log} https://a.example b`, 'quorum none']],
    ['a log twice', 2, [`log ${log}`, `log ${log}`, 'quorum none']],
    ['a key that is none', 1, ['log a+00000000+AAAA', 'quorum none']],
    ['a key with another id', 1, [`log ${log.replace(/\+[0-9a-f]{8}\+/, '+00000000+')}`]],
    ['a log as witness', 1, [`witness W ${log}`, 'quorum none']],
    ['a witness without key', 1, ['witness W', 'quorum none']],
    ['a witness with too much', 1, [`${witness('W', 'https://a.example')} b`, 'quorum none']],
    ['a name twice', 2, [witness('W'), witness('W'), 'quorum none']],
    ['a key under two names', 2, [witness('W'), `witness V ${witnessKey('W')}`, 'quorum none']],
    ['the name none', 1, [`witness none ${witnessKey('W')}`, 'quorum none']],
    ['an address of another scheme', 1, [witness('W', 'file:///etc'), 'quorum none']],
    ['an address that is none', 1, [witness('W', 'http://[::'), 'quorum none']],
    ['a group of nobody', 1, ['group g all', 'quorum none']],
    ['a group with strangers', 1, ['group g all W', 'quorum none']],
    ['a group of itself', 1, ['group g all g', 'quorum none']],
    ['a member twice', 2, [witness('W'), 'group g 1 W W', 'quorum g']],
    ['a member of two groups', 3, [witness('W'), 'group g 1 W', 'group h 1 W', 'quorum g']],
    ['more than all', 2, [witness('W'), 'group g 2 W', 'quorum g']],
    ['fewer than one', 2, [witness('W'), 'group g 0 W', 'quorum g']],
    ['no number', 2, [witness('W'), 'group g 0x1 W', 'quorum g']],
    ['a control character', 1, ['# \x1b[2J', 'quorum none']],
    ['a carriage return', 1, ['quorum none\r']],
  ])('refuses %s, at its line', (_what, line, lines) => {
    expect(() => read(...lines)).toThrow(
      expect.objectContaining({
        code: 'LOG_WITNESSES',
        location: expect.objectContaining({ line }) as unknown,
      }),
    );
  });

  it('refuses more lines and names than it bounds', () => {
    expect(() => read('quorum none', ...Array.from({ length: 4096 }, () => '#'))).toThrow(
      'too many lines',
    );
    const many = Array.from({ length: 257 }, (_, index) => witness(`W${index}`));
    expect(() => read(...many, 'quorum none')).toThrow('more than 256');
  });

  it('fails with its own error on whatever is in a file', () => {
    const word = fc.oneof(
      fc.constantFrom('log', 'witness', 'group', 'quorum', 'none', 'all', '1', 'W', log),
      fc.string({ maxLength: 12 }),
    );
    const lines = fc.array(fc.array(word, { maxLength: 5 }), { maxLength: 6 });
    fc.assert(
      fc.property(lines, (found) => {
        try {
          read(...found.map((words) => words.join(' ')));
        } catch (error) {
          expect(error).toBeInstanceOf(SelfsameError);
        }
      }),
    );
  });
});
