import { FormatError } from '../../format.js';
import type { Bytes } from '../../structure/bytes.js';

/** What decides the sizes of forms. */
export interface UnitShape {
  readonly version: number;
  readonly addressSize: number;
  /** 4 or 8. */
  readonly offsetSize: number;
}

/** A value that names a string, or none. `at`: where in the unit's bytes it stands. */
export type FormValue =
  | { readonly type: 'inline'; readonly at: number }
  | { readonly type: 'string' | 'line-string'; readonly at: number; readonly offset: number }
  | { readonly type: 'index'; readonly index: number }
  | { readonly type: 'number'; readonly at: number; readonly value: number }
  | { readonly type: 'other' };

const other: FormValue = { type: 'other' };

/** Bytes of forms of constant size, DWARF 5 §7.5.6 and GNU's split DWARF. */
const fixedSizes: Readonly<Record<number, number>> = {
  0x05: 2,
  0x06: 4,
  0x07: 8,
  0x0b: 1,
  0x0c: 1,
  0x11: 1,
  0x12: 2,
  0x13: 4,
  0x14: 8,
  0x19: 0,
  0x1c: 4,
  0x1e: 16,
  0x20: 8,
  0x21: 0,
  0x24: 8,
  0x29: 1,
  0x2a: 2,
  0x2b: 3,
  0x2c: 4,
};

/** Forms that are one LEB128 number: `sdata`, `udata`, `ref_udata`, `addrx`, `loclistx`, `rnglistx`, GNU's. */
const lebForms = new Set([0x0d, 0x0f, 0x15, 0x1b, 0x22, 0x23, 0x1f01]);
/** Offsets into other sections, or the supplementary file: `ref_addr`, `strp_sup`, `GNU_ref_alt`, `GNU_strp_alt`. */
const offsetForms = new Set([0x10, 0x1d, 0x1f20, 0x1f21]);

/**
 * The value at `at` and where the next begins (DWARF 5 §7.5.5).
 *
 * @throws FormatError `damaged` beyond the end, `unsupported` for forms nobody defined
 */
export function readForm(
  bytes: Bytes,
  at: number,
  form: number,
  shape: UnitShape,
): { readonly value: FormValue; readonly next: number } {
  const offset = (): number => (shape.offsetSize === 8 ? bytes.u64(at) : bytes.u32(at));
  const afterOffset = at + shape.offsetSize;
  const fixed = fixedSizes[form];
  if (fixed !== undefined) return { value: other, next: at + fixed };
  if (lebForms.has(form)) return { value: other, next: bytes.uleb(at).next };
  if (offsetForms.has(form))
    return {
      value: other,
      next: at + (form === 0x10 && shape.version < 3 ? shape.addressSize : shape.offsetSize),
    };
  const block = (size: number, start: number) => ({ value: other, next: start + size });
  const indexed = (index: number, next: number) => ({
    value: { type: 'index', index } as const,
    next,
  });
  switch (form) {
    case 0x01:
      return { value: other, next: at + shape.addressSize };
    case 0x03:
      return block(bytes.u16(at), at + 2);
    case 0x04:
      return block(bytes.u32(at), at + 4);
    case 0x0a:
      return block(bytes.u8(at), at + 1);
    case 0x09:
    case 0x18: {
      const { value, next } = bytes.uleb(at);
      return block(value, next);
    }
    case 0x08: {
      let end = at;
      while (bytes.u8(end) !== 0) end += 1;
      return { value: { type: 'inline', at }, next: end + 1 };
    }
    case 0x0e:
      return { value: { type: 'string', at, offset: offset() }, next: afterOffset };
    case 0x1f:
      return { value: { type: 'line-string', at, offset: offset() }, next: afterOffset };
    case 0x17:
      return { value: { type: 'number', at, value: offset() }, next: afterOffset };
    case 0x1a:
    case 0x1f02: {
      const { value, next } = bytes.uleb(at);
      return indexed(value, next);
    }
    case 0x25:
      return indexed(bytes.u8(at), at + 1);
    case 0x26:
      return indexed(bytes.u16(at), at + 2);
    case 0x27:
      return indexed(bytes.u24(at), at + 3);
    case 0x28:
      return indexed(bytes.u32(at), at + 4);
    case 0x16: {
      const { value, next } = bytes.uleb(at);
      if (value === 0x16) throw new FormatError('damaged', 'has a form that names itself');
      return readForm(bytes, next, value, shape);
    }
    default:
      throw new FormatError('unsupported', `has the unknown DWARF form 0x${form.toString(16)}`);
  }
}
