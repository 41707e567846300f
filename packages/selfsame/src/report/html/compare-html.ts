import type { CompareReport, Place, RootCause } from '../../compare/types.js';
import { formatBytes } from '../../text/bytes.js';
import { formatDuration } from '../../text/duration.js';
import { type FindingGroup, evidenceOf, walk } from '../findings.js';
import { visible } from '../visible.js';
import { compareHeadline } from '../headline.js';
import { causeWords, count, grouped } from '../words.js';
import { deepLinks, deepMarkup, stylesOf, type DeepPages } from './deep-links.js';
import { differenceMarkup, unexaminedList, type DeepLinks } from './difference.js';
import { findingMarkup } from './finding.js';
import { markup, nothing, Room, type Markup } from './markup.js';
import { bannerMarkup, pageOf } from './page.js';
import { placesMarkup, type PlaceNote } from './places.js';
import { badge, chain, code } from './values.js';

const rootCharacters = 3_000_000;
const detailCharacters = 5_000_000;
const mostRoots = 200;
const mostHidden = 500;

/**
 * A comparison as one self-contained page: verdict, root causes with the chains of what differs because of them, the
 * tree of differences, what was ignored and what it hid, and what is missing. At most about 10 million characters and those
 * of diffoscope's pages.
 */
export function compareHtml(report: CompareReport, contents?: DeepPages['contents']): string {
  const headline = compareHeadline(report);
  const pages = { deep: report.deep, ...(contents !== undefined && { contents }) };
  const deep = deepLinks(pages);
  const { totals, difference } = report;
  return pageOf({
    title: `${headline.text}: ${visible(report.a, 80)} and ${visible(report.b, 80)}`,
    command: 'compare',
    frameStyles: stylesOf(pages),
    banner: bannerMarkup({
      headline,
      subject: markup`<dl class="pair"><div><dt>A</dt><dd>${code(report.a, 300)}</dd></div><div><dt>B</dt><dd>${code(report.b, 300)}</dd></div></dl>`,
      part: { differing: totals.differing, all: totals.files },
      numbers: [
        [grouped(totals.differing), totals.differing === 1 ? 'file differs' : 'files differ'],
        ...(totals.differingDirectories === 0
          ? []
          : [
              [
                grouped(totals.differingDirectories),
                totals.differingDirectories === 1 ? 'directory differs' : 'directories differ',
              ] as const,
            ]),
        [grouped(totals.files), totals.files === 1 ? 'file compared' : 'files compared'],
        [formatBytes(totals.bytes), 'read'],
        [
          grouped(report.rootCauses.length),
          report.rootCauses.length === 1 ? 'root cause' : 'root causes',
        ],
        [grouped(report.unexamined.length), 'not examined'],
        [formatDuration(totals.milliseconds), 'in all'],
      ],
    }),
    sections: [
      {
        id: 'roots',
        heading: 'Root causes',
        lead: 'The smallest things that differ by themselves, and what differs only because of them.',
        content: rootsMarkup(report, new Room(rootCharacters), deep),
      },
      {
        id: 'differences',
        heading: 'What differs, from the outside in',
        content:
          difference === undefined
            ? undefined
            : markup`<div class="card">${differenceMarkup(difference, new Room(detailCharacters), deep)}</div>`,
      },
      { id: 'deep', heading: 'What diffoscope says', content: deepMarkup(pages) },
      { id: 'ignored', heading: 'What was ignored', content: ignoredMarkup(report) },
      {
        id: 'missing',
        heading: 'What could not be examined',
        content:
          report.unexamined.length === 0
            ? undefined
            : markup`<div class="card">${unexaminedList(report.unexamined, 200)}</div>`,
      },
    ],
  });
}

function rootsMarkup(report: CompareReport, room: Room, deep: DeepLinks): Markup | undefined {
  const { rootCauses, difference } = report;
  if (rootCauses.length === 0) return undefined;
  const found = new Map<string, FindingGroup[]>();
  const wanted = new Set(rootCauses.map(({ place }) => JSON.stringify(place)));
  for (const { difference: inner, place } of walk(difference)) {
    const id = JSON.stringify(place);
    if (wanted.has(id)) found.set(id, evidenceOf(inner));
  }
  const shown: Markup[] = [];
  for (const root of rootCauses.slice(0, mostRoots)) {
    const groups = found.get(JSON.stringify(root.place)) ?? [];
    const made = room.take(() => rootMarkup(root, groups, deep));
    if (made === undefined) break;
    shown.push(made);
  }
  const left = rootCauses.length - shown.length;
  return markup`<div class="${shown.length > 50 ? 'many' : 'few'}">${shown}</div>${left > 0 ? markup`<p class="card">${count(left, 'more root cause')} left out here. The JSON form has all of them.</p>` : nothing}`;
}

function rootMarkup(root: RootCause, groups: readonly FindingGroup[], deep: DeepLinks): Markup {
  const { place, causes, explains, alone, also, assumed } = root;
  const shown = groups.slice(0, 4);
  const left = groups.length - shown.length;
  const without = new Set(alone.map((one) => JSON.stringify(one)));
  const guessed = new Set(assumed.map((one) => JSON.stringify(one)));
  const note = (one: Place): PlaceNote => {
    const id = JSON.stringify(one);
    if (guessed.has(id)) return ['assumed, not seen', 'note'];
    return without.has(id) ? ['same without it', 'good'] : undefined;
  };
  return markup`<article class="card"><h3>${chain(place)}</h3><p class="badges">${causes.map((cause) => badge(causeWords(cause), 'cause'))}</p>${shown.map((group) => findingMarkup(group, place.length))}${left > 0 ? markup`<p class="soft">${count(left, 'more finding')} below.</p>` : nothing}${deep(place)}${placesMarkup('Differ because of it', explains, note)}${placesMarkup('The same thing, elsewhere', also, () => undefined)}</article>
`;
}

function ignoredMarkup({ ignored, hidden }: CompareReport): Markup | undefined {
  if (ignored.length === 0 && hidden.length === 0) return undefined;
  const left = hidden.length - mostHidden;
  const list =
    hidden.length === 0
      ? nothing
      : markup`<details class="more"><summary>What was hidden</summary><table class="wide stack"><thead><tr><th scope="col">by</th><th scope="col">where</th><th scope="col">what</th></tr></thead><tbody>${hidden.slice(0, mostHidden).map(({ normaliser, place, detail }) => markup`<tr><th scope="row">${visible(normaliser, 60)}</th><td>${chain(place)}</td><td>${code(detail)}</td></tr>`)}</tbody></table>${left > 0 ? markup`<p class="soft">and ${grouped(left)} more</p>` : nothing}</details>`;
  return markup`<div class="card"><ol>${ignored.slice(0, 100).map(({ normaliser, hid }) => markup`<li><strong>${visible(normaliser, 60)}</strong> ${hid === 0 ? 'hid nothing' : `hid ${count(hid, 'difference')}`}</li>`)}</ol>${list}</div>`;
}
