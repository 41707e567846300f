import type { Field } from '../format.js';
import { decodeCString, hexText } from '../reading/text.js';
import { timeField } from '../reading/time.js';
import type { Window } from '../reading/window.js';

/** Where the superblock stands (Documentation/filesystems/ext4/super.rst of Linux). */
export const superblockOffset = 1024;

export const superblockBytes = 1024;

/** True for ext2, ext3 and ext4: the magic number has two bytes only, so that other numbers must be possible ones too. */
export function isExt(head: Uint8Array): boolean {
  if (head.length < superblockOffset + superblockBytes) return false;
  const block = Buffer.from(head.subarray(superblockOffset, superblockOffset + superblockBytes));
  return (
    block.readUInt16LE(0x38) === 0xef53 &&
    block.readUInt32LE(0x00) > 0 && // s_inodes_count
    block.readUInt32LE(0x14) <= 1 && // s_first_data_block
    block.readUInt32LE(0x18) <= 6 && // s_log_block_size
    block.readUInt16LE(0x3a) <= 7 && // s_state
    block.readUInt32LE(0x48) <= 4 && // s_creator_os
    block.readUInt32LE(0x4c) <= 1 // s_rev_level
  );
}

/** Numbers of four and of two bytes: names of the kernel's page, where they stand. */
const numbers = [
  ['s_inodes_count', 'size', 0x00, 4],
  ['s_blocks_count', 'size', 0x04, 4],
  ['s_r_blocks_count', 'size', 0x08, 4],
  ['s_free_blocks_count', 'size', 0x0c, 4],
  ['s_free_inodes_count', 'size', 0x10, 4],
  ['s_log_block_size', 'size', 0x18, 4],
  ['s_mnt_count', 'other', 0x34, 2],
  ['s_max_mnt_count', 'other', 0x36, 2],
  ['s_state', 'flags', 0x3a, 2],
  ['s_errors', 'flags', 0x3c, 2],
  ['s_checkinterval', 'other', 0x44, 4],
  ['s_creator_os', 'version', 0x48, 4],
  ['s_inode_size', 'size', 0x58, 2],
  ['s_feature_compat', 'flags', 0x5c, 4],
  ['s_feature_incompat', 'flags', 0x60, 4],
  ['s_feature_ro_compat', 'flags', 0x64, 4],
  ['s_def_hash_version', 'flags', 0xfc, 1],
  ['s_default_mount_opts', 'flags', 0x100, 4],
  ['s_flags', 'flags', 0x160, 4],
] as const;

const times = [
  ['s_mtime', 0x2c],
  ['s_wtime', 0x30],
  ['s_lastcheck', 0x40],
  ['s_mkfs_time', 0x108],
] as const;

const uuids = [
  ['s_uuid', 0x68],
  ['s_journal_uuid', 0xd0],
  ['s_hash_seed', 0xec],
] as const;

const texts = [
  ['s_volume_name', 0x78, 16],
  ['s_last_mounted', 0x88, 64],
] as const;

/**
 * What a superblock says: named values, then all other bytes as one.
 *
 * @param block its 1024 bytes
 * @param start where it stands
 */
export function superblockFields(block: Buffer, start = superblockOffset): Field[] {
  const fields: Field[] = [
    ...numbers.map(([name, kind, at, length]) => {
      return {
        name,
        kind,
        value: String(block.readUIntLE(at, length)),
        offset: start + at,
        length,
      };
    }),
    ...times.map(([name, at]) => {
      return { ...timeField(name, block.readUInt32LE(at), start + at), length: 4 };
    }),
    ...uuids.map(([name, at]) => uuidField(name, block, at, start)),
    ...texts.map(([name, at, length]): Field => {
      const value = decodeCString(block.subarray(at, at + length));
      return { name, kind: 'name', value, offset: start + at, length };
    }),
    {
      ...{ name: 's_kbytes_written', kind: 'other', value: String(block.readBigUInt64LE(0x178)) },
      ...{ offset: start + 0x178, length: 8 },
    },
    {
      ...{ name: 's_checksum', kind: 'checksum', value: block.toString('hex', 0x3fc) },
      ...{ offset: start + 0x3fc, length: 4 },
    },
  ];
  const rest = Buffer.from(block);
  for (const { offset = start, length = 0 } of fields)
    rest.fill(0, offset - start, offset - start + length);
  const value = hexText(rest);
  fields.push({ name: 'superblock, other bytes', kind: 'other', value, offset: start });
  return fields;
}

function uuidField(name: string, bytes: Buffer, at: number, start: number): Field {
  const value = bytes
    .toString('hex', at, at + 16)
    .replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, '$1-$2-$3-$4-$5');
  return { name, kind: 'id', value, offset: start + at, length: 16 };
}

/** Groups with a copy of the superblock that are looked at: more than any file system with `sparse_super` has. */
const mostCopies = 64;

/**
 * What copies of the superblock and that of the journal repeat of its times and identifiers, each as a field of its own,
 * as far as they are where they usually are.
 */
export async function copiedFields(window: Window, block: Buffer): Promise<Field[]> {
  const fields: Field[] = [];
  const blockSize = 1024 << block.readUInt32LE(0x18);
  const [first, perGroup] = [block.readUInt32LE(0x14), block.readUInt32LE(0x20)];
  for (const group of groupsWithCopies(block.readUInt32LE(0x04), perGroup)) {
    const start = (first + group * perGroup) * blockSize;
    const copy = await window.bytes(start, superblockBytes);
    if (copy.length < superblockBytes || copy.readUInt16LE(0x38) !== 0xef53) continue;
    for (const field of superblockFields(copy, start))
      fields.push({ ...field, name: `copy in group ${group}, ${field.name}` });
  }
  // `s_jnl_blocks` has what the inode of the journal has: a header of extents and the first of them.
  const [journal, extent] = [0x10c, 0x118];
  if (block.readUInt16LE(journal) !== 0xf30a || block.readUInt16LE(journal + 6) !== 0)
    return fields;
  if (block.readUInt32LE(extent) !== 0 || block.readUInt16LE(extent + 6) !== 0) return fields;
  const start = block.readUInt32LE(extent + 8) * blockSize;
  const header = await window.bytes(start, superblockBytes);
  // jbd2's superblock (journal.rst): its numbers are big-endian.
  if (header.length < superblockBytes || header.readUInt32BE(0) !== 0xc03b3998) return fields;
  fields.push(uuidField('journal, s_uuid', header, 0x30, start));
  return fields;
}

/** 1 and the powers of 3, 5 and 7 (super.rst, `sparse_super`). */
function groupsWithCopies(blocks: number, perGroup: number): number[] {
  if (perGroup === 0) return [];
  const groups = new Set<number>();
  for (const base of [3, 5, 7])
    for (let group = 1; group * perGroup < blocks; group *= base) groups.add(group);
  return [...groups].sort((p, q) => p - q).slice(0, mostCopies);
}
