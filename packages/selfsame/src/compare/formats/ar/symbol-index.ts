import { createHash } from 'node:crypto';
import type { Content, Field } from '../format.js';
import { tableField } from '../structure/table-field.js';

/** Bytes of an index that is read, and headers that are walked past to number members. */
const longestIndex = 16 * 2 ** 20;
const mostMembers = 1_000_000;
const headerBytes = 60;

/**
 * What of an archive's index of symbols does not follow from sizes of members: which symbols there are, in which order, and
 * of the how many-th header each is said to be (System V: a count, as many offsets, as many names ended by NUL; all
 * numbers big-endian, of 4 bytes in `/` and 8 in `/SYM64/`). Anything else is compared as it stands.
 */
export async function symbolsField(
  content: Content,
  { offset, size }: { readonly offset: number; readonly size: number },
  width: 4 | 8,
): Promise<Field> {
  const whole = (): Promise<Field> => tableField(content, 'all of it', { offset, size });
  if (size < width || size > longestIndex) return whole();
  const bytes = Buffer.from(await content.read(offset, size));
  const number = (at: number): number =>
    width === 4 ? bytes.readUInt32BE(at) : Number(bytes.readBigUInt64BE(at));
  const count = number(0);
  if (bytes.length !== size || count > (size - width) / (width + 1)) return whole();
  const numbers = await headerNumbers(content);
  const digest = createHash('sha256');
  for (let at = 1; at <= count; at += 1) {
    const place = number(at * width);
    digest.update(`${numbers.get(place) ?? `at ${place}`} `);
  }
  digest.update(bytes.subarray((count + 1) * width));
  const value = `${count} symbols, sha256 ${digest.digest('hex')}`;
  return { name: 'symbols and their members', kind: 'other', value, offset };
}

/** Headers of the archive by where they stand: `first`, `second`, … as numbers. */
async function headerNumbers(content: Content): Promise<ReadonlyMap<number, string>> {
  const numbers = new Map<number, string>();
  for (let at = 8; at + headerBytes <= content.size && numbers.size < mostMembers;) {
    numbers.set(at, `#${numbers.size}`);
    const header = Buffer.from(await content.read(at, headerBytes)).toString('latin1');
    const size = /^[0-9]{1,10} *`\n$/.exec(header.slice(48))?.[0];
    if (size === undefined) break;
    const end = at + headerBytes + Number.parseInt(size, 10);
    at = end + (end % 2);
  }
  return numbers;
}
