import { chmod, lstat, mkdir, open, readdir, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { SelfsameError } from '../../errors/selfsame-error.js';
import { storeTree } from '../../store/store-tree.js';
import { scanTree } from '../../store/tree-digest.js';
import { escapingLink } from '../links.js';
import { rememberTree } from '../memo.js';
import type { InputContext } from '../types.js';
import { unpackLimits } from '../unpack/limits.js';
import { unpackInto } from '../unpack/unpack.js';
import type { UnpackedTree } from '../unpack/unpack.js';
import { changelogDate } from './changelog.js';
import type { SourceEntry } from './source-entry.js';

const compression = String.raw`\.tar\.(?:gz|bz2|xz|lzma)`;

/** What the files of a source package are to each other (dpkg-source(1), "SOURCE PACKAGE FORMATS"). */
export type SourceLayout =
  | {
      readonly format: 'quilt';
      readonly orig: string;
      readonly components: readonly Component[];
      readonly debian: string;
    }
  | { readonly format: 'native'; readonly tarball: string };

interface Component {
  readonly name: string;
  readonly file: string;
}

/**
 * Tells the roles of the files apart by their names. Throws `DEBIAN_SOURCE_FORMAT` for format 1.0 with a diff, and for
 * sets that are no known format.
 */
export function layoutOf(entry: SourceEntry): SourceLayout {
  const names = entry.files.map((file) => file.name);
  const matching = (pattern: RegExp): string[] => names.filter((name) => pattern.test(name));
  const orig = matching(new RegExp(String.raw`\.orig${compression}$`));
  const debian = matching(new RegExp(String.raw`\.debian${compression}$`));
  const componentForm = new RegExp(String.raw`\.orig-([A-Za-z0-9][A-Za-z0-9-]*)${compression}$`);
  const components = matching(componentForm).map((file) => ({
    name: componentForm.exec(file)?.[1] ?? '',
    file,
  }));
  const all = matching(new RegExp(`${compression}$`));
  const label = `${entry.package} ${entry.version}`;
  if (names.some((name) => name.endsWith('.diff.gz'))) {
    throw new SelfsameError(
      'DEBIAN_SOURCE_FORMAT',
      `the source package ${label} has the old format 1.0 with a diff and cannot be unpacked`,
      {
        hint: 'leave out unpack, add dpkg-dev to the environment, and run dpkg-source -x in a step',
      },
    );
  }
  const [origFile, debianFile, onlyFile] = [orig[0], debian[0], all[0]];
  if (
    orig.length === 1 &&
    debian.length === 1 &&
    origFile !== undefined &&
    debianFile !== undefined
  ) {
    if (all.length === 2 + components.length) {
      return { format: 'quilt', orig: origFile, components, debian: debianFile };
    }
  } else if (
    orig.length === 0 &&
    debian.length === 0 &&
    all.length === 1 &&
    onlyFile !== undefined
  ) {
    return { format: 'native', tarball: onlyFile };
  }
  throw new SelfsameError(
    'DEBIAN_SOURCE_FORMAT',
    `the files of the source package ${label} are of no known format: ${names.join(', ')}`,
    { hint: 'leave out unpack, and take it apart in a step' },
  );
}

/** The tarball that holds `debian/changelog`, or undefined when it is in a diff. */
export function changelogTarball(entry: SourceEntry): string | undefined {
  if (entry.files.some((file) => file.name.endsWith('.diff.gz'))) return undefined;
  const layout = layoutOf(entry);
  return layout.format === 'quilt' ? layout.debian : layout.tarball;
}

/**
 * Unpacks a source package whose files are in the store, as `dpkg-source --skip-patches -x` does: the upstream tarball,
 * each component in a directory of its name, and `debian/` in place of any that upstream has. Patches are not applied.
 * Rejects with `DEBIAN_SOURCE_FORMAT`, `DEBIAN_SOURCE_INVALID`, or as `unpackArchive`.
 */
export async function unpackSource(
  entry: SourceEntry,
  memoKey: string,
  context: InputContext,
): Promise<UnpackedTree> {
  const layout = layoutOf(entry);
  await using scratch = await context.store.scratch('debian-source');
  let count = 0;
  const unpack = async (name: string, strip: boolean): Promise<string> => {
    const target = join(scratch.path, String(count++));
    await mkdir(target);
    const sha256 = entry.files.find((file) => file.name === name)?.sha256 ?? '';
    const path = context.store.filePath(sha256);
    const part = { strip, checkLinks: false };
    return (await unpackInto(path, target, name, context.signal, unpackLimits, part)).root;
  };
  const root = await unpack(layout.format === 'native' ? layout.tarball : layout.orig, true);
  if (layout.format === 'quilt') {
    for (const component of layout.components) {
      await replace(join(root, component.name), await unpack(component.file, true));
    }
    const debian = await unpack(layout.debian, false);
    const names = await readdir(debian);
    if (names.length !== 1 || names[0] !== 'debian') {
      throw invalid(entry, `${layout.debian} holds something else than debian/`);
    }
    await replace(join(root, 'debian'), join(debian, 'debian'));
  }
  await makeExecutable(join(root, 'debian', 'rules'));
  const entries = await scanTree(root);
  const links = entries.flatMap((item) => (item.type === 'symlink' ? [item] : []));
  const escaping = escapingLink(links);
  if (escaping !== undefined) {
    throw new SelfsameError(
      'ARCHIVE_UNSAFE',
      `the source package ${entry.package} ${entry.version} cannot be unpacked: ${escaping.path} is a link out of it, to ${escaping.target}`,
      {
        hint: 'leave out unpack, add dpkg-dev to the environment, and run dpkg-source -x in a step',
      },
    );
  }
  const hasChangelog = entries.some(
    (item) => item.type === 'file' && item.path === 'debian/changelog',
  );
  const date = hasChangelog
    ? changelogDate(await readStart(join(root, 'debian', 'changelog')))
    : undefined;
  const stored = await storeTree(context.store, root, { move: true });
  await rememberTree(context.store, memoKey, { digest: stored.digest, date });
  return { digest: stored.digest, path: stored.path, date };
}

/** Puts a directory in place of whatever has its name; links are removed, not followed. */
async function replace(target: string, directory: string): Promise<void> {
  await rm(target, { recursive: true, force: true });
  await rename(directory, target);
}

/** dpkg-source does so too: diffs and some tarballs lose the bit. */
async function makeExecutable(path: string): Promise<void> {
  const facts = await lstat(path).catch(() => undefined);
  if (facts?.isFile() === true) await chmod(path, 0o755);
}

async function readStart(path: string): Promise<string> {
  const file = await open(path, 'r');
  try {
    const { buffer, bytesRead } = await file.read(Buffer.alloc(1024 ** 2), 0, 1024 ** 2, 0);
    return buffer.toString('utf8', 0, bytesRead);
  } finally {
    await file.close();
  }
}

export function invalid(entry: SourceEntry, why: string): SelfsameError {
  return new SelfsameError(
    'DEBIAN_SOURCE_INVALID',
    `the source package ${entry.package} ${entry.version} cannot be used: ${why}`,
    { hint: 'nothing of it was used; ask the archive it comes from' },
  );
}
