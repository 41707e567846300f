import { describe, expect, it } from 'vitest';
import { findCauses } from './causes.js';
import { range } from './testing.js';

describe('values in binary', () => {
  const bytes = (...values: readonly number[]) => Buffer.from(values);
  const around = (value: Buffer) =>
    Buffer.concat([bytes(0xde, 0xad, 1, 0, 0, 0, 0, 0), value, bytes(0, 0, 0, 0, 9, 8, 7, 6)]);
  const wide = (value: bigint) => {
    const buffer = Buffer.alloc(8);
    buffer.writeBigUInt64LE(value);
    return around(buffer);
  };

  it('of 64 bits are likely times', () => {
    expect(findCauses(range(wide(1_763_719_207n), wide(1_763_719_999n)))).toMatchObject([
      {
        cause: 'timestamp',
        kind: '64-bit seconds',
        certainty: 'likely',
        a: '2025-11-21T10:00:07Z',
        offsetA: 8,
      },
    ]);
    expect(findCauses(range(wide(1_763_719_207_123n), wide(1_763_719_999_001n)))).toMatchObject([
      { cause: 'timestamp', kind: 'milliseconds', certainty: 'likely' },
    ]);
  });

  it('of 32 bits are possible times, if they are aligned', () => {
    const value = (last: number) =>
      bytes(0xde, 0xad, 0xbe, 0xef, 1, 0, 0, 0, last, 0x07, 0x20, 0x69, 7, 9, 0, 0, 1, 1, 1, 1);
    const [found] = findCauses(range(value(0x27), value(0xff)));
    expect(found).toMatchObject({ cause: 'timestamp', certainty: 'possible', offsetA: 8 });
    const shifted = range(value(0x27), value(0xff), { offset: 2 });
    expect(findCauses(shifted)[0]?.cause).toBe('unknown');
  });

  it('are likely addresses with the same place in the page', () => {
    expect(findCauses(range(wide(0x7f12_3456_7abcn), wide(0x7f98_1234_5abcn)))).toMatchObject([
      { cause: 'address-layout', certainty: 'likely', a: '0x7f1234567abc' },
    ]);
    expect(findCauses(range(wide(0x7f12_3456_7abcn), wide(0x7f98_1234_5defn)))).toMatchObject([
      { cause: 'address-layout', certainty: 'possible' },
    ]);
  });

  it('that fill memory are likely never set', () => {
    const fill = (byte: number) => around(Buffer.alloc(16, byte));
    expect(findCauses(range(fill(0xa5), fill(0x5a)))[0]).toMatchObject({
      cause: 'uninitialised-memory',
      certainty: 'likely',
    });
    expect(findCauses(range(fill(0), fill(0xaa)))[0]).toMatchObject({ certainty: 'possible' });
  });

  it('are nothing in code', () => {
    const place = { place: ['x', '.text'], formats: ['elf'] };
    expect(findCauses(range(wide(1_763_719_207n), wide(1_763_719_999n), place))).toMatchObject([
      { cause: 'code', kind: 'code section', certainty: 'possible' },
    ]);
  });
});
