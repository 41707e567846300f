import { createHash } from 'node:crypto';

import { openFile } from '../content/file-content.js';
import { detectFormat } from '../detect-format.js';
import type { Content } from '../formats/format.js';
import { readParts, type Listed } from '../read-parts.js';
import { readWanted } from '../read-wanted.js';
import type { Session } from '../session.js';
import type { Unexamined } from '../types.js';
import type { HeldDigests } from './of-hash-lists.js';

/** What was found in files, and what could not be looked into. */
export interface Held {
  readonly digests: HeldDigests;
  readonly unexamined: readonly Unexamined[];
}

/** Smaller things hold nothing. */
const smallestContainer = 32;

/**
 * Reads archives, images and compressed files down to their last members, within the bounds of the session: which sha256
 * each of them holds.
 *
 * @param files absolute paths of regular files
 */
export async function readHeldDigests(session: Session, files: readonly string[]): Promise<Held> {
  const digests = new Map<string, Set<string>>();
  const unexamined: Unexamined[] = [];
  for (const path of files) {
    try {
      const content = await openFile(path);
      try {
        const sha256 = await digestOf(content);
        if (!digests.has(sha256)) await addHeld(content, sha256, [path], []);
      } finally {
        await content.close();
      }
    } catch (error) {
      const { reason, message } = session.reasonOf(error);
      unexamined.push({ place: [path], reason, detail: message });
    }
  }
  return { digests, unexamined };

  async function addHeld(
    content: Content,
    sha256: string,
    place: readonly string[],
    above: readonly string[],
  ): Promise<void> {
    session.check();
    const holders = [...above, sha256];
    if (holders.length > session.limits.depth || content.size < smallestContainer) return;
    const format = await detectFormat(session, content, place.at(-1) ?? '');
    // Sections of programs are nobody's files.
    if (format === undefined || format.kind === 'structure') return;
    try {
      const large = new Map<number, Listed>();
      for await (const part of readParts(session, format, content, session.signal)) {
        if (part.sha256 === undefined) continue;
        for (const holder of holders) {
          const held = digests.get(holder) ?? new Set();
          digests.set(holder, held.add(part.sha256));
        }
        if (part.size >= smallestContainer) large.set(part.index, part);
      }
      const wanted = new Map([...large.keys()].map((index) => [index, true]));
      for await (const { index, kept } of readWanted(
        session,
        format,
        content,
        wanted,
        session.signal,
      )) {
        const part = large.get(index);
        if (kept === undefined) continue;
        try {
          if (part?.sha256 !== undefined)
            await addHeld(kept.content, part.sha256, [...place, part.name], holders);
        } finally {
          await kept.release();
        }
      }
    } catch (error) {
      const { reason, message } = session.reasonOf(error);
      unexamined.push({ place, reason, detail: message });
    }
  }
}

async function digestOf(content: Content): Promise<string> {
  const hash = createHash('sha256');
  for await (const piece of content.stream()) hash.update(piece);
  return hash.digest('hex');
}
