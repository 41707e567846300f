import type { Field } from '../format.js';
import { timeField } from '../reading/time.js';

/** SquashFS 4.0 on-disk format (Documentation/filesystems/squashfs.rst and fs/squashfs/squashfs_fs.h of Linux). */
const compressors: Readonly<Record<number, string>> = {
  1: 'gzip',
  2: 'lzma',
  3: 'lzo',
  4: 'xz',
  5: 'lz4',
  6: 'zstd',
};

export const superblockBytes = 96;

/** True for file systems of version 4, little endian. */
export function isSquashfs(head: Uint8Array): boolean {
  return (
    head.length >= superblockBytes &&
    Buffer.from(head.subarray(0, 4)).toString('latin1') === 'hsqs' &&
    head[28] === 4 &&
    head[29] === 0
  );
}

/** @param block the first 96 bytes */
export function superblockFields(block: Buffer): Field[] {
  const compressor = block.readUInt16LE(20);
  const text = (value: number | bigint): string => String(value);
  const fields: Field[] = [
    { ...timeField('mkfs_time', block.readUInt32LE(8), 8), length: 4 },
    ...numbers.map(([name, kind, at, length]): Field => ({
      ...{ name, kind, offset: at, length },
      value: text(length === 8 ? block.readBigUInt64LE(at) : block.readUIntLE(at, length)),
    })),
    {
      name: 'compression',
      kind: 'compression',
      value: compressors[compressor] ?? text(compressor),
      ...{ offset: 20, length: 2 },
    },
    {
      name: 'flags',
      kind: 'flags',
      value: `0x${block.readUInt16LE(24).toString(16).padStart(4, '0')}`,
      ...{ offset: 24, length: 2 },
    },
  ];
  return fields;
}

/** Numbers of the superblock: what they are called there, where they stand and how long they are. */
const numbers = [
  ['inodes', 'size', 4, 4],
  ['block_size', 'compression', 12, 4],
  ['fragments', 'size', 16, 4],
  ['block_log', 'compression', 22, 2],
  ['no_ids', 'size', 26, 2],
  ['s_minor', 'version', 30, 2],
  ['root_inode', 'inode', 32, 8],
  ['bytes_used', 'size', 40, 8],
  ['id_table_start', 'size', 48, 8],
  ['xattr_id_table_start', 'size', 56, 8],
  ['inode_table_start', 'size', 64, 8],
  ['directory_table_start', 'size', 72, 8],
  ['fragment_table_start', 'size', 80, 8],
  ['lookup_table_start', 'size', 88, 8],
] as const;
