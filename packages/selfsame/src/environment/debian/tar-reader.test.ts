import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { padding, tarEnd, tarHeader } from '../image/tar-writer.js';
import type { OwnedEntry } from '../layers/tree-entry.js';
import { TarReader } from './tar-reader.js';
import type { TarHeader } from './tar-reader.js';

const limits = { entries: 100, bytes: 1_000_000 };

function read(archive: Buffer, chunk = archive.length, bounds = limits): [TarHeader, string][] {
  const found: [TarHeader, string][] = [];
  const reader = new TarReader(
    'p 1 amd64',
    {
      header: (header) => void found.push([header, '']),
      content(bytes) {
        const last = found.at(-1);
        if (last !== undefined) last[1] += Buffer.from(bytes).toString('latin1');
      },
      end: () => undefined,
    },
    bounds,
  );
  for (let at = 0; at < archive.length; at += chunk) reader.add(archive.subarray(at, at + chunk));
  reader.close();
  return found;
}

/** A raw header, for what our writer never makes. */
function raw(
  name: string,
  flag: string,
  more: { target?: string; size?: number; uid?: number; content?: string } = {},
): Buffer {
  const content = Buffer.from(more.content ?? '');
  const header = tarHeader(
    {
      type: 'file',
      path: 'x',
      mode: 0o644,
      uid: more.uid ?? 0,
      gid: 0,
      time: 1,
      size: more.size ?? content.length,
      sha256: '',
    },
    0,
  );
  header.fill(0, 0, 100);
  header.write(name, 0);
  header.write(flag, 156);
  header.write(more.target ?? '', 157);
  header.fill(' ', 148, 156);
  header.write(
    `${header
      .reduce((a, b) => a + b, 0)
      .toString(8)
      .padStart(6, '0')}\0 `,
    148,
  );
  return Buffer.concat([header, content, padding(content.length)]);
}

function refusal(...parts: Buffer[]): string {
  try {
    read(Buffer.concat([...parts, tarEnd]));
  } catch (error) {
    expect(error).toMatchObject({ code: 'PACKAGE_REFUSED' });
    return (error as Error).message;
  }
  throw new Error('nothing was refused');
}

describe('reading the archive of a package', () => {
  it('gives back what a writer put in, whatever the pieces it comes in', () => {
    const name = fc
      .stringMatching(/^[a-z0-9ä+._-]{1,60}$/)
      .filter((text) => !/^\.{1,2}$/.test(text));
    const file = fc.record({
      name,
      content: fc.string({ maxLength: 1500, unit: 'binary-ascii' }),
      mode: fc.nat(0o7777),
      uid: fc.nat(65535),
      time: fc.nat(2 ** 31),
    });
    fc.assert(
      fc.property(
        fc.uniqueArray(file, { selector: (item) => item.name, maxLength: 6 }),
        fc.integer({ min: 1, max: 3000 }),
        (files, chunk) => {
          fc.pre(files.length > 0);
          const entries = files.map((item): OwnedEntry & { type: 'file' } => ({
            ...{
              type: 'file',
              path: item.name,
              mode: item.mode,
              uid: item.uid,
              gid: 7,
              time: item.time,
            },
            ...{ size: item.content.length, sha256: '' },
          }));
          const archive = Buffer.concat([
            ...entries.flatMap((entry, at) => [
              tarHeader(entry, 0),
              Buffer.from(files[at]?.content ?? '', 'latin1'),
              padding(entry.size),
            ]),
            tarEnd,
          ]);
          const found = read(archive, chunk);
          expect(found.map(([header]) => header)).toEqual(
            entries.map(({ path, mode, uid, gid, time, size }) => ({
              type: 'file',
              path,
              mode,
              uid,
              gid,
              time,
              size,
              target: '',
            })),
          );
          expect(found.map(([, content]) => content)).toEqual(files.map(({ content }) => content));
        },
      ),
      { numRuns: 60 },
    );
  });

  it('understands long names as GNU tar writes them', () => {
    const long = `${'d/'.repeat(90)}file`;
    const found = read(
      Buffer.concat([
        raw('././@LongLink', 'L', { content: `${long}\0` }),
        raw('short', '0', { content: 'x' }),
        tarEnd,
      ]),
    );
    expect(found.map(([header, content]) => [header.path, content])).toEqual([[long, 'x']]);
  });

  it.each([
    ['a name that climbs', [raw('./a/../../b', '0')], 'climbs'],
    ['an absolute name', [raw('/etc/passwd', '0')], 'absolute'],
    ['a character device', [raw('./dev/null', '3')], 'device'],
    ['a block device', [raw('./dev/sda', '4')], 'device'],
    ['a FIFO', [raw('./pipe', '6')], 'FIFO'],
    ['an unknown type', [raw('./x', 'x', { content: '8 a=b\n' })], 'unknown type'],
    [
      'a file below a link',
      [raw('./a', '2', { target: '/etc' }), raw('./a/passwd', '0')],
      'no directory',
    ],
    ['a file below a file', [raw('./a', '0'), raw('./a/b', '0')], 'no directory'],
    ['the same name twice', [raw('./a', '0'), raw('./a', '0')], 'twice'],
    ['a hard link to outside', [raw('./a', '1', { target: '../../etc/shadow' })], 'climbs'],
    ['a hard link to what is not there', [raw('./a', '1', { target: './b' })], 'no file before it'],
    ['an absolute hard link', [raw('./a', '1', { target: '/etc/shadow' })], 'absolute'],
    ['a link to nowhere', [raw('./a', '2')], 'nowhere'],
    ['an id no environment has', [raw('./a', '0', { uid: 70_000 })], '65535'],
    ['a line feed in a name', [raw('./a\nb', '0')], 'line feed'],
    ['contents of a directory', [raw('./a/', '5', { content: 'x' })], 'has contents'],
  ])('refuses %s', (_what, parts, says) => {
    expect(refusal(...parts)).toContain(says);
  });

  it('refuses names that are not UTF-8', () => {
    const header = raw('./x', '0');
    header[2] = 0xff;
    header.fill(' ', 148, 156);
    header.write(
      `${header
        .reduce((a, b) => a + b, 0)
        .toString(8)
        .padStart(6, '0')}\0 `,
      148,
    );
    expect(refusal(header)).toContain('UTF-8');
  });

  it('refuses damage, archives that are cut off, and more than the limits', () => {
    const damaged = raw('./x', '0');
    damaged[0] = 0x7a;
    expect(refusal(damaged)).toContain('damaged');
    const whole = Buffer.concat([raw('./x', '0', { content: 'hello' }), tarEnd]);
    for (const end of [0, 100, 512, 515])
      expect(() => read(whole.subarray(0, end), 7)).toThrow('cut off');
    expect(() => read(whole, 512, { entries: 0, bytes: 10 })).toThrow('more than 0 entries');
    expect(() => read(whole, 512, { entries: 9, bytes: 4 })).toThrow('more than 4 bytes');
    // A header that claims much: refused before any of it comes.
    expect(() => read(raw('./x', '0', { size: 5_000_000 }))).toThrow('more than 1000000 bytes');
  });
});
