import type { Format } from '../format.js';
import { compressedFormat } from '../reading/compressed.js';
import { hexText } from '../reading/text.js';

/** Frames of LZ4 (lz4_Frame_format.md 1.6.4). */
export const lz4: Format = compressedFormat({
  name: 'lz4',
  magic: [0x04, 0x22, 0x4d, 0x18],
  tool: { program: 'lz4', package: 'lz4' },
  args: ['-dcq'],
  fields: async (window) => {
    const flags = await window.exactly(4, 2, 'the header');
    return [{ name: 'frame descriptor', kind: 'compression', value: hexText(flags), offset: 4 }];
  },
});

/** The older framing without checksums, which Linux kernels and initial file systems use. */
export const lz4Legacy: Format = compressedFormat({
  name: 'lz4-legacy',
  magic: [0x02, 0x21, 0x4c, 0x18],
  tool: { program: 'lz4', package: 'lz4' },
  args: ['-dcq'],
  fields: () => Promise.resolve([]),
});
