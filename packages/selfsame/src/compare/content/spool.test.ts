import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import fc from 'fast-check';
import { afterEach, describe, expect, it } from 'vitest';
import type { Content } from '../formats/format.js';
import { openFile } from './file-content.js';
import { readAhead } from './read-ahead.js';
import { readInto } from './read-into.js';
import { Scratch } from './scratch.js';
import { sliceContent } from './slice-content.js';
import { spool, type Shelf } from './spool.js';

const scratches: Scratch[] = [];

function shelf(heldBytes: number, free: number): Shelf {
  const scratch = new Scratch();
  scratches.push(scratch);
  return { scratch, heldBytes, free };
}

afterEach(async () => {
  for (const scratch of scratches.splice(0)) await scratch.remove();
});

async function* pieces(all: readonly Uint8Array[]): AsyncGenerator<Uint8Array> {
  const reused = new Uint8Array(1000);
  for (const piece of all) {
    await Promise.resolve();
    // As readers do that have one buffer.
    reused.set(piece);
    yield reused.subarray(0, piece.length);
  }
}

async function bytesOf(content: Content, from?: number, to?: number): Promise<Buffer> {
  const all: Uint8Array[] = [];
  for await (const piece of content.stream(from, to)) all.push(Uint8Array.from(piece));
  return Buffer.concat(all);
}

const none = (): void => undefined;

describe('spool', () => {
  it('keeps all bytes, in memory or in a file, and slices of them', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.uint8Array({ maxLength: 100 }), { maxLength: 10 }),
        fc.nat(400),
        fc.nat(400),
        fc.nat(300),
        fc.nat(300),
        async (all, held, free, offset, length) => {
          const whole = Buffer.concat(all);
          const on = shelf(held, free);
          const kept = await spool(pieces(all), on, none);
          const { content } = kept;
          expect(content.size).toBe(whole.length);
          expect(await bytesOf(content)).toEqual(whole);
          expect(Buffer.from(await content.read(offset, length))).toEqual(
            whole.subarray(offset, offset + length),
          );
          expect(await bytesOf(content, offset, offset + length)).toEqual(
            whole.subarray(offset, offset + length),
          );
          const slice = sliceContent(content, offset, length);
          expect(await bytesOf(slice)).toEqual(whole.subarray(offset, offset + length));
          expect(Buffer.from(await slice.read(3, 5))).toEqual(
            whole.subarray(offset, offset + length).subarray(3, 8),
          );
          const ahead = readAhead(content);
          for (const at of [offset, 0, length, offset]) {
            const wanted = whole.subarray(at, at + length);
            expect(Buffer.from(await ahead.read(at, length))).toEqual(wanted);
            const target = Buffer.alloc(length);
            expect(await readInto(ahead, target, at)).toBe(wanted.length);
            expect(target.subarray(0, wanted.length)).toEqual(wanted);
          }
          await kept.release();
          expect(on.free).toBe(free);
        },
      ),
      { numRuns: 60 },
    );
  });

  it('keeps in memory no more than the shelf has room for', async () => {
    const on = shelf(100, 150);
    const first = await spool(pieces([new Uint8Array(90)]), on, none);
    const second = await spool(pieces([new Uint8Array(90)]), on, none);
    expect([first.content.file, typeof second.content.file]).toEqual([undefined, 'string']);
    expect(on.free).toBe(60);
    await first.release();
    await second.release();
    expect(on.free).toBe(150);
  });

  it('leaves no file when the stream fails, or too much is refused', async () => {
    const on = shelf(10, 10);
    const refuse = (): void => {
      throw new Error('too much');
    };
    const failing = (async function* () {
      yield* pieces([new Uint8Array(50)]);
      throw new Error('broken');
    })();
    await expect(spool(failing, on, none)).rejects.toThrow('broken');
    await expect(spool(pieces([new Uint8Array(5)]), on, refuse)).rejects.toThrow('too much');
    expect(on.free).toBe(10);
    const probe = await on.scratch.emptyDirectory();
    expect(readdirSync(`${probe}/..`)).toHaveLength(1);
  });

  it('gives back what is on disk as soon as it is released', async () => {
    const on = shelf(0, 0);
    const kept = await spool(pieces([new Uint8Array(50)]), on, none);
    const { file = '' } = kept.content;
    await kept.release();
    await expect(openFile(file)).rejects.toMatchObject({ reason: 'unreadable' });
  });
});

describe('openFile', () => {
  it('refuses what is no regular file, without waiting for it', async () => {
    const directory = mkdtempSync(`${tmpdir()}/open-file-test-`);
    await expect(openFile(directory)).rejects.toMatchObject({ reason: 'unreadable' });
    await expect(openFile('/dev/zero')).rejects.toMatchObject({ reason: 'unreadable' });
    rmSync(directory, { recursive: true });
  });
});
