import type { Field, Format } from '../format.js';
import { compressedFormat } from '../reading/compressed.js';
import type { Window } from '../reading/window.js';

/** Files of Zstandard. See README.md beside this file. */
export const zstd: Format = compressedFormat({
  name: 'zstd',
  magic: [0x28, 0xb5, 0x2f, 0xfd],
  tool: { program: 'zstd', package: 'zstd' },
  // Windows up to 128 MiB, which is all that `zstd --ultra -22` makes without --long=31.
  args: ['-dcq', '--memory=128MiB'],
  reasonOf: (message) => (/memory|[Ww]indow/.test(message) ? 'too-large' : undefined),
  fields: readFields,
});

/** The header of the first frame (RFC 8878, 3.1.1.1). */
async function readFields(window: Window): Promise<Field[]> {
  const head = await window.bytes(0, 18);
  const descriptor = head[4] ?? 0;
  const single = (descriptor & 0x20) !== 0;
  const checksum = (descriptor & 0x04) !== 0;
  const sizeBytes = [single ? 1 : 0, 2, 4, 8][descriptor >>> 6] ?? 0;
  const dictionaryBytes = [0, 1, 2, 4][descriptor & 3] ?? 0;
  const fields: Field[] = [
    { name: 'content checksum', kind: 'compression', value: checksum ? 'yes' : 'no', offset: 4 },
    { name: 'single segment', kind: 'compression', value: single ? 'yes' : 'no', offset: 4 },
    {
      name: 'content size',
      kind: 'compression',
      value: sizeBytes > 0 ? 'stored' : 'not stored',
      offset: 4,
    },
  ];
  if (!single) {
    const bits = head[5] ?? 0;
    const base = 2 ** (10 + (bits >>> 3));
    const value = String(base + (base / 8) * (bits & 7));
    fields.push({ name: 'window', kind: 'compression', value, offset: 5 });
  }
  if (dictionaryBytes > 0) {
    const at = single ? 5 : 6;
    const value = head.subarray(at, at + dictionaryBytes).toString('hex');
    fields.push({ name: 'dictionary', kind: 'id', value, offset: at });
  }
  return fields;
}
