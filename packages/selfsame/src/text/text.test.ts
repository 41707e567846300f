import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { formatBytes } from './bytes.js';
import { formatDuration, formatElapsed } from './duration.js';
import { printable, printableJson, printableLines } from './printable.js';
import { displayWidth, truncate } from './width.js';

describe('printable', () => {
  it('drops colours, shows other control characters, keeps the rest', () => {
    expect(printable('\u001b[1;31mred\u001b[0m é 名 😀\t|')).toBe('red é 名 😀    |');
    expect(printable('\u001b[2J\u0007\u009b1m\u202eevil')).toBe(
      '\\x1b[2J\\x07\\x9b1m\\u{202e}evil',
    );
  });

  it('never lets a control character through', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (text) => {
        expect(printable(text)).not.toMatch(/[\p{Cc}\p{Zl}\p{Zp}\u202a-\u202e\u2066-\u2069]/u);
      }),
    );
  });

  it('keeps what a line rewritten with carriage returns ended as', () => {
    expect(printableLines('10%\r50%\r100%\r\nnext')).toEqual(['100%', 'next']);
  });

  it('shows JSON that parses to the same value', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (text) => {
        const shown = printableJson({ text });
        expect(shown).not.toMatch(/[\p{Cc}\u202a-\u202e]/u);
        expect(JSON.parse(shown)).toEqual({ text });
      }),
    );
  });
});

describe('width', () => {
  it('counts columns', () => {
    expect(displayWidth('abc')).toBe(3);
    expect(displayWidth('名前')).toBe(4);
    expect(displayWidth('e\u0301')).toBe(1);
  });

  it('cuts to the columns there are, wide characters whole', () => {
    expect(truncate('hello world', 8)).toBe('hello w…');
    expect(truncate('名前名前', 4)).toBe('名…');
    expect(truncate('hello', 5)).toBe('hello');
  });

  it('never exceeds the width', () => {
    fc.assert(
      fc.property(
        fc.string({ unit: 'grapheme' }),
        fc.integer({ min: 1, max: 40 }),
        (text, columns) => {
          expect(displayWidth(truncate(printable(text), columns))).toBeLessThanOrEqual(columns);
        },
      ),
    );
  });
});

describe('figures for a person', () => {
  it('formats durations', () => {
    expect([40, 999, 3_210, 59_960, 125_000, 3_725_000].map(formatDuration)).toEqual([
      '40 ms',
      '1.0 s',
      '3.2 s',
      '1 min 00 s',
      '2 min 05 s',
      '1 h 02 min',
    ]);
    expect([3_900, 125_000, 3_725_000].map(formatElapsed)).toEqual(['3 s', '2:05', '1:02:05']);
  });

  it('formats sizes', () => {
    expect([0, 999, 1_500, 999_700, 123_456_789].map(formatBytes)).toEqual([
      '0 B',
      '999 B',
      '1.5 kB',
      '1.0 MB',
      '123 MB',
    ]);
  });
});
