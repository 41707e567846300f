import type { Layer } from '../layers/layer.js';
import type { OwnedEntry } from '../layers/tree-entry.js';
import { adminDirectory } from './dpkg-state.js';

const directory = { type: 'directory', mode: 0o755, uid: 0, gid: 0 } as const;

/**
 * Library directories beside /lib that an architecture has at the top, which merged-/usr turns into links:
 * those debootstrap makes (its functions script, setup_merged_usr).
 */
const libraryDirectories: Readonly<Record<string, readonly string[]>> = {
  amd64: ['lib32', 'lib64', 'libx32'],
  i386: ['lib64', 'libx32'],
  loong64: ['lib32', 'lib64'],
  mips64el: ['lib32', 'lib64', 'libo32'],
  mipsel: ['lib64', 'libo32'],
  ppc64: ['lib32', 'lib64'],
  ppc64el: ['lib64'],
  s390x: ['lib32'],
  sparc: ['lib64'],
  sparc64: ['lib32', 'lib64'],
  x32: ['lib32', 'lib64', 'libx32'],
};

/**
 * What must be there before the first package: dpkg's own directories, and the links of merged-/usr
 * (/bin → usr/bin and so on) where base-files does not bring them itself, as it does since trixie.
 */
export function skeleton(
  architecture: string,
  layers: readonly Layer[],
  epoch: number,
): OwnedEntry[] {
  const entries: OwnedEntry[] = [];
  for (const path of ['var', 'var/lib', adminDirectory, `${adminDirectory}/info`]) {
    entries.push({ ...directory, path });
  }
  for (const name of ['parts', 'triggers', 'updates']) {
    entries.push({ ...directory, path: `${adminDirectory}/${name}` });
  }
  const bringsLinks = layers.some(
    ({ name, entries: own }) =>
      name === 'base-files' && own.some(({ path, type }) => path === 'bin' && type === 'symlink'),
  );
  if (bringsLinks) return entries;
  entries.push({ ...directory, path: 'usr' });
  for (const name of ['bin', 'lib', 'sbin', ...(libraryDirectories[architecture] ?? [])]) {
    entries.push({ ...directory, path: `usr/${name}` });
    entries.push({
      type: 'symlink',
      path: name,
      uid: 0,
      gid: 0,
      time: epoch,
      target: `usr/${name}`,
    });
  }
  return entries;
}
