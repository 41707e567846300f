/** A section of an ELF file that a test makes; what is not said is 0. */
export interface MadeSection {
  readonly name: string;
  readonly type?: number;
  readonly flags?: number;
  /** Where its bytes are, if they are those of another section. */
  readonly offset?: number;
  readonly size?: number;
  readonly bytes?: Uint8Array;
}

const headerSize = 64;

/**
 * A program for x86-64 (System V ABI, chapters 4 and 5) with these sections, whose bytes stand one after the other, and
 * one segment that is loaded.
 *
 * @param loaded of the file: from where on, and how much
 */
export function makeElf(
  sections: readonly MadeSection[],
  loaded: readonly [offset: number, size: number] = [0, 0],
  behind = '',
): Buffer {
  const names = `\0${sections.map(({ name }) => `${name}\0`).join('')}.shstrtab\0`;
  const all = [...sections, { name: '.shstrtab', type: 3, bytes: Buffer.from(names) }];
  const start = headerSize + 56;
  let at = start;
  const rows = [Buffer.alloc(64)];
  let nameAt = 1;
  for (const one of all) {
    const { name, type = 1, bytes = Buffer.alloc(0) } = one;
    const row = Buffer.alloc(64);
    row.writeUInt32LE(nameAt, 0);
    row.writeUInt32LE(type, 4);
    row.writeBigUInt64LE(BigInt(('flags' in one && one.flags) || 0), 8);
    row.writeBigUInt64LE(BigInt(('offset' in one && one.offset) || at), 24);
    row.writeBigUInt64LE(BigInt(('size' in one && one.size) || bytes.length), 32);
    rows.push(row);
    nameAt += name.length + 1;
    at += bytes.length;
  }
  const header = Buffer.alloc(headerSize);
  header.write('\x7fELF\x02\x01\x01', 'latin1');
  header.writeUInt16LE(2, 16);
  header.writeUInt16LE(62, 18);
  header.writeBigUInt64LE(BigInt(headerSize), 32);
  header.writeBigUInt64LE(BigInt(at), 40);
  header.writeUInt16LE(headerSize, 52);
  header.writeUInt16LE(56, 54);
  header.writeUInt16LE(1, 56);
  header.writeUInt16LE(64, 58);
  header.writeUInt16LE(rows.length, 60);
  header.writeUInt16LE(rows.length - 1, 62);
  const segment = Buffer.alloc(56);
  segment.writeUInt32LE(1, 0);
  segment.writeUInt32LE(5, 4);
  segment.writeBigUInt64LE(BigInt(loaded[0]), 8);
  segment.writeBigUInt64LE(BigInt(loaded[1]), 32);
  const data = all.map(({ bytes = Buffer.alloc(0) }) => Buffer.from(bytes));
  return Buffer.concat([header, segment, ...data, ...rows, Buffer.from(behind, 'latin1')]);
}

/** Where the bytes of the first section stand. */
export const firstSection = headerSize + 56;
