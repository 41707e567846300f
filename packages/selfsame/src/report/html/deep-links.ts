import type { CompareReport } from '../../compare/types.js';
import type { DeepLinks } from './difference.js';
import { markup, nothing, type Markup } from './markup.js';
import { chain } from './values.js';

/** Pages of diffoscope: where they are, by place, and what is in them, by file, as far as it is to be in our page. */
export interface DeepPages {
  readonly deep: CompareReport['deep'];
  readonly contents?: ReadonlyMap<string, string>;
}

/** Links to diffoscope's pages, by place. A file's name is never more than a path: it can name no other scheme. */
export function deepLinks({ deep, contents }: DeepPages): DeepLinks {
  const files = new Map(deep.map(({ place, file }, at) => [JSON.stringify(place), { file, at }]));
  return (place) => {
    const found = files.get(JSON.stringify(place));
    if (found === undefined) return nothing;
    const { file, at } = found;
    return contents?.has(file) === true
      ? markup`<p><a href="#deep-${at + 1}">All of it, by diffoscope</a></p>`
      : markup`<p>${fileLink(file)}</p>`;
  };
}

/** The pages themselves, each in a frame that may do nothing; undefined where none is to be in ours. */
export function deepMarkup({ deep, contents }: DeepPages): Markup | undefined {
  if (contents === undefined || contents.size === 0) return undefined;
  return markup`${deep.map(({ place, file }, at) => {
    const content = contents.get(file);
    if (content === undefined) return nothing;
    return markup`<details class="card" id="deep-${at + 1}" open><summary>${chain(place)}</summary><iframe class="deep" title="What diffoscope says" sandbox="" srcdoc="${content}"></iframe><p>${fileLink(file)}</p></details>`;
  })}`;
}

const fileLink = (file: string): Markup =>
  markup`<a href="${pathAddress(file)}" rel="noreferrer">All of it, by diffoscope, as a page of its own</a>`;

/** The style sheets in these pages, as they stand there: what a policy has to allow by hash. */
export function stylesOf({ contents }: DeepPages): readonly string[] {
  const sheets = [...(contents?.values() ?? [])].flatMap((page) =>
    [...page.matchAll(/<style>([^<]*)<\/style>/g)].map(([, sheet = '']) => sheet),
  );
  return [...new Set(sheets)].slice(0, mostStyles);
}

/** One for each version of diffoscope that made any of the pages. */
const mostStyles = 4;

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
