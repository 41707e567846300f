import { formatDuration } from '../../text/duration.js';
import type { CheckReport } from '../../vary/types.js';
import { visible } from '../visible.js';
import { count, grouped } from '../words.js';
import { logMarkup } from './log.js';
import { markup, nothing, type Markup } from './markup.js';
import { badge, code } from './values.js';

const mostVariations = 200;
const mostBuilds = 200;

/** Every variation: both values, or why it was not tried. */
export function variationsMarkup({ variations }: CheckReport): Markup | undefined {
  if (variations.length === 0) return undefined;
  return markup`<div class="card"><table class="wide stack"><thead><tr><th scope="col">variation</th><th scope="col">A</th><th scope="col">B</th><th scope="col">status</th></tr></thead><tbody>${variations.slice(0, mostVariations).map(rowMarkup)}</tbody></table></div>`;
}

function rowMarkup({
  title,
  status,
  why,
  a,
  b,
  neverAsked,
  needs,
}: CheckReport['variations'][number]): Markup {
  const name = visible(title, 80);
  if (status !== 'used') {
    const needed =
      status === 'skipped' && needs !== '' && needs !== 'nothing'
        ? markup` <span class="soft">Needs ${visible(needs, 200)}.</span>`
        : nothing;
    return markup`<tr><th scope="row">${name}</th><td colspan="2">${visible(why ?? 'no reason was given', 400)}${needed}</td><td>${badge(status === 'skipped' ? 'skipped' : 'left out', 'note')}</td></tr>`;
  }
  const value = (text: string | undefined) =>
    text === undefined || text === ''
      ? markup`<span class="soft">not said</span>`
      : code(text, 120);
  const state = neverAsked ? badge('no process asked for it', 'soft') : badge('varied', 'good');
  return markup`<tr><th scope="row">${name}</th><td>${value(a)}</td><td>${value(b)}</td><td>${state}</td></tr>`;
}

/** Every build: what was varied, how it ended, how long it took. */
export function buildsMarkup(
  { builds, variations }: CheckReport,
  title: (name: string) => string,
): Markup | undefined {
  if (builds.length === 0) return undefined;
  const left = builds.length - mostBuilds;
  const all = variations.filter(({ status }) => status === 'used').map(({ name }) => name);
  return markup`<details class="card"><summary>${count(builds.length, 'build')}, in the order in which they were made</summary><table class="wide stack"><thead><tr><th scope="col">build</th><th scope="col">varied</th><th scope="col">outcome</th><th scope="col">time</th></tr></thead><tbody>${builds
    .slice(0, mostBuilds)
    .map(({ id, varied, outcome, milliseconds, notes }) => {
      const what = variedMarkup(varied, all, title);
      const end =
        outcome.type === 'built'
          ? badge('built', 'good')
          : markup`${badge('failed', 'bad')} ${visible(outcome.why, 200)}${logMarkup(outcome.lastLines.slice(-10))}`;
      return markup`<tr><th scope="row">${visible(id, 60)}</th><td>${what}${notes.slice(0, 10).map((note) => markup`<br><span class="soft">${visible(note, 300)}</span>`)}</td><td>${end}</td><td>${formatDuration(milliseconds)}</td></tr>`;
    })}</tbody></table>${left > 0 ? markup`<p class="soft">and ${grouped(left)} more</p>` : nothing}</details>`;
}

/** The names, or where these are fewer, all but the others. */
function variedMarkup(
  varied: readonly string[],
  all: readonly string[],
  title: (name: string) => string,
): Markup {
  if (varied.length === 0) return markup`<span class="soft">nothing</span>`;
  const others = all.filter((name) => !varied.includes(name));
  const isMost = others.length < varied.length && all.length === varied.length + others.length;
  const names = (isMost ? others : varied).slice(0, 60).map(title).join(', ');
  if (!isMost) return markup`${names}`;
  return markup`<span class="soft">${others.length === 0 ? 'everything' : 'everything but'}</span> ${names}`;
}
