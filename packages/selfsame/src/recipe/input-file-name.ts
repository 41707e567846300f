import { fileNameOfUrl } from '../download/url.js';
import type { InputSpec } from '../inputs/schema.js';

/**
 * Name of the one file an input is, as `PinnedInput.fileName` will say; undefined if it is a directory,
 * or may be one.
 */
export function inputFileName(spec: InputSpec): string | undefined {
  if (spec.unpack) return undefined;
  switch (spec.kind) {
    case 'file':
      return spec.path.slice(spec.path.lastIndexOf('/') + 1);
    case 'url':
      return spec.fileName ?? fileNameOfUrl(spec.urls[0] ?? '');
    case 'npm':
      return `${spec.package.slice(spec.package.lastIndexOf('/') + 1)}-${spec.version}.tgz`;
    case 'git':
    case 'debian-source':
      return undefined;
  }
}
