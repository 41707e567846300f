import type { Format } from '../format.js';
import { compressedFormat } from '../reading/compressed.js';

/** Files of the old format of LZMA (.lzma), which have no magic number: the usual properties and a plausible header. */
export const lzma: Format = compressedFormat({
  name: 'lzma',
  // lc 3, lp 0, pb 2: what every program writes.
  magic: [0x5d, 0x00, 0x00],
  also: (head) => {
    if (head.length < 18) return false;
    const header = Buffer.from(head.subarray(0, 13));
    const dictionary = header.readUInt32LE(1);
    const isPower = dictionary >= 4096 && (dictionary & (dictionary - 1)) === 0;
    const size = header.readBigUInt64LE(5);
    // The range coder's first byte is always 0.
    return isPower && head[13] === 0 && (size === 0xffffffffffffffffn || size < 1n << 38n);
  },
  tool: { program: 'xz', package: 'xz-utils' },
  args: ['-dcq', '--format=lzma', '--memlimit-decompress=300MiB'],
  goodStatuses: [0, 2],
  reasonOf: (message) => (/[Mm]emory usage limit/.test(message) ? 'too-large' : undefined),
  fields: async (window) => {
    const header = await window.exactly(0, 13, 'the header');
    const known = header.readBigUInt64LE(5) !== 0xffffffffffffffffn;
    return [
      {
        name: 'dictionary',
        kind: 'compression',
        value: String(header.readUInt32LE(1)),
        offset: 1,
      },
      {
        name: 'content size',
        kind: 'compression',
        value: known ? 'stored' : 'not stored',
        offset: 5,
      },
    ];
  },
});
