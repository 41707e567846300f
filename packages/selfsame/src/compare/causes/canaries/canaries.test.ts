import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { CauseName } from '../../types.js';
import type { Canaries } from '../cause.js';
import { findCauses } from '../causes.js';
import { canariesA, canariesB, range } from '../testing.js';

const both = { canariesA, canariesB };

const texts: readonly (readonly [CauseName, (canaries: Canaries) => string])[] = [
  ['build-path', ({ path }) => path],
  ['build-path', ({ temporaryDirectory }) => temporaryDirectory ?? ''],
  ['home-directory', ({ home }) => home],
  ['host-name', ({ hostname }) => hostname],
  ['host-name', ({ domain }) => domain],
  ['user-name', ({ user }) => user],
  ['user-name', ({ group }) => group],
  ['kernel-version', ({ kernelRelease }) => kernelRelease],
  ['processor-model', ({ cpuModel }) => cpuModel ?? ''],
  ['environment-variable', ({ variables }) => variables['CAPTURE_ME'] ?? ''],
  ['environment-variable', ({ pathDirectories }) => pathDirectories[0] ?? ''],
];

const swapped = (text: string) => Buffer.from(text, 'utf16le').swap16();
const encodings: readonly (readonly [string, (text: string) => Buffer])[] = [
  ['as it is', (text) => Buffer.from(text)],
  ['in hexadecimal', (text) => Buffer.from(Buffer.from(text).toString('hex'))],
  [
    'in upper-case hexadecimal',
    (text) => Buffer.from(Buffer.from(text).toString('hex').toUpperCase()),
  ],
  ['in base64', (text) => Buffer.from(Buffer.from(text).toString('base64'))],
  ['in base64 after a byte', (text) => Buffer.from(Buffer.from(`:${text}`).toString('base64'))],
  [
    'in base64 after two bytes',
    (text) => Buffer.from(Buffer.from(`::${text};`).toString('base64url')),
  ],
  ['percent-encoded', (text) => Buffer.from(encodeURIComponent(text))],
  ['in UTF-16', (text) => Buffer.from(text, 'utf16le')],
  ['in big-endian UTF-16', swapped],
  ['in JSON', (text) => Buffer.from(text.replaceAll('/', '\\/'))],
];

/** Bytes of binary files, and characters of text, neither of which goes on with a value. */
const noise = fc.oneof(
  fc.uint8Array({ minLength: 8, maxLength: 80 }),
  fc.stringMatching(/^[ -~]{8,80}$/).map((text) => Buffer.from(`${text}\n`)),
);

describe('a canary among any bytes', () => {
  it.each(
    encodings.flatMap(([name, encode]) =>
      texts.map(([cause, value]) => ({ cause, name, value, encode, example: value(canariesA) })),
    ),
  )('$cause $example $name', ({ cause, value, encode }) => {
    fc.assert(
      fc.property(noise, noise, (head, tail) => {
        const content = (canaries: Canaries) =>
          Buffer.concat([head, encode(value(canaries)), tail]);
        const [found] = findCauses(range(content(canariesA), content(canariesB), both));
        expect(found).toMatchObject({ cause, certainty: 'certain' });
      }),
      { numRuns: 25 },
    );
  });

  const times: readonly (readonly [string, (seconds: number) => Buffer])[] = [
    ['32 bits', (s) => number(4, (b) => b.writeUInt32LE(s))],
    ['32 bits, big-endian', (s) => number(4, (b) => b.writeUInt32BE(s))],
    ['64 bits', (s) => number(8, (b) => b.writeBigUInt64LE(BigInt(s)))],
    ['64 bits, big-endian', (s) => number(8, (b) => b.writeBigUInt64BE(BigInt(s)))],
    ['milliseconds', (s) => number(8, (b) => b.writeBigUInt64LE(BigInt(s) * 1000n + 7n))],
    ['microseconds', (s) => number(8, (b) => b.writeBigUInt64BE(BigInt(s) * 1_000_000n + 7n))],
    ['nanoseconds', (s) => number(8, (b) => b.writeBigUInt64LE(BigInt(s) * 1_000_000_000n + 7n))],
    [
      'FILETIME',
      (s) => number(8, (b) => b.writeBigUInt64LE((BigInt(s) + 11_644_473_600n) * 10_000_000n)),
    ],
    ['Mac OS', (s) => number(4, (b) => b.writeUInt32BE(s + 2_082_844_800))],
    ['MS-DOS', dosTime],
    ['decimal', (s) => Buffer.from(` ${s} `)],
    ['decimal milliseconds', (s) => Buffer.from(`"${s}123"`)],
    ['hexadecimal', (s) => Buffer.from(` 0x${s.toString(16)} `)],
    ['octal of tar', (s) => Buffer.from(` ${s.toString(8).padStart(11, '0')}\0`)],
    ['ISO 8601', (s) => Buffer.from(` ${new Date(s * 1000).toISOString()} `)],
    [
      'ISO 8601, UTC-12',
      (s) => Buffer.from(` ${new Date((s - 43_200) * 1000).toISOString().slice(0, 19)} `),
    ],
    ['RFC 2822', (s) => Buffer.from(` ${new Date(s * 1000).toUTCString()} `)],
    ['__DATE__', (s) => Buffer.from(` ${macro(s)} `)],
    [
      'digits',
      (s) => Buffer.from(` ${new Date(s * 1000).toISOString().replace(/\D/g, '').slice(0, 14)} `),
    ],
  ];

  it.each(times)('a time in %s', (_name, encode) => {
    fc.assert(
      fc.property(
        noise,
        noise,
        fc.integer({ min: 0, max: 3600 }),
        fc.integer({ min: 0, max: 3600 }),
        (head, tail, afterA, afterB) => {
          // Four bytes that are all letters among letters are text.
          const content = (seconds: number) =>
            Buffer.concat([head, encode(seconds), Buffer.from([0]), tail]);
          const evidence = range(
            content(canariesA.epoch + afterA),
            content(canariesB.epoch + afterB),
            both,
          );
          expect(findCauses(evidence)[0]).toMatchObject({
            cause: 'timestamp',
            certainty: 'certain',
          });
        },
      ),
      { numRuns: 50 },
    );
  });

  it.each(['uid', 'gid'] as const)('%s, in decimal and in 32 bits', (key) => {
    fc.assert(
      fc.property(noise, noise, fc.boolean(), (head, tail, binary) => {
        const content = (canaries: Canaries) =>
          Buffer.concat([
            head,
            binary
              ? number(4, (bytes) => bytes.writeUInt32LE(canaries[key]))
              : Buffer.from(` ${canaries[key]} `),
            tail,
          ]);
        const [found] = findCauses(range(content(canariesA), content(canariesB), both));
        expect(found).toMatchObject({ cause: 'ownership', certainty: 'certain' });
      }),
      { numRuns: 50 },
    );
  });

  it('a process number near the first', () => {
    fc.assert(
      fc.property(noise, noise, fc.integer({ min: 0, max: 60 }), (head, tail, after) => {
        const content = ({ pid }: Canaries) =>
          Buffer.concat([head, Buffer.from(` ${(pid ?? 0) + after} `), tail]);
        const [found] = findCauses(range(content(canariesA), content(canariesB), both));
        expect(found).toMatchObject({ cause: 'process-number', certainty: 'certain' });
      }),
    );
  });

  it('a number of jobs that only one side has', () => {
    const found = findCauses(range('flags: -O2\n', 'flags: -O2 parallel=7 -j7\n', both));
    expect(found[0]).toMatchObject({ cause: 'processor-count', certainty: 'likely' });
    expect(findCauses(range('flags: -O2\n', 'flags: -O2 -j9\n', both))[0]?.cause).toBe('text');
  });

  it('a name cut off by a field of fixed length', () => {
    const content = ({ path }: Canaries) => `${path.slice(0, 15)}/${' '.repeat(20)}`;
    const [found] = findCauses(range(content(canariesA), content(canariesB), both));
    expect(found).toMatchObject({ cause: 'build-path', certainty: 'certain' });
  });
});

describe('no canary', () => {
  it('is found where both sides were built under the same value', () => {
    const same = { canariesA, canariesB: { ...canariesB, hostname: canariesA.hostname } };
    const found = findCauses(
      range(`see ${canariesA.hostname} x1`, `see ${canariesA.hostname} y2`, same),
    );
    expect(found.map(({ cause }) => cause)).not.toContain('host-name');
  });

  it('is found beside what differs', () => {
    const [a, b] = [`${canariesA.hostname} says: left`, `${canariesA.hostname} says: right`];
    expect(findCauses(range(a, b, both))).toMatchObject([{ cause: 'text', certainty: 'possible' }]);
  });

  it('names a value inside of a longer one', () => {
    const found = findCauses(
      range(`at ${canariesA.home}/x`, `at ${canariesB.home}/x`, {
        canariesA: { ...canariesA, user: 'wilhelmina-a' },
        canariesB: { ...canariesB, user: 'bartholomew-b' },
      }),
    );
    expect(found.map(({ cause }) => cause)).toEqual(['home-directory']);
  });
});

describe('what a canary says', () => {
  it('shows both values, where they stand, and no more', () => {
    const [found] = findCauses(
      range('const char host[] = "quarrel-a1x";', 'const char host[] = "haystack-b9z";', {
        ...both,
        offset: 4096,
      }),
    );
    expect(found).toMatchObject({
      a: 'quarrel-a1x',
      b: 'haystack-b9z',
      offsetA: 4096 + 21,
      offsetB: 4096 + 21,
    });
  });
});

function number(width: number, write: (bytes: Buffer) => unknown): Buffer {
  const bytes = Buffer.alloc(width);
  write(bytes);
  return bytes;
}

function dosTime(seconds: number): Buffer {
  const date = new Date(seconds * 1000);
  return number(4, (bytes) => {
    bytes.writeUInt16LE(
      (date.getUTCHours() << 11) | (date.getUTCMinutes() << 5) | (date.getUTCSeconds() >> 1),
      0,
    );
    bytes.writeUInt16LE(
      ((date.getUTCFullYear() - 1980) << 9) | ((date.getUTCMonth() + 1) << 5) | date.getUTCDate(),
      2,
    );
  });
}

function macro(seconds: number): string {
  const [, day = '', month = '', year = '', time = ''] = new Date(seconds * 1000)
    .toUTCString()
    .split(' ');
  return `${month} ${String(Number(day)).padStart(2)} ${year} ${time}`;
}
