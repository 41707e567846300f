import { closeSync, constants, fstatSync, openSync, readSync } from 'node:fs';
import { readdir, realpath } from 'node:fs/promises';
import { join } from 'node:path';
import { DEFAULT_SIGNATURE_BUDGET } from '@selfsame/verify';
import { SelfsameError } from '../errors/selfsame-error.js';
import { isAbsent, unreadableFolder } from '../record/folder-file.js';
import { headBytes } from './format.js';
import type {
  AttestationFile,
  AttestationFormat,
  FiledVote,
  Reading,
  ReadingContext,
} from './format.js';
import { attestationFormats } from './formats.js';

/** Bounds on a folder of attestations; numbers far above those of the largest there are (6,000 in one). */
export interface ReadingLimits {
  readonly files: number;
  /** Of one file that a format takes. */
  readonly fileBytes: number;
  /** Of all files that formats take. */
  readonly totalBytes: number;
  /** Folders below one another. */
  readonly depth: number;
}

export const readingLimits: ReadingLimits = {
  files: 100_000,
  fileBytes: 32 * 1024 ** 2,
  totalBytes: 2 * 1024 ** 3,
  depth: 16,
};

export interface ReadVotesOptions extends Omit<ReadingContext, 'budget' | 'keys'> {
  readonly keys?: readonly ReadingContext['keys'][number][];
  readonly limits?: ReadingLimits;
  /** Files that are read elsewhere. @param path relative to the folder */
  readonly isElsewhere?: (path: string) => boolean;
  readonly signal?: AbortSignal;
}

export interface ReadVotes extends Required<Reading> {
  /** Files that no format takes, sorted: what they are about, if anything, is not known. */
  readonly others: readonly string[];
  /** Entries that are neither files nor folders, and files that are too large: not read. */
  readonly unusable: readonly { readonly path: string; readonly reason: string }[];
}

/**
 * Reads all attestations below a folder, in every format there is, as votes. Links are not followed; `.git` is left out.
 * Nothing is decided here. Folders are read one by one, so that memory holds the files of one of them.
 *
 * Throws `ATTESTATION_LIMIT` beyond the limits and `ATTESTATION_READ` for what cannot be read: judging only a part could
 * hide dissent.
 */
export async function readVotes(folder: string, options: ReadVotesOptions): Promise<ReadVotes> {
  const limits = options.limits ?? readingLimits;
  const root = await realpath(folder).catch((cause: unknown) => {
    if (isAbsent(cause)) return undefined;
    throw unreadableFolder(folder, cause);
  });
  const context: ReadingContext = {
    ...options,
    keys: options.keys ?? [],
    budget: { remaining: DEFAULT_SIGNATURE_BUDGET },
  };
  const result = {
    votes: [] as FiledVote[],
    envelopes: [] as Required<Reading>['envelopes'][number][],
    notes: [] as Required<Reading>['notes'][number][],
    others: [] as string[],
    unusable: [] as ReadVotes['unusable'][number][],
  };
  if (root === undefined) return result;
  /** Names of the folders around, for paths as formats see them. */
  const above = root.split('/').slice(-3).join('/').replace(/^\//, '');
  let files = 0;
  let bytes = 0;
  const visit = async (path: string, depth: number): Promise<void> => {
    options.signal?.throwIfAborted();
    if (depth > limits.depth) throw tooMuch(join(folder, path), `${limits.depth} levels`);
    const directory = join(root, path);
    const entries = await readdir(directory, { withFileTypes: true }).catch((cause: unknown) => {
      throw unreadableFolder(join(folder, path), cause);
    });
    entries.sort((a, b) => (a.name < b.name ? -1 : 1));
    const taken = new Map<AttestationFormat, AttestationFile[]>();
    const folders: string[] = [];
    for (const entry of entries) {
      const below = path === '' ? entry.name : `${path}/${entry.name}`;
      if (entry.isDirectory()) {
        if (entry.name !== '.git') folders.push(below);
        continue;
      }
      files += 1;
      if (files > limits.files) throw tooMuch(folder, `${limits.files} files`);
      if (options.isElsewhere?.(below) === true) continue;
      if (!entry.isFile()) {
        result.unusable.push({ path: below, reason: 'not a regular file' });
        continue;
      }
      const seen = `${above}/${below}`;
      const file = join(directory, entry.name);
      let opened: Opened;
      try {
        opened = readTaken(file, seen, limits.fileBytes);
      } catch (cause) {
        throw unreadableFolder(join(folder, below), cause);
      }
      if (opened === 'other') result.others.push(below);
      else if ('reason' in opened) result.unusable.push({ path: below, reason: opened.reason });
      else {
        bytes += opened.bytes.length;
        if (bytes > limits.totalBytes) throw tooMuch(folder, `${limits.totalBytes} bytes`);
        const known = taken.get(opened.format);
        const one = { path: seen, bytes: opened.bytes };
        if (known === undefined) taken.set(opened.format, [one]);
        else known.push(one);
      }
    }
    const shown = (seen: string): string => seen.slice(above.length + 1);
    for (const [format, list] of taken) {
      const { votes, envelopes = [], notes = [] } = await format.read(list, context);
      for (const { vote, files: of } of votes) result.votes.push({ vote, files: of.map(shown) });
      for (const one of envelopes) result.envelopes.push({ ...one, path: shown(one.path) });
      for (const note of notes) result.notes.push({ ...note, path: shown(note.path) });
    }
    for (const each of folders) await visit(each, depth + 1);
  };
  await visit('', 0);
  return result;
}

/** A name that became a link or a pipe since it was listed is not waited for. */
const flags = constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK;

type Opened =
  | 'other'
  | { readonly format: AttestationFormat; readonly bytes: Buffer }
  | { readonly reason: string };

/**
 * The whole file, where some format takes it. Synchronous: there are thousands of small files, and handing each to another
 * thread takes longer than reading it.
 */
function readTaken(file: string, seen: string, maxBytes: number): Opened {
  const descriptor = openSync(file, flags);
  try {
    const { size } = fstatSync(descriptor);
    const head = Buffer.alloc(Math.min(size, headBytes));
    const start = head.subarray(0, readSync(descriptor, head, 0, head.length, 0));
    const text = start.toString('latin1');
    const format = attestationFormats.find((one) => one.takes(seen, text));
    if (format === undefined) return 'other';
    if (size > maxBytes) return { reason: `larger than ${maxBytes} bytes` };
    if (start.length === size) return { format, bytes: start };
    const bytes = Buffer.alloc(size);
    const length = readSync(descriptor, bytes, 0, size, 0);
    return length === size ? { format, bytes } : { reason: 'it changed while it was read' };
  } finally {
    closeSync(descriptor);
  }
}

function tooMuch(folder: string, bound: string): SelfsameError {
  return new SelfsameError('ATTESTATION_LIMIT', `${folder} holds more than ${bound}`, {
    hint: 'name a folder inside it, or remove what does not belong there; nothing was judged, because a part could hide dissent',
  });
}
