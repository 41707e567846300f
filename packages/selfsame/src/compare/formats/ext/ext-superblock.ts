import type { Field } from '../format.js';
import { decodeCString } from '../reading/text.js';
import { timeField } from '../reading/time.js';

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

/** @param block the 1024 bytes of the superblock */
export function superblockFields(block: Buffer): Field[] {
  const number = (name: string, kind: Field['kind'], at: number): Field => ({
    name,
    kind,
    value: String(block.readUInt32LE(at)),
    offset: superblockOffset + at,
  });
  const time = (name: string, at: number): Field =>
    timeField(name, block.readUInt32LE(at), superblockOffset + at);
  const uuid = (name: string, at: number): Field => ({
    name,
    kind: 'id',
    value: block
      .toString('hex', at, at + 16)
      .replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, '$1-$2-$3-$4-$5'),
    offset: superblockOffset + at,
  });
  const text = (name: string, at: number, length: number): Field => ({
    name,
    kind: 'name',
    value: decodeCString(block.subarray(at, at + length)),
    offset: superblockOffset + at,
  });
  return [
    number('s_inodes_count', 'size', 0x00),
    number('s_blocks_count', 'size', 0x04),
    number('s_free_blocks_count', 'size', 0x0c),
    number('s_free_inodes_count', 'size', 0x10),
    number('s_log_block_size', 'size', 0x18),
    time('s_mtime', 0x2c),
    time('s_wtime', 0x30),
    time('s_lastcheck', 0x40),
    time('s_mkfs_time', 0x108),
    number('s_feature_compat', 'flags', 0x5c),
    number('s_feature_incompat', 'flags', 0x60),
    number('s_feature_ro_compat', 'flags', 0x64),
    uuid('s_uuid', 0x68),
    uuid('s_hash_seed', 0xec),
    text('s_volume_name', 0x78, 16),
    text('s_last_mounted', 0x88, 64),
    {
      name: 's_kbytes_written',
      kind: 'other',
      value: String(block.readBigUInt64LE(0x178)),
      offset: superblockOffset + 0x178,
    },
    {
      name: 's_checksum',
      kind: 'checksum',
      value: block.toString('hex', 0x3fc),
      offset: superblockOffset + 0x3fc,
    },
  ];
}
