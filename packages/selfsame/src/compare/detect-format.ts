import { headBytes } from './limits.js';
import { FormatError, type Content, type Format } from './formats/format.js';
import type { Session } from './session.js';

/** The first reader that takes the content; undefined: plain bytes. */
export async function detectFormat(
  session: Session,
  content: Content,
  name: string,
): Promise<Format | undefined> {
  if (content.size === 0) return undefined;
  const head = await content.read(0, headBytes);
  for (const format of session.formats) {
    try {
      if (await format.detect(head, content, name)) return format;
    } catch (error) {
      // What a reader cannot even look at is not of its format; a content that cannot be read is no reader's fault.
      if (error instanceof FormatError && error.reason === 'unreadable') throw error;
      session.check();
    }
  }
  return undefined;
}
