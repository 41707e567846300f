import type { BuildName } from '@selfsame/verify';

/** What is a version among the names of folders: `30.0`, `v1.2rc1`, `0.21.1-linux`. */
const version = /^v?\d+(?:\.\d+)+/;

/**
 * Names of a build from words out of paths and documents. Control characters would make two names one in
 * reports, so that they are replaced.
 */
export function cleanBuildName({ project, version: text, target }: BuildName): BuildName {
  const clean = (name: string) => name.replace(/\p{Cc}/gu, '\ufffd').slice(0, 255);
  return { project: clean(project), version: clean(text), target: clean(target) };
}

/**
 * Where a file stands, for formats that do not say it: the nearest folder above it that looks like a version
 * (else the one it is in), and the folder above that.
 */
export function placeOf(path: string): { readonly project: string; readonly version: string } {
  const folders = path.split('/').slice(0, -1);
  const found = folders.findLastIndex((name) => version.test(name));
  const index = found < 0 ? folders.length - 1 : found;
  return { version: folders[index] ?? '', project: projectOf(folders[index - 1] ?? '') };
}

/** `bitcoin.sigs` holds what was signed about bitcoin; `guix.sigs` and `gitian.sigs` name only their format. */
export function projectOf(folder: string): string {
  return /^(?:guix|gitian)\.sigs$/.test(folder) ? folder : folder.replace(/\.sigs$/, '');
}
