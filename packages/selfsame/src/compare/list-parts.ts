import { createHash, hash } from 'node:crypto';
import type { Named } from './align.js';
import { sliceContent } from './content/slice-content.js';
import { FormatError, type Content, type Field, type Format, type Part } from './formats/format.js';
import type { Session } from './session.js';

/** A part as it is remembered between the two readings of its container. */
export interface Listed extends Named {
  /** From 0, in the order in which parts stand. */
  readonly index: number;
  /** Equal for equal fields. */
  readonly fieldsKey: string;
  readonly derived: boolean;
}

/** Counts what is seen of a container's parts. */
export type See = (bytes: number) => void;

/** The bytes of a part, once; undefined: it has none. */
export function bodyOf(part: Part, container: Content): AsyncIterable<Uint8Array> | undefined {
  if (part.body !== undefined) return part.body;
  return part.offset === undefined
    ? undefined
    : sliceContent(container, part.offset, part.size).stream();
}

/**
 * All parts of a container with digests of what they hold, read once.
 *
 * @throws FormatError when it cannot be read to the end, or has more parts than the bound
 */
export async function listParts(
  session: Session,
  format: Format,
  container: Content,
  signal: AbortSignal,
): Promise<readonly Listed[]> {
  const access = session.access(container, signal);
  const listed: Listed[] = [];
  const names = new Map<string, number>();
  for await (const part of format.parts(container, access)) {
    session.check();
    if (listed.length >= access.maximumParts) {
      const detail = `it has more than ${access.maximumParts} parts`;
      throw new FormatError('too-large', detail);
    }
    const { size, sha256 } = await digestOf(part, container, access.see);
    const name = uniqueName(part.name, names);
    listed.push({
      ...{ name, type: part.type, size, sha256, index: listed.length },
      fieldsKey: fieldsKey(part.fields),
      derived: part.derived === true,
    });
  }
  return listed;
}

/** The name, with its number where it was there before: readers see to that, but names are a stranger's. */
function uniqueName(name: string, names: Map<string, number>): string {
  let unique = name;
  for (let count = names.get(name) ?? 0; names.has(unique);) {
    count += 1;
    names.set(name, count);
    unique = `${name}#${count + 1}`;
  }
  names.set(unique, 0);
  return unique;
}

async function digestOf(
  part: Part,
  container: Content,
  see: See,
): Promise<{ readonly size: number; readonly sha256: string | undefined }> {
  const body = bodyOf(part, container);
  if (body === undefined) return { size: part.size, sha256: undefined };
  const digest = createHash('sha256');
  let size = 0;
  for await (const piece of body) {
    see(piece.length);
    digest.update(piece);
    size += piece.length;
  }
  return { size, sha256: digest.digest('hex') };
}

/** Parts can be very many, and their fields are read again where they differ: a digest is what is kept. */
function fieldsKey(fields: readonly Field[]): string {
  const text = fields.map(({ name, value }) => `${name.length} ${name}${value.length} ${value}`);
  return hash('sha256', text.join(''), 'base64');
}
