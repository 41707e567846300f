import { spool, type Kept } from './content/spool.js';
import { sliceContent } from './content/slice-content.js';
import { memoryContent } from './content/memory-content.js';
import type { Content, Field, Format, Part } from './formats/format.js';
import type { See } from './read-parts.js';
import type { Session } from './session.js';

/** A part that was read again, its bytes kept until they are released. */
export interface Wanted {
  readonly index: number;
  readonly name: string;
  readonly fields: readonly Field[];
  readonly kept: Kept | undefined;
}

/**
 * Reads a container again for some of its parts.
 *
 * @param wanted by index: whether the bytes are wanted too
 * @throws FormatError when it cannot be read that far, though it could be before
 */
export async function* readWanted(
  session: Session,
  format: Format,
  container: Content,
  wanted: ReadonlyMap<number, boolean>,
  signal: AbortSignal,
): AsyncGenerator<Wanted> {
  if (wanted.size === 0) return;
  const access = session.access(container, signal);
  let index = -1;
  let left = wanted.size;
  for await (const part of format.parts(container, access)) {
    session.check();
    index += 1;
    const withBytes = wanted.get(index);
    if (withBytes === undefined) continue;
    const kept = withBytes ? await keepPart(session, part, container, access.see) : undefined;
    yield { index, name: part.name, fields: part.fields, kept };
    left -= 1;
    if (left === 0) return;
  }
}

/** The bytes of a part, to be read as often as one likes. */
export async function keepPart(
  session: Session,
  part: Part,
  container: Content,
  see: See,
): Promise<Kept> {
  if (part.body !== undefined) return spool(part.body, session.shelf, see);
  const content =
    part.offset === undefined
      ? memoryContent(new Uint8Array())
      : sliceContent(container, part.offset, part.size);
  return { content, release: () => Promise.resolve() };
}
