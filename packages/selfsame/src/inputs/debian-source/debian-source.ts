import { constants } from 'node:fs';
import { copyFile, mkdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { parseDeb822 } from '../../download/deb822.js';
import type { DebianArchive } from '../../download/debian-archive.js';
import { downloadAll } from '../../download/download-all.js';
import { storeTree } from '../../store/store-tree.js';
import { treeDigest } from '../../store/tree-digest.js';
import type { Sha256 } from '../../store/types.js';
import { recallTree } from '../memo.js';
import { outdated, requirePinned } from '../pinned.js';
import type { InputContext, InputKind, PinnedInput } from '../types.js';
import { tarballChangelogDate } from './changelog.js';
import { archivesOf, lookUpSource } from './lookup.js';
import type { DebianSourceSpec } from './schema.js';
import { parseChecksums, sourceEntrySchema } from './source-entry.js';
import type { SourceEntry } from './source-entry.js';
import { changelogTarball, invalid, unpackSource } from './unpack-source.js';

/** Where the archives to ask come from: the machine's configuration, or that of a test. */
export type ReadArchives = (context: InputContext) => Promise<readonly DebianArchive[]>;

/** A source package of a Debian archive: its files as they are published, or the unpacked source. */
export const debianSourceKind: InputKind<DebianSourceSpec> = debianSource(archivesOf);

export function debianSource(readArchives: ReadArchives): InputKind<DebianSourceSpec> {
  return {
    kind: 'debian-source',

    pinsItself: () => false,

    async pin(spec, context) {
      const archives = await readArchives(context);
      const entry = await lookUpSource(spec, archives, context);
      await downloadSource(entry, readArchives, context);
      await checkDsc(entry, context);
      if (spec.unpack) {
        const { digest, date } = await unpacked(entry, readArchives, context);
        return pinnedAs(entry, digest, date);
      }
      return pinnedAs(entry, digestOfFiles(entry), await dateOf(entry, context));
    },

    async fetch(spec, pinned, context) {
      const entry = sourceEntrySchema.safeParse(pinned.origin).data;
      if (entry?.package !== spec.package || entry.version !== spec.version) {
        throw outdated(context.label, `${spec.package} ${spec.version}`);
      }
      const wanted = { form: 'tree', digest: pinned.digest } as const;
      requirePinned(pinned, wanted, context.label);
      if (spec.unpack) {
        const tree = await unpacked(entry, readArchives, context);
        requirePinned(pinned, { form: 'tree', digest: tree.digest }, context.label);
        return { ...pinned, path: tree.path };
      }
      requirePinned(pinned, { form: 'tree', digest: digestOfFiles(entry) }, context.label);
      return { ...pinned, path: await treeOfFiles(entry, pinned.digest, readArchives, context) };
    },
  };
}

function pinnedAs(entry: SourceEntry, digest: Sha256, date: number | undefined): PinnedInput {
  return { form: 'tree', digest, ...(date === undefined ? {} : { date }), origin: { ...entry } };
}

/** Brings all files into the store, each checked against the signed index (or the lock made from it). */
async function downloadSource(
  entry: SourceEntry,
  readArchives: ReadArchives,
  context: InputContext,
): Promise<void> {
  const here = await Promise.all(entry.files.map((file) => context.store.hasFile(file.sha256)));
  if (here.every(Boolean)) return;
  const offline = context.settings.offline;
  const archives = offline ? [] : await readArchives(context);
  const { snapshot } = context.settings.debian;
  await downloadAll(
    entry.files.map(({ name, sha256, size }) => {
      const path = `${entry.directory}/${encodeURIComponent(name)}`;
      const urls = [...new Set(archives.map((archive) => archive.uri))].map(
        (uri) => `${uri}/${path}`,
      );
      if (snapshot !== undefined && !offline) urls.push(snapshotUrl(snapshot, entry.seen, path));
      return { name: `${name} of ${context.label}`, urls, sha256, size, maxBytes: size };
    }),
    context,
  );
}

/** Fills the settings' template: `{timestamp}` as YYYYMMDDTHHMMSSZ, `{path}` below the archive's root. */
function snapshotUrl(template: string, seconds: number, path: string): string {
  const timestamp = new Date(seconds * 1000)
    .toISOString()
    .replace(/\.[0-9]+Z$/, 'Z')
    .replace(/[-:]/g, '');
  return template.replaceAll('{timestamp}', timestamp).replaceAll('{path}', path);
}

/**
 * The .dsc must say of the files what the index says: tools in the sandbox go by the .dsc. Its own signature is not
 * checked: it is of the uploader, whose key may be long gone, and adds nothing to the archive's.
 */
async function checkDsc(entry: SourceEntry, context: InputContext): Promise<void> {
  const dsc = entry.files.filter((file) => file.name.endsWith('.dsc'));
  const [only] = dsc;
  if (only === undefined || dsc.length > 1)
    throw invalid(entry, 'it has not exactly one .dsc file');
  if (only.size > 4 * 1024 ** 2) throw invalid(entry, 'its .dsc file is too large');
  const text = await readFile(context.store.filePath(only.sha256), 'utf8');
  const signed =
    /^-----BEGIN PGP SIGNED MESSAGE-----\r?\n(?:[^\n]+\n)*\r?\n([^]*?)\n-----BEGIN PGP SIGNATURE-----/.exec(
      text,
    );
  const [stanza] = parseDeb822((signed?.[1] ?? text).replace(/^- /gm, '')).stanzas;
  if (stanza?.get('source') !== entry.package || stanza.get('version') !== entry.version) {
    throw invalid(entry, 'its .dsc file is of another package or version');
  }
  const listed = parseChecksums(stanza);
  const expected = entry.files.filter((file) => file !== only);
  if (listed === undefined || JSON.stringify(listed) !== JSON.stringify(expected)) {
    throw invalid(entry, 'its .dsc file lists other files than the index');
  }
}

async function unpacked(
  entry: SourceEntry,
  readArchives: ReadArchives,
  context: InputContext,
): Promise<{ digest: Sha256; path: string; date: number | undefined }> {
  // The number is raised when the same files would be unpacked to something else than before.
  const key = `debian-source-1-${digestOfFiles(entry)}`;
  const known = await recallTree(context.store, key);
  if (known !== undefined) return known;
  await downloadSource(entry, readArchives, context);
  return await unpackSource(entry, key, context);
}

/** Digest of the tree that has just the published files in it. */
function digestOfFiles(entry: SourceEntry): Sha256 {
  return treeDigest(
    entry.files.map(({ name, sha256, size }) => ({
      path: name,
      type: 'file',
      mode: 0o644,
      size,
      sha256,
    })),
  );
}

async function treeOfFiles(
  entry: SourceEntry,
  digest: Sha256,
  readArchives: ReadArchives,
  context: InputContext,
): Promise<string> {
  const there = await context.store.entry('trees', digest);
  if (there !== undefined) return there;
  await downloadSource(entry, readArchives, context);
  await using scratch = await context.store.scratch('debian-source');
  const target = join(scratch.path, 'tree');
  await mkdir(target);
  for (const { name, sha256 } of entry.files) {
    await copyFile(context.store.filePath(sha256), join(target, name), constants.COPYFILE_FICLONE);
  }
  const stored = await storeTree(context.store, target, { move: true });
  requirePinned(
    { form: 'tree', digest, origin: {} },
    { form: 'tree', digest: stored.digest },
    context.label,
  );
  return stored.path;
}

/** The date of the newest changelog entry; undefined for packages of format 1.0 with a diff. */
async function dateOf(entry: SourceEntry, context: InputContext): Promise<number | undefined> {
  const name = changelogTarball(entry);
  const file = entry.files.find((candidate) => candidate.name === name);
  if (file === undefined) return undefined;
  return await tarballChangelogDate(context.store.filePath(file.sha256), file.name, context.signal);
}
