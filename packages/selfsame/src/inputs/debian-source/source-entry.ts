import { z } from 'zod';
import { parseDeb822 } from '../../download/deb822.js';
import type { Stanza } from '../../download/deb822.js';
import { isSafePath } from '../../download/debian-release.js';
import { isFileName } from '../../download/url.js';
import { sha256Schema } from '../formats.js';

/** Most files one source package may have; the largest real ones have about 30. */
const maxFiles = 1000;

/** A source package as an index or a lock describes it: plain JSON, no hosts. */
export const sourceEntrySchema = z.strictObject({
  package: z.string(),
  version: z.string(),
  /** Directory below the archive's root, for example `pool/main/p/pigz`. */
  directory: z.string().refine(isSafePath),
  files: z
    .array(
      z.strictObject({
        name: z.string().refine(isFileName),
        sha256: sha256Schema,
        size: z.number().int().min(0),
      }),
    )
    .min(1)
    .max(maxFiles),
  /** Date of the Release file it was found through, seconds since 1970: where a snapshot service has it. */
  seen: z.number().int(),
});

export type SourceEntry = z.infer<typeof sourceEntrySchema>;
export type SourceFile = SourceEntry['files'][number];

/**
 * Finds a source package in the text of a Sources index. Undefined when it is not there; `ambiguous` when entries for
 * the version differ; `invalid` when its entry cannot be used.
 */
export function findSource(
  index: Buffer,
  name: string,
  version: string,
  seen: number,
): SourceEntry | 'ambiguous' | 'invalid' | undefined {
  let found: SourceEntry | undefined;
  for (const stanza of stanzasOf(index, name)) {
    if (stanza.get('package') !== name || stanza.get('version') !== version) continue;
    const entry = toEntry(stanza, seen);
    if (entry === undefined) return 'invalid';
    if (found !== undefined && JSON.stringify(found.files) !== JSON.stringify(entry.files)) {
      return 'ambiguous';
    }
    found ??= entry;
  }
  return found;
}

/** The stanzas that have the line `Package: NAME`, without parsing the rest of some 60 MB. */
function* stanzasOf(index: Buffer, name: string): Generator<Stanza> {
  const line = `Package: ${name}\n`;
  for (let at = index.indexOf(line); at !== -1; at = index.indexOf(line, at + line.length)) {
    if (at !== 0 && index[at - 1] !== 0x0a) continue;
    const before = at === 0 ? -1 : index.lastIndexOf('\n\n', at - 1);
    const start = before === -1 ? 0 : before + 2;
    const after = index.indexOf('\n\n', at);
    const text = index.toString('utf8', start, after === -1 ? index.length : after + 1);
    const { stanzas, problems } = parseDeb822(text);
    const [stanza] = stanzas;
    if (problems.length === 0 && stanza !== undefined) yield stanza;
  }
}

function toEntry(stanza: Stanza, seen: number): SourceEntry | undefined {
  const files = parseChecksums(stanza);
  const parsed = sourceEntrySchema.safeParse({
    package: stanza.get('package'),
    version: stanza.get('version'),
    directory: stanza.get('directory'),
    files,
    seen,
  });
  return parsed.success ? parsed.data : undefined;
}

/** The `Checksums-Sha256` field (deb-src-control(5)), sorted by name; undefined when malformed. */
export function parseChecksums(stanza: Stanza): SourceFile[] | undefined {
  const files: SourceFile[] = [];
  for (const line of (stanza.get('checksums-sha256') ?? '').split('\n')) {
    if (line.trim() === '') continue;
    const match = /^\s*([0-9a-f]{64})\s+([0-9]{1,15})\s+(\S+)\s*$/.exec(line);
    if (match === null) return undefined;
    files.push({ name: match[3] ?? '', sha256: match[1] ?? '', size: Number(match[2]) });
  }
  if (new Set(files.map((file) => file.name)).size !== files.length) return undefined;
  return files.sort((a, b) => (a.name < b.name ? -1 : 1));
}
