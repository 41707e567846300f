import { createHash } from 'node:crypto';
import { FormatError, type Content, type Field, type Format, type Part } from '../format.js';

/** What a reader made of bytes, with everything read. */
export interface Reading {
  readonly fields: readonly Field[];
  readonly parts: readonly (Omit<Part, 'body' | 'encoded'> & {
    readonly bytes: Uint8Array;
    readonly encodedAt: ReturnType<NonNullable<Part['encoded']>>;
  })[];
  /** Why it stopped. */
  readonly stopped: FormatError | undefined;
  /** Bytes that it asked the content for, of itself and for bodies. */
  readonly bytesRead: number;
}

/** Content in memory that counts what is asked of it. */
export function contentOf(data: Uint8Array): Content & { bytesRead: number } {
  const content = {
    size: data.length,
    file: undefined,
    bytesRead: 0,
    read(offset: number, length: number): Promise<Uint8Array> {
      if (
        !Number.isSafeInteger(offset) ||
        !Number.isSafeInteger(length) ||
        offset < 0 ||
        length < 0
      )
        return Promise.reject(new RangeError(`read(${offset}, ${length})`));
      const bytes = data.subarray(offset, offset + length);
      content.bytesRead += bytes.length;
      return Promise.resolve(bytes);
    },
    async *stream(from = 0, to = data.length): AsyncIterable<Uint8Array> {
      for (let at = from; at < to; at += 65_536) {
        const bytes = data.subarray(at, Math.min(to, at + 65_536));
        content.bytesRead += bytes.length;
        yield bytes;
      }
    },
  };
  return content;
}

/** What `format` makes of `data`. Anything but `FormatError` is thrown on. */
export async function readWith(
  format: Format,
  data: Uint8Array,
  { maximumParts = 100_000, expandedBytes = 64 * 2 ** 20, content = contentOf(data) } = {},
): Promise<Reading> {
  let left = expandedBytes;
  const access = {
    signal: new AbortController().signal,
    maximumParts,
    spend(bytes: number): void {
      left -= bytes;
      if (left < 0) throw new FormatError('too-large', 'expands too far');
    },
    scratchDirectory: () => Promise.reject(new Error('no directory in tests')),
  };
  let stopped: FormatError | undefined;
  let fields: readonly Field[] = [];
  const parts: Reading['parts'][number][] = [];
  const guarded = async (work: () => Promise<void>): Promise<void> => {
    try {
      await work();
    } catch (error) {
      if (!(error instanceof FormatError)) throw error;
      stopped = error;
    }
  };
  await guarded(async () => {
    fields = (await format.fields?.(content, access)) ?? [];
  });
  await guarded(async () => {
    for await (const { body, encoded, ...part } of format.parts(content, access)) {
      const chunks: Uint8Array[] = [];
      if (body !== undefined) for await (const chunk of body) chunks.push(chunk);
      const bytes =
        body !== undefined
          ? Buffer.concat(chunks)
          : data.subarray(part.offset ?? 0, (part.offset ?? 0) + part.size);
      parts.push({ ...part, bytes, encodedAt: encoded?.() });
    }
  });
  return { fields, parts, stopped, bytesRead: content.bytesRead };
}

/** Names of the parts whose bytes or fields differ, or that only one side has, without derived ones. Fields of the whole as `:name`. */
export async function differing(format: Format, a: Uint8Array, b: Uint8Array): Promise<string[]> {
  return differingReadings(await readWith(format, a), await readWith(format, b));
}

/** As `differing`, of what was read. */
export function differingReadings(first: Reading, second: Reading): string[] {
  const digest = ({ bytes, fields }: Reading['parts'][number]): string =>
    createHash('sha256')
      .update(bytes)
      .update(JSON.stringify(fields.map(({ name, value }) => [name, value])))
      .digest('hex');
  const names = new Set<string>();
  const own = (parts: Reading['parts']): Map<string, string> =>
    new Map(
      parts.filter(({ derived }) => derived !== true).map((part) => [part.name, digest(part)]),
    );
  const [partsA, partsB] = [own(first.parts), own(second.parts)];
  for (const name of new Set([...partsA.keys(), ...partsB.keys()]))
    if (partsA.get(name) !== partsB.get(name)) names.add(name);
  const values = ({ fields }: Reading): Map<string, string> =>
    new Map(fields.map(({ name, value }) => [name, value]));
  const [valuesA, valuesB] = [values(first), values(second)];
  for (const name of new Set([...valuesA.keys(), ...valuesB.keys()]))
    if (valuesA.get(name) !== valuesB.get(name)) names.add(`:${name}`);
  return [...names].sort();
}

/**
 * Bytes of derived parts of which one bit can be changed so that no part has another name, and no field another value
 * but those that follow from others: what is ignored elsewhere would hide that change.
 */
export async function untoldChanges(format: Format, data: Uint8Array): Promise<number[]> {
  const following = new Set(['checksum', 'size', 'padding']);
  const told = ({ fields, parts, stopped }: Reading): string =>
    JSON.stringify([
      fields.map(({ name, value }) => [name, value]),
      parts.map((part) => [
        part.name,
        part.fields.flatMap(({ name, kind, value }) => (following.has(kind) ? [] : [name, value])),
        part.derived === true ? '' : Buffer.from(part.bytes).toString('latin1'),
      ]),
      stopped?.reason,
    ]);
  const before = await readWith(format, data);
  const usual = told(before);
  const untold: number[] = [];
  for (const { derived, offset, size } of before.parts)
    for (let at = offset ?? 0; derived === true && at < (offset ?? 0) + size; at++) {
      const changed = Buffer.from(data);
      changed[at] = (changed[at] ?? 0) ^ 1;
      // Bytes of another format differ as that.
      const isOne = await format.detect(changed.subarray(0, 4096), contentOf(changed), 'x');
      if (isOne && told(await readWith(format, changed)) === usual) untold.push(at);
    }
  return untold;
}

/** The field of a part, or of the whole where `part` is undefined. */
export function fieldOf(
  reading: Reading,
  part: string | undefined,
  name: string,
): Field | undefined {
  const fields =
    part === undefined ? reading.fields : reading.parts.find((one) => one.name === part)?.fields;
  return fields?.find((field) => field.name === name);
}

/** What is wrong with how parts cover the bytes; undefined: each byte is in exactly one, and names are unique. */
export function coverProblem(reading: Reading, size: number): string | undefined {
  let at = 0;
  let gaps = 0;
  const names = new Set<string>();
  for (const part of reading.parts) {
    if (names.has(part.name)) return `two parts are named ${part.name}`;
    names.add(part.name);
    if (part.offset === undefined) continue;
    if (part.offset < at) return `${part.name} begins at ${part.offset}, before ${at}`;
    gaps += part.offset - at;
    at = part.offset + part.size;
  }
  if (reading.stopped !== undefined) return undefined;
  const padding = reading.parts.findLast(
    ({ name, offset }) => name.startsWith('padding') && offset === undefined,
  );
  if (padding?.bytes.some((byte) => byte !== 0) === true) return 'padding is not zeros';
  gaps += size - at;
  return gaps === (padding?.bytes.length ?? 0) ? undefined : `${gaps} bytes are in no part`;
}
