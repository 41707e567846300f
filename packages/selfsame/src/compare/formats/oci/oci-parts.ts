import type { Content, FormatAccess, Part } from '../format.js';
import { checkStopped } from '../reading/limits.js';
import { maxDocumentBytes } from './oci-layout.js';

/** Members of the archive, by name. */
export interface ReadPart {
  has(path: string): boolean;
  /** A document; undefined: not there, too large, or none. */
  json(path: string): Promise<unknown>;
}

/** Looks members up that stand in the archive as they are. */
export function lookUp(
  content: Content,
  parts: ReadonlyMap<string, Part>,
  access: FormatAccess,
): ReadPart {
  return {
    has: (path) => parts.has(path),
    json: async (path) => {
      checkStopped(access);
      const part = parts.get(path);
      if (part?.offset === undefined || part.size > maxDocumentBytes) return undefined;
      const bytes = await content.read(part.offset, part.size);
      try {
        return JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes)) as unknown;
      } catch {
        return undefined;
      }
    },
  };
}
