import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { visible, visibleLine } from './visible.js';

describe('untrusted text', () => {
  it('is shown with nothing hidden', () => {
    expect(visible('a\tb\u001b[31mc\n\u202egnp\u00ad\u200b\ufffe')).toBe(
      'a\\tb\\x1b[31mc\\n\\u{202e}gnp\\u{ad}\\u{200b}\\u{fffe}',
    );
    expect(visible('\ud800x')).toBe('\ufffdx');
    expect(visibleLine('\tall:')).toBe('→   all:');
  });

  it('is cut at whole characters', () => {
    expect(visible('abcdef', 4)).toBe('abc…');
    expect(visible('abcd', 4)).toBe('abcd');
    expect(visible('😀😀😀', 3)).toBe('😀😀😀');
    expect(visible('😀😀😀😀', 3)).toBe('😀😀…');
    expect(visible('x'.repeat(1_000_000), 50)).toHaveLength(50);
  });

  it('is well formed, bounded and without what XML forbids, whatever it is', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), fc.integer({ min: 1, max: 60 }), (text, most) => {
        const shown = visible(text, most);
        expect([...shown].length).toBeLessThanOrEqual(most);
        expect(shown).not.toMatch(/[\p{Cc}\p{Cs}\ufffe\uffff\u202a-\u202e\u2066-\u2069]/u);
        expect(visible(shown, most)).toBe(shown);
      }),
    );
  });
});
