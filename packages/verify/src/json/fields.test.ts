import { describe, expect, it } from 'vitest';
import { VerifyError } from '../errors.js';
import { FieldReader, type FieldPath } from './fields.js';
import type { JsonValue } from './value.js';

const read = new FieldReader('CLAIM_INVALID');
const path = ['list', 2, 'a'];

function refusal(action: () => unknown): { code: string; message: string; path?: FieldPath } {
  try {
    action();
  } catch (error) {
    if (error instanceof VerifyError) {
      return { code: error.code, message: error.message, ...(error.path && { path: error.path }) };
    }
    throw error;
  }
  return { code: 'accepted', message: '' };
}
const refused = (message: string, at: FieldPath = path, code = 'CLAIM_INVALID') => ({
  code,
  message,
  path: at,
});

describe('a reader of fields', () => {
  it('gives values of the kind asked for as they are', () => {
    const object = { a: 1 };
    const list = [1, 2];
    expect(read.record(object, path)).toBe(object);
    expect(read.array(list, path, 2)).toBe(list);
    expect(read.string('', path)).toBe('');
    for (const number of [0, 1, 2 ** 53 - 1]) expect(read.count(number, path)).toBe(number);
    for (const known of [{ a: 1 }, { a: 1, b: 2 }]) {
      expect(read.object(known, path, ['a'], ['b'])).toBe(known);
    }
  });

  it.each<[JsonValue | undefined]>([[undefined], [null], [1], ['{}'], [true], [[]]])(
    'refuses %j for an object',
    (value) => {
      expect(refusal(() => read.record(value, path))).toEqual(refused('list[2].a: not an object'));
      expect(refusal(() => read.object(value, path, []))).toEqual(
        refused('list[2].a: not an object'),
      );
    },
  );

  it.each<[JsonValue | undefined]>([[undefined], [null], [1], ['[]'], [{ length: 0 }]])(
    'refuses %j for a list',
    (value) => {
      expect(refusal(() => read.array(value, path, 9))).toEqual(refused('list[2].a: not a list'));
    },
  );

  it('refuses a list that is too long', () => {
    expect(refusal(() => read.array([1, 2, 3], path, 2))).toEqual(
      refused('list[2].a: 3 items, more than the limit of 2', path, 'LIMIT_EXCEEDED'),
    );
  });

  it.each<[JsonValue | undefined]>([[undefined], [null], [1], [['a']], [{}]])(
    'refuses %j for a text',
    (value) => {
      expect(refusal(() => read.string(value, path))).toEqual(refused('list[2].a: not a text'));
    },
  );

  it.each<[JsonValue | undefined]>([[undefined], [null], ['1'], [-1], [0.5], [2 ** 53], [[1]]])(
    'refuses %j for a whole number',
    (value) => {
      expect(refusal(() => read.count(value, path))).toEqual(
        refused('list[2].a: not a whole number'),
      );
    },
  );

  it('refuses fields that are not known, and the lack of those that are required', () => {
    expect(refusal(() => read.object({ a: 1, c: 1 }, [], ['a'], ['b']))).toEqual(
      refused('c: unknown field "c"', ['c']),
    );
    expect(refusal(() => read.object({ b: 1 }, [], ['a'], ['b']))).toEqual(
      refused('the document: the field "a" is missing', []),
    );
    // What every object inherits is not there.
    expect(refusal(() => read.object({}, [], ['toString']))).toEqual(
      refused('the document: the field "toString" is missing', []),
    );
  });

  it('says where, with quotes around keys that could be taken for something else', () => {
    const at = (...where: FieldPath) => refusal(() => read.fail('wrong', where)).message;
    expect(at('a', 0, 'b.c_d@e+f-1')).toBe('a[0].b.c_d@e+f-1: wrong');
    expect(at('x'.repeat(64))).toBe(`${'x'.repeat(64)}: wrong`);
    expect(at('x'.repeat(65))).toBe(`"${'x'.repeat(64)}": wrong`);
    expect(at('a', 'b c', 'd\n', '\ne', '')).toBe(String.raw`a."b c"."d\n"."\ne"."": wrong`);
  });

  it('can make errors of another kind, or of another code', () => {
    expect(refusal(() => read.fail('wrong', path, 'PREDICATE_TYPE')).code).toBe('PREDICATE_TYPE');
    class OtherError extends Error {}
    const other: FieldReader = new FieldReader((message, where) => {
      return new OtherError(`${message} (${where.join('/')})`);
    });
    expect(() => other.string(1, path)).toThrow(new OtherError('list[2].a: not a text (list/2/a)'));
    expect(() => other.string(1, path)).toThrow(OtherError);
    expect(() => other.fail('wrong', path, 'PREDICATE_TYPE')).toThrow(VerifyError);
  });
});

describe('parts of fields', () => {
  it('are whole numbers from the least on, or refused in the words given', () => {
    for (const number of [3, 4, 2 ** 53 - 1]) {
      expect(read.wholeNumber(number, path, 3, 'too few')).toBe(number);
    }
    for (const value of [undefined, null, '3', 2, 3.5, 2 ** 53]) {
      expect(refusal(() => read.wholeNumber(value, path, 3, 'too few'))).toEqual(
        refused('list[2].a: too few'),
      );
    }
  });

  it('are one of a few texts', () => {
    expect(read.choice('b', path, ['a', 'b'])).toBe('b');
    for (const value of [undefined, null, 'c', ['a']]) {
      expect(refusal(() => read.choice(value, path, ['a', 'b']))).toEqual(
        refused('list[2].a: not one of a, b'),
      );
    }
  });

  it('are refused at their place for what their own reader says, and for nothing else', () => {
    expect(read.part(path, () => 1)).toBe(1);
    const refuse = () => {
      throw new VerifyError('KEY_INVALID', 'not a key');
    };
    expect(refusal(() => read.part(path, refuse))).toEqual(refused('list[2].a: not a key'));
    const defect = () => {
      throw new TypeError('a defect');
    };
    expect(() => read.part(path, defect)).toThrow(TypeError);
  });

  it('are refused with the error of a reader that has its own', () => {
    const own = new FieldReader((message, at) => new RangeError(`${message} (${at.length})`));
    expect(() => own.string(1, path)).toThrow(new RangeError('list[2].a: not a text (3)'));
  });
});
