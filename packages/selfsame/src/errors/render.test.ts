import { describe, expect, it } from 'vitest';
import { colourStyle } from '../text/style.js';
import { errorDocument, exitCodeOf, renderErrors } from './render.js';
import { SelfsameError, SelfsameErrors } from './selfsame-error.js';

const place = {
  file: 'projects/zlib/recipe.yaml',
  line: 12,
  column: 3,
  length: 5,
  lineText: '  stpes: []',
};

describe('renderErrors', () => {
  it('shows code, message, place, squiggle and hint', () => {
    const error = new SelfsameError('WRONG_USE', 'unknown key "stpes"', {
      location: place,
      hint: 'did you mean "steps"?',
    });
    expect(renderErrors(error)).toEqual([
      'error[WRONG_USE]: unknown key "stpes"',
      '  --> projects/zlib/recipe.yaml:12:3',
      '   |',
      '12 |   stpes: []',
      '   |   ^^^^^',
      '  hint: did you mean "steps"?',
    ]);
  });

  it('puts the squiggle below the place in lines with tabs and wide characters', () => {
    const location = { ...place, lineText: '\t名: bad', column: 5, length: 3 };
    const [, , , source = '', squiggle = ''] = renderErrors(
      new SelfsameError('WRONG_USE', 'm', { location }),
    );
    expect(source).toBe('12 |     名: bad');
    // Four columns of tab, two of the wide character, one colon, one space.
    expect(squiggle).toBe('   |         ^^^');
  });

  it('stays inside the line when the place is past its end', () => {
    const location = { ...place, lineText: 'ab', column: 40, length: 10 };
    expect(renderErrors(new SelfsameError('WRONG_USE', 'm', { location })).at(-1)).toBe('   |   ^');
  });

  it('cuts long lines around the place', () => {
    const location = {
      ...place,
      lineText: 'x'.repeat(5000) + 'bad' + 'y'.repeat(5000),
      column: 5001,
      length: 3,
    };
    const lines = renderErrors(new SelfsameError('WRONG_USE', 'm', { location }));
    expect(lines[3]).toMatch(/^12 \| …x+bady+…$/);
    expect(lines[3]?.length).toBeLessThan(110);
    expect(lines[4]?.indexOf('^')).toBe(lines[3]?.indexOf('bad'));
  });

  it('cannot be made to send control characters to the terminal', () => {
    const error = new SelfsameError('WRONG_USE', 'bad \u001b]0;title\u0007\u202e name', {
      hint: 'a\nb\rc',
      location: { ...place, file: 'x\u001b[2J', lineText: '\u009b2J  s' },
      cause: new Error('why \u001b[5A'),
    });
    const text = renderErrors(error).join('');

    expect(text).not.toMatch(/[\u0000-\u001f\u007f-\u009f\u202a-\u202e]/);
    expect(text).toContain('\\x1b]0;title\\x07\\u{202e}');
  });

  it('shows the chain of causes once each, and survives a circle', () => {
    const inner = new Error('connection refused');
    const outer = new Error('download failed', { cause: inner });
    inner.cause = outer;
    const lines = renderErrors(new SelfsameError('WRONG_USE', 'm', { cause: outer }));
    expect(lines.slice(1)).toEqual(['  because: download failed', '  because: connection refused']);
  });

  it('leaves out a cause that the message quotes', () => {
    const cause = new Error('"../x" leads out');
    const error = new SelfsameError('WRONG_USE', 'a.tar: "../x" leads out', { cause });
    expect(renderErrors(error)).toEqual(['error[WRONG_USE]: a.tar: "../x" leads out']);
    expect(errorDocument(error).causes).toEqual(['"../x" leads out']);
  });

  it('lists several problems and counts them', () => {
    const one = new SelfsameError('WRONG_USE', 'one');
    const two = new SelfsameError('WRONG_USE', 'two');
    expect(renderErrors(new SelfsameErrors([one, two]))).toEqual([
      'error[WRONG_USE]: one',
      '',
      'error[WRONG_USE]: two',
      '',
      '2 problems',
    ]);
  });

  it('stops listing after twenty problems and says how many are left', () => {
    const many = Array.from(
      { length: 25 },
      (_, index) => new SelfsameError('WRONG_USE', `n${index}`),
    );
    const lines = renderErrors(new SelfsameErrors(many as [SelfsameError, ...SelfsameError[]]));
    expect(lines).toContain('… and 5 more');
    expect(lines.filter((line) => line.startsWith('error'))).toHaveLength(20);
  });

  it('calls anything else a bug, with where it arose', () => {
    const lines = renderErrors(new TypeError('x is undefined'));
    expect(lines[0]).toBe('error[INTERNAL_ERROR]: x is undefined');
    expect(lines.join('\n')).toContain('bug in selfsame');
    expect(lines.join('\n')).toContain('render.test.ts');
    expect(exitCodeOf(new TypeError('x'))).toBe(5);
  });

  it('colours when asked', () => {
    expect(renderErrors(new SelfsameError('WRONG_USE', 'm'), colourStyle)[0]).toContain(
      '\u001b[31m',
    );
  });
});

describe('errorDocument', () => {
  it('has the same facts as plain JSON', () => {
    const error = new SelfsameError('WRONG_USE', 'm', {
      hint: 'h',
      location: place,
      details: { a: 1 },
      cause: new Error('c'),
    });
    expect(JSON.parse(JSON.stringify(errorDocument(error)))).toEqual({
      code: 'WRONG_USE',
      message: 'm',
      hint: 'h',
      location: place,
      details: { a: 1 },
      causes: ['c'],
    });
  });

  it('describes what is not an error at all', () => {
    expect(errorDocument('boom')).toEqual({ code: 'INTERNAL_ERROR', message: "'boom'" });
  });
});
