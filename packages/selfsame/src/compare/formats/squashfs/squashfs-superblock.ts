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
  return [
    timeField('mkfs_time', block.readUInt32LE(8), 8),
    { name: 'inodes', kind: 'size', value: text(block.readUInt32LE(4)), offset: 4 },
    { name: 'block_size', kind: 'compression', value: text(block.readUInt32LE(12)), offset: 12 },
    { name: 'fragments', kind: 'size', value: text(block.readUInt32LE(16)), offset: 16 },
    {
      name: 'compression',
      kind: 'compression',
      value: compressors[compressor] ?? text(compressor),
      offset: 20,
    },
    {
      name: 'flags',
      kind: 'flags',
      value: `0x${block.readUInt16LE(24).toString(16).padStart(4, '0')}`,
      offset: 24,
    },
    { name: 'no_ids', kind: 'size', value: text(block.readUInt16LE(26)), offset: 26 },
    {
      name: 's_minor',
      kind: 'version',
      value: text(block.readUInt16LE(30)),
      offset: 30,
    },
    { name: 'bytes_used', kind: 'size', value: text(block.readBigUInt64LE(40)), offset: 40 },
  ];
}
