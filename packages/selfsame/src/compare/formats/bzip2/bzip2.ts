import type { Format } from '../format.js';
import { compressedFormat } from '../reading/compressed.js';

/** Files of bzip2: `BZh`, the size of its blocks, then the mark of a block or of the end. */
export const bzip2: Format = compressedFormat({
  name: 'bzip2',
  magic: [0x42, 0x5a, 0x68],
  also: (head) => {
    const mark = Buffer.from(head.subarray(4, 10)).toString('hex');
    return mark === '314159265359' || mark === '177245385090';
  },
  tool: { program: 'bzip2', package: 'bzip2' },
  args: ['-dc'],
  isDamage: (message) => message.includes('trailing garbage'),
  fields: async (window) => {
    const value = `${(await window.bytes(3, 1)).toString('latin1')}00 kB`;
    return [{ name: 'block size', kind: 'compression', value, offset: 3 }];
  },
});
