import type { InputSpec } from '../inputs/schema.js';

/**
 * Name of the one file an input is, as `PinnedInput.fileName` will say; undefined if it is a directory,
 * or may be one.
 */
export function inputFileName(spec: InputSpec): string | undefined {
  if (spec.unpack) return undefined;
  switch (spec.kind) {
    case 'file':
      return lastPart(spec.path);
    case 'url':
      return spec.fileName ?? decoded(lastPart(new URL(spec.urls[0] ?? 'file:///').pathname));
    case 'npm':
      return `${spec.package.replace('@', '').replace('/', '-')}-${spec.version}.tgz`;
    case 'git':
    case 'debian-source':
      return undefined;
  }
}

function lastPart(path: string): string {
  return path.slice(path.lastIndexOf('/') + 1);
}

function decoded(part: string): string {
  try {
    return decodeURIComponent(part);
  } catch {
    return part;
  }
}
