import type { CompareReport } from '../../compare/types.js';
import type { DeepLinks } from './difference.js';
import { markup, nothing } from './markup.js';

/** Links to diffoscope's pages, by place. A file's name is never more than a path: it can name no other scheme. */
export function deepLinks(deep: CompareReport['deep']): DeepLinks {
  const files = new Map(deep.map(({ place, file }) => [JSON.stringify(place), file]));
  return (place) => {
    const file = files.get(JSON.stringify(place));
    return file === undefined
      ? nothing
      : markup`<p><a href="${pathAddress(file)}" rel="noreferrer">All of it, by diffoscope</a></p>`;
  };
}

/** A path as a relative address: `./` in front, every name in it encoded. */
export function pathAddress(file: string): string {
  const encoded = file
    .replace(/[\ud800-\udfff]/gu, '\ufffd')
    .slice(0, 4_000)
    .split('/')
    .map((name) => encodeURIComponent(name.replace(/[\ud800-\udbff]$/, '')))
    .join('/');
  // A second slash would begin the name of a host.
  return encoded.startsWith('/') ? encoded.replace(/^\/+/, '/') : `./${encoded}`;
}
