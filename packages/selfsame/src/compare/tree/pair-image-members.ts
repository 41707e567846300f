import { openFile } from '../content/file-content.js';
import { findRoles, maxDocumentBytes } from '../formats/oci/oci-layout.js';
import { UniqueNames } from '../formats/reading/text.js';
import type { Session } from '../session.js';
import type { Trees } from './compare-entries.js';
import { systemPath, type Entry } from './entry.js';
import type { EntryPair } from './walk-trees.js';

/**
 * Pairs blobs of OCI image layouts by what they are: their names are digests, so that those that differ never have the
 * same one. What no document names stays as it is. In order.
 */
export async function pairImageMembers(
  session: Session,
  trees: Trees,
  pairs: readonly EntryPair[],
): Promise<readonly EntryPair[]> {
  const partner = new Map<Entry, Entry>();
  const holder = new Map<Entry, Entry>();
  for (const { a, b } of pairs) {
    const folder = /^((?:.*\/)?)oci-layout$/s.exec(a?.bytes ?? '')?.[1];
    if (folder === undefined || b === undefined) continue;
    const rolesA = await rolesIn(session, trees.a, folder, sideOf(pairs, 'a', folder));
    const rolesB = await rolesIn(session, trees.b, folder, sideOf(pairs, 'b', folder));
    for (const [role, entry] of rolesA) {
      const other = rolesB.get(role);
      if (other === undefined || other.bytes === entry.bytes) continue;
      partner.set(entry, other);
      holder.set(other, entry);
    }
  }
  if (partner.size === 0) return pairs;
  const isAlone = new Set(
    pairs.flatMap(({ a, b }) => (a === undefined ? [b] : b === undefined ? [a] : [])),
  );
  return pairs
    .filter((pair) => !(pair.a === undefined && pair.b !== undefined && isPartner(pair.b)))
    .map(({ a, b }) => ({ a, b: b ?? (a && aloneOnly(partner.get(a))) }));

  function aloneOnly(entry: Entry | undefined): Entry | undefined {
    return entry !== undefined && isAlone.has(entry) ? entry : undefined;
  }
  /** Only what takes its place beside another may leave its own. */
  function isPartner(entry: Entry): boolean {
    const one = holder.get(entry);
    return one !== undefined && isAlone.has(one);
  }
}

/** Entries of one side below a directory, by the rest of their paths. */
function sideOf(
  pairs: readonly EntryPair[],
  side: 'a' | 'b',
  folder: string,
): ReadonlyMap<string, Entry> {
  const found = new Map<string, Entry>();
  for (const pair of pairs) {
    const entry = pair[side];
    if (entry?.stats.isFile() === true && entry.bytes.startsWith(folder))
      found.set(entry.bytes.slice(folder.length), entry);
  }
  return found;
}

/** Entries by what the layout's documents say that they are. */
async function rolesIn(
  session: Session,
  root: string,
  folder: string,
  entries: ReadonlyMap<string, Entry>,
): Promise<ReadonlyMap<string, Entry>> {
  const roles = await findRoles({
    has: (path) => entries.has(path),
    json: async (path) => {
      if ((entries.get(path)?.stats.size ?? Infinity) > maxDocumentBytes) return undefined;
      session.check();
      try {
        const file = await openFile(systemPath(root, folder + path));
        try {
          const bytes = await file.read(0, maxDocumentBytes);
          return JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes)) as unknown;
        } finally {
          await file.close();
        }
      } catch {
        return undefined;
      }
    },
  });
  const names = new UniqueNames();
  const found = new Map<string, Entry>();
  for (const { path, name } of roles) {
    const entry = entries.get(path);
    if (entry !== undefined) found.set(names.unique(name), entry);
  }
  return found;
}
