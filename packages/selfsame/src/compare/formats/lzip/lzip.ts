import type { Format } from '../format.js';
import { compressedFormat } from '../reading/compressed.js';

/** Files of lzip (RFC draft-diaz-lzip): `LZIP`, a version, the size of the dictionary. */
export const lzip: Format = compressedFormat({
  name: 'lzip',
  magic: [0x4c, 0x5a, 0x49, 0x50, 0x01],
  tool: { program: 'lzip', package: 'lzip' },
  args: ['-dcq', '--trailing-error'],
  fields: async (window) => {
    const bits = (await window.exactly(5, 1, 'the header'))[0] ?? 0;
    const base = 2 ** (bits & 31);
    const value = String(base - (base / 16) * (bits >>> 5));
    return [{ name: 'dictionary', kind: 'compression', value, offset: 5 }];
  },
});
