import { gunzipSync, inflateSync } from 'node:zlib';
import type { Cause, Evidence, Recognition } from './cause.js';
import { readingOf, shownField, showRange } from './reading.js';

/** The same content, packed otherwise. */
export const compression: Cause = {
  name: 'compression',
  title: 'Compression',
  summary:
    'The same content was compressed with another level, number of threads or version of the program.',
  looks:
    'compressed data that differs while the content is the same; header fields for levels and filters.',
  get remedies() {
    return [undefined, 'xz', 'zstd', 'bzip2', 'squashfs'].map(advice);
  },
  variations: ['cpu-count', 'jobs'],
  endsAt: 'fixed',
  recognise(evidence) {
    const { field } = evidence;
    const reading = readingOf(evidence);
    const remedy = advice(reading.format);
    if (field?.kind === 'compression')
      return {
        ...shownField(reading, field),
        certainty: 'certain',
        remedy,
      };
    if (evidence.range === undefined || !sameInside(evidence)) return undefined;
    const answer: Recognition = {
      kind: `${reading.format ?? 'compressed'} data`,
      certainty: 'likely',
      a: showRange(reading.a),
      b: showRange(reading.b),
      remedy,
    };
    return answer;
  },
};

/** Bytes that are decompressed to see whether the content is the same. */
const maximumOutput = 16 * 1024 * 1024;
const known = new WeakMap<Uint8Array, { of: Uint8Array; same: boolean }>();

/** Whether both contents are one gzip or zlib stream of the same bytes. */
function sameInside({ wholeA, wholeB }: Evidence): boolean {
  if (wholeA === undefined || wholeB === undefined) return false;
  const before = known.get(wholeA);
  if (before?.of === wholeB) return before.same;
  const same = decompress(wholeA)?.equals(decompress(wholeB) ?? Buffer.alloc(0)) ?? false;
  known.set(wholeA, { of: wholeB, same });
  return same;
}

/** What zlib's functions answer with `info`. */
interface Inflated {
  readonly buffer: Buffer;
  readonly engine: { readonly bytesWritten: number };
}

function decompress(bytes: Uint8Array): Buffer | undefined {
  const gzip = bytes[0] === 0x1f && bytes[1] === 0x8b;
  const zlib = bytes[0] === 0x78 && (((bytes[0] ?? 0) << 8) | (bytes[1] ?? 1)) % 31 === 0;
  if (!gzip && !zlib) return undefined;
  try {
    const { buffer, engine } = (gzip ? gunzipSync : inflateSync)(bytes, {
      maxOutputLength: maximumOutput,
      info: true,
    }) as unknown as Inflated;
    // What stands behind the stream is not compressed.
    return buffer.length === 0 || engine.bytesWritten !== bytes.length ? undefined : buffer;
  } catch {
    return undefined;
  }
}

function advice(format: string | undefined): string {
  switch (format) {
    case 'xz':
      return 'Compress with a fixed level and block size: `xz -6 -T1` (or `--block-size=` with any number of threads).';
    case 'zstd':
      return 'Compress with the same version of zstd and a fixed level, `zstd -19 --single-thread` or a fixed `-T2`.';
    case 'zip':
      return 'Pack with the same version of zip and a fixed level (`zip -9`), or store (`zip -0`).';
    case 'bzip2':
      return 'Compress with a fixed level and program: `bzip2 -9`, not sometimes `pbzip2` or `lbzip2`.';
    case 'squashfs':
      return 'Use the same version of mksquashfs, and `-processors 1` with versions before 4.4.';
    default:
      return 'Compress with a fixed level and the same program: `gzip -9n`, not sometimes `pigz`, and the same version of zlib.';
  }
}
