import { createHash, hash } from 'node:crypto';
import type { Named } from './align.js';
import { pieceBytes, readInto } from './content/read-into.js';
import { sliceContent } from './content/slice-content.js';
import { FormatError, type Content, type Field, type Format, type Part } from './formats/format.js';
import type { Session } from './session.js';
import type { UnexaminedReason } from './types.js';

/** A part as it is remembered between the two readings of its container. */
export interface Listed extends Named {
  /** From 0, in the order in which parts stand. */
  readonly index: number;
  /** Equal for equal fields. */
  readonly fieldsKey: string;
  /** Equal for contents that are encoded as the same bytes; undefined: they stand there as they are. */
  readonly encodedKey: string | undefined;
  readonly derived: boolean;
  /** It is derived, and nothing that is not differs: looked at like others. */
  readonly isLone?: boolean;
  /** Why its bytes cannot be read, though others' can. */
  readonly problem: FormatError | undefined;
}

/** Characters of the names of one container's parts together: most are held. A million of usual ones have half of it. */
const nameCharacters = 128 * 2 ** 20;

/** Counts what is seen of a container's parts. */
export type See = (bytes: number) => void;

/**
 * All parts of a container with digests of what they hold, one after the other.
 *
 * @throws FormatError when it cannot be read to the end, or has more parts than the bound
 */
export async function* readParts(
  session: Session,
  format: Format,
  container: Content,
  signal: AbortSignal,
): AsyncGenerator<Listed> {
  const access = session.access(container, signal);
  const buffer = Buffer.allocUnsafe(pieceBytes);
  let index = 0;
  let characters = 0;
  for await (const part of format.parts(container, access)) {
    session.check();
    if (index >= access.maximumParts) {
      const detail = `it has more than ${access.maximumParts} parts`;
      throw new FormatError('too-large', detail);
    }
    characters += part.name.length;
    if (characters > nameCharacters) {
      throw new FormatError('too-large', 'the names of its parts are too long to be held');
    }
    const { size, sha256, problem } = await digestOf(part, container, access.see, buffer);
    const encodedKey = sha256 === undefined ? undefined : await encodedKeyOf(part, container);
    yield {
      ...{ name: part.name, type: part.type, size, sha256, index },
      fieldsKey: fieldsKey(part.fields),
      encodedKey,
      derived: part.derived === true,
      problem,
    };
    index += 1;
  }
}

interface Digested {
  /** Bytes there really are. */
  readonly size: number;
  /** Undefined: it has none, or they cannot be read. */
  readonly sha256: string | undefined;
  readonly problem?: FormatError | undefined;
}

/** The digest of bytes that stand in the container as they are, read without an allocation for each piece. */
async function digestOfSlice(
  { offset, size }: Part,
  container: Content,
  see: See,
  buffer: Buffer,
): Promise<Digested> {
  if (offset === undefined) return { size, sha256: undefined };
  const slice = sliceContent(container, offset, size);
  let digest: ReturnType<typeof createHash> | undefined;
  for (let at = 0; at < slice.size;) {
    const piece = buffer.subarray(0, Math.min(buffer.length, slice.size - at));
    const got = await readInto(slice, piece, at);
    if (got === 0) throw new FormatError('unreadable', 'it became shorter while it was read');
    see(got);
    // Most are small: one call for all of it.
    if (got === slice.size) return { size: got, sha256: hash('sha256', piece) };
    digest ??= createHash('sha256');
    digest.update(buffer.subarray(0, got));
    at += got;
  }
  return { size: slice.size, sha256: digest?.digest('hex') ?? hash('sha256', '') };
}

/** Reasons for which one member cannot be read while others can. A bound that is reached ends it all. */
const ofOneMember: ReadonlySet<UnexaminedReason> = new Set(['damaged', 'encrypted', 'unsupported']);

async function digestOf(
  part: Part,
  container: Content,
  see: See,
  buffer: Buffer,
): Promise<Digested> {
  if (part.body === undefined) return digestOfSlice(part, container, see, buffer);
  const digest = createHash('sha256');
  let size = 0;
  try {
    for await (const piece of part.body) {
      see(piece.length);
      digest.update(piece);
      size += piece.length;
    }
  } catch (error) {
    if (!(error instanceof FormatError) || !ofOneMember.has(error.reason)) throw error;
    return { size: part.size, sha256: undefined, problem: error };
  }
  return { size, sha256: digest.digest('hex') };
}

/** What the bytes that stand in the container make together, after the part was read. */
async function encodedKeyOf(part: Part, container: Content): Promise<string | undefined> {
  const encoded = part.encoded?.();
  if (encoded === undefined) return undefined;
  const digest = createHash('sha256');
  const slice = sliceContent(container, encoded.offset, encoded.size);
  for await (const piece of slice.stream()) digest.update(piece);
  return `${slice.size} ${digest.digest('base64url')}`;
}

/** Parts can be very many, and their fields are read again where they differ: a digest is what is kept. */
function fieldsKey(fields: readonly Field[]): string {
  const text = fields.map(({ name, value }) => `${name.length} ${name}${value.length} ${value}`);
  // One character for each byte.
  return hash('sha256', text.join(''), 'binary');
}
