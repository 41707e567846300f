import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { decodeEntries, encodeEntry } from '../environment/layers/entry-codec.js';
import type { EncodedEntry } from '../environment/layers/entry-codec.js';
import { digestTree } from '../environment/layers/tree-entry.js';
import type { OwnedEntry } from '../environment/layers/tree-entry.js';
import { SelfsameError } from '../errors/selfsame-error.js';
import { scanTree } from '../environment/layers/tree-program.js';
import type { ScannedEntry } from '../environment/layers/tree-program.js';
import type { Store, EntryKind } from '../store/types.js';
import type { CheckEntry } from '../store/verify.js';
import { checkResultEntry } from './live.js';

/** How `store verify` checks the entries whose content the store does not know itself. Kept failed builds are nobody's promise. */
export function storeChecks(
  store: Store,
  signal: AbortSignal,
): Partial<Record<EntryKind, CheckEntry>> {
  return {
    builds: checkResultEntry(store),
    failed: () => Promise.resolve(undefined),
    layers: async (path) => {
      const { entries } = readJson(join(path, 'layer.json')) as { entries: EncodedEntry[] };
      return await compareTree(join(path, 'tree'), decodeEntries(entries), signal);
    },
    environments: async (path) => {
      const manifest = decodeEntries(readJson(join(path, 'manifest.json')) as EncodedEntry[]);
      const { digest } = readJson(join(path, 'environment.json')) as { digest: string };
      if (digestTree(manifest) !== digest) return 'its list of files is not that of its digest';
      return await compareTree(join(path, 'tree'), manifest, signal);
    },
  };
}

function readJson(path: string): unknown {
  const text = readFileSync(path, 'utf8');
  try {
    return JSON.parse(text);
  } catch (error) {
    throw new SelfsameError('ENVIRONMENT_DAMAGED', `${path} is not JSON`, { cause: error });
  }
}

/** The tree on the disk against the list made when it was written: names, types, modes, owners, times, contents. */
async function compareTree(
  directory: string,
  expected: readonly OwnedEntry[],
  signal: AbortSignal,
): Promise<string | undefined> {
  const found = new Map((await scanTree(directory, signal)).map((entry) => [entry.path, entry]));
  for (const entry of expected) {
    const there = found.get(entry.path);
    if (there === undefined) return `${JSON.stringify(entry.path)} is missing`;
    if (JSON.stringify(encodeEntry(entry)) !== JSON.stringify(encodeScanned(there))) {
      return `${JSON.stringify(entry.path)} was changed`;
    }
    found.delete(entry.path);
  }
  const extra = [...found.values()].find(({ type }) => type !== 'directory');
  return extra === undefined ? undefined : `${JSON.stringify(extra.path)} was added`;
}

function encodeScanned(entry: ScannedEntry): EncodedEntry | undefined {
  if (entry.type === 'symlink') return encodeEntry(entry);
  if (entry.type !== 'file' && entry.type !== 'directory') return undefined;
  const { attributes, ...rest } = entry;
  return encodeEntry({ ...rest, ...(attributes.length > 0 ? { attributes } : {}) } as OwnedEntry);
}
