import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import fc from 'fast-check';
import { FormatError } from '../format.js';
import type { Content, Field, Format, FormatAccess, Part } from '../format.js';
import { memoryContent } from '../../content/memory-content.js';

/** A part after it was read. */
export interface ReadPart extends Omit<Part, 'body'> {
  /** Of its bytes; undefined: reading them failed. */
  readonly sha256: string | undefined;
  readonly bytes: Buffer;
  readonly bodyError: FormatError | undefined;
}

/** What a reader made of a content. */
export interface Reading {
  readonly fields: readonly Field[];
  readonly parts: readonly ReadPart[];
  readonly stopped: FormatError | undefined;
  readonly spent: number;
}

/** Bounds of one reading. */
export interface ReadingBounds {
  readonly expandedBytes?: number;
  readonly maximumParts?: number;
  readonly signal?: AbortSignal;
}

/** Reads everything, as the comparison does. Anything but a FormatError is thrown on. */
export async function readAll(
  format: Format,
  input: Uint8Array | Content,
  bounds: ReadingBounds = {},
): Promise<Reading> {
  const content = input instanceof Uint8Array ? memoryContent(input) : input;
  const { expandedBytes = 64 * 1024 ** 2, maximumParts = 10_000 } = bounds;
  const directories: string[] = [];
  let spent = 0;
  const access: FormatAccess = {
    signal: bounds.signal ?? new AbortController().signal,
    maximumParts,
    spend: (bytes) => {
      spent += bytes;
      if (spent > expandedBytes) throw new FormatError('too-large', 'it expands to too much');
    },
    scratchDirectory: () => {
      const directory = mkdtempSync(join(tmpdir(), 'selfsame-formats-'));
      directories.push(directory);
      return Promise.resolve(directory);
    },
  };
  let fields: readonly Field[] = [];
  const parts: ReadPart[] = [];
  let stopped: FormatError | undefined;
  try {
    fields = (await format.fields?.(content, access)) ?? [];
    for await (const part of format.parts(content, access))
      parts.push(await readPart(part, content));
  } catch (error) {
    if (!(error instanceof FormatError)) throw error;
    stopped = error;
  } finally {
    for (const directory of directories) rmSync(directory, { recursive: true, force: true });
  }
  return { fields, parts, stopped, spent };
}

async function readPart(part: Part, content: Content): Promise<ReadPart> {
  const { body, ...rest } = part;
  const from = part.offset;
  const source = body ?? (from === undefined ? [] : content.stream(from, from + part.size));
  const chunks: Uint8Array[] = [];
  let bodyError: FormatError | undefined;
  try {
    for await (const chunk of source) chunks.push(Buffer.from(chunk));
  } catch (error) {
    if (!(error instanceof FormatError)) throw error;
    bodyError = error;
  }
  const bytes = Buffer.concat(chunks);
  const sha256 =
    bodyError === undefined ? createHash('sha256').update(bytes).digest('hex') : undefined;
  return { ...rest, bytes, sha256, bodyError };
}

/** A reading without what need not be kept: for comparing two. */
export function summary(reading: Reading): unknown {
  return {
    fields: reading.fields,
    stopped: reading.stopped?.message,
    parts: reading.parts.map(({ bytes: _, bodyError, ...part }) => ({
      ...part,
      bodyError: bodyError?.message,
    })),
  };
}

/** One way to spoil an archive. */
type Mutation =
  | { readonly type: 'flip'; readonly at: number; readonly bit: number }
  | { readonly type: 'set'; readonly at: number; readonly value: number }
  | { readonly type: 'cut'; readonly at: number }
  | { readonly type: 'splice'; readonly at: number; readonly from: number; readonly length: number }
  | { readonly type: 'remove'; readonly at: number; readonly length: number };

const place = fc.double({ min: 0, max: 1, noNaN: true, maxExcluded: true });
const mutation: fc.Arbitrary<Mutation> = fc.oneof(
  fc.record({ type: fc.constant('flip' as const), at: place, bit: fc.nat(7) }),
  fc.record({
    type: fc.constant('set' as const),
    at: place,
    value: fc.constantFrom(0, 1, 0x7f, 0x80, 0xff),
  }),
  fc.record({ type: fc.constant('cut' as const), at: place }),
  fc.record({ type: fc.constant('splice' as const), at: place, from: place, length: fc.nat(600) }),
  fc.record({
    type: fc.constant('remove' as const),
    at: place,
    length: fc.integer({ min: 1, max: 600 }),
  }),
);

function mutate(bytes: Buffer, change: Mutation): Buffer {
  const at = Math.floor(change.at * bytes.length);
  const copy = Buffer.from(bytes);
  switch (change.type) {
    case 'flip':
      if (at < copy.length) copy[at] = (copy[at] ?? 0) ^ (1 << change.bit);
      return copy;
    case 'set':
      if (at < copy.length) copy[at] = change.value;
      return copy;
    case 'cut':
      return copy.subarray(0, at);
    case 'remove':
      return Buffer.concat([copy.subarray(0, at), copy.subarray(at + change.length)]);
    case 'splice': {
      const from = Math.floor(change.from * bytes.length);
      return Buffer.concat([
        copy.subarray(0, at),
        bytes.subarray(from, from + change.length),
        copy.subarray(at),
      ]);
    }
  }
}

/** Spoils real archives in a few places, and makes up others, some with the right beginning. */
export function spoiled(samples: readonly Buffer[]): fc.Arbitrary<Buffer> {
  const real = fc
    .tuple(fc.constantFrom(...samples), fc.array(mutation, { minLength: 1, maxLength: 4 }))
    .map(([bytes, changes]) => changes.reduce(mutate, bytes));
  const madeUp = fc
    .tuple(fc.constantFrom(...samples), fc.nat(64), fc.uint8Array({ maxLength: 2048 }))
    .map(([bytes, kept, rest]) => Buffer.concat([bytes.subarray(0, kept), rest]));
  return fc.oneof({ weight: 4, arbitrary: real }, { weight: 1, arbitrary: madeUp });
}

/** `SELFSAME_FUZZ_TIMES=20 npx vitest run …` tries so many times as much. */
const fuzzTimes = Number(process.env['SELFSAME_FUZZ_TIMES'] ?? 1);

/** Whatever the bytes: no error but FormatError, within the bounds, and the same twice. */
export async function expectTotal(
  format: Format,
  samples: readonly Buffer[],
  options: {
    readonly runs?: number;
    readonly expandedBytes?: number;
    readonly maximumParts?: number;
    /** Makes checksums right again, so that more than they are tested. */
    readonly repair?: (bytes: Buffer) => Buffer;
  } = {},
): Promise<void> {
  const bounds = {
    expandedBytes: options.expandedBytes ?? 1024 ** 2,
    maximumParts: options.maximumParts ?? 200,
  };
  await fc.assert(
    fc.asyncProperty(spoiled(samples).map(options.repair ?? ((bytes) => bytes)), async (bytes) => {
      const first = await readAll(format, bytes, bounds);
      const again = await readAll(format, bytes, bounds);
      if (first.parts.length > bounds.maximumParts) throw new Error('more parts than allowed');
      const produced = first.parts.reduce((sum, part) => sum + part.bytes.length, 0);
      if (produced > bounds.expandedBytes + bytes.length)
        throw new Error('more bytes than allowed');
      for (const part of first.parts) {
        if (part.offset !== undefined && part.offset + part.size > bytes.length) {
          throw new Error(`${part.name} lies outside`);
        }
      }
      if (JSON.stringify(summary(first)) !== JSON.stringify(summary(again))) {
        throw new Error('two readings differ');
      }
    }),
    { numRuns: (options.runs ?? 300) * fuzzTimes },
  );
}

/**
 * Offsets of bytes whose change is neither seen in a part or a field, nor refused; the first of them as text.
 *
 * @param step only every so many bytes, for large samples
 */
export async function unseenChanges(format: Format, bytes: Buffer, step = 1): Promise<string> {
  const before = JSON.stringify(summary(await readAll(format, bytes)));
  const unseen: number[] = [];
  for (let at = 0; at < bytes.length; at += step) {
    const changed = Buffer.from(bytes);
    changed[at] = (changed[at] ?? 0) ^ 0x01;
    const head = changed.subarray(0, 4096);
    if (!(await format.detect(head, memoryContent(changed), ''))) continue;
    if (JSON.stringify(summary(await readAll(format, changed))) === before) unseen.push(at);
  }
  return unseen.join(' ').slice(0, 300);
}

/** Whether programs are on the path. */
export function hasTools(...programs: readonly string[]): boolean {
  const directories = (process.env['PATH'] ?? '').split(delimiter).concat('/usr/sbin', '/sbin');
  return programs.every((program) =>
    directories.some((directory) => existsSync(join(directory, program))),
  );
}

/** A directory to make archives in, with a tool runner. To be removed with `remove`. */
export class ArchiveWorkshop {
  readonly directory = mkdtempSync(join(tmpdir(), 'selfsame-archives-'));

  file(name: string, content: string | Uint8Array): this {
    mkdirSync(join(this.directory, name, '..'), { recursive: true });
    writeFileSync(join(this.directory, name), content);
    return this;
  }

  /** Standard output of a program that runs in the directory. */
  run(program: string, args: readonly string[], input?: Uint8Array): Buffer {
    return execFileSync(program, args, {
      cwd: this.directory,
      input,
      maxBuffer: 64 * 1024 ** 2,
      env: { PATH: `${process.env['PATH'] ?? ''}:/usr/sbin:/sbin`, LC_ALL: 'C', TZ: 'UTC' },
      stdio: ['pipe', 'pipe', 'pipe'],
    });
  }

  read(name: string): Buffer {
    return readFileSync(join(this.directory, name));
  }

  remove(): void {
    rmSync(this.directory, { recursive: true, force: true });
  }
}

/** Fields by name, as text. */
export function values(fields: readonly Field[]): Record<string, string> {
  return Object.fromEntries(fields.map(({ name, value }) => [name, value]));
}
