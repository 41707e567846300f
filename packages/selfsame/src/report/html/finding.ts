import type { FindingGroup } from '../findings.js';
import { visible } from '../visible.js';
import { causeWords, certaintyWords, count, offsetWords } from '../words.js';
import { markup, nothing, type Markup } from './markup.js';
import { badge, chain, pair, sentenceMarkup } from './values.js';

/**
 * A cause with its evidence and remedy. `depth`: names of its place that the reader sees already, around it; the
 * chain shows the others.
 */
export function findingMarkup(group: FindingGroup, depth: number): Markup {
  const { cause, place, offsetA, offsetB, a, b, remedy, consequence } = group.finding;
  const quiet = consequence || cause === 'unknown';
  const inner = place.slice(depth);
  const where = inner.length > 0 ? chain(inner, offsetMarkup(offsetA ?? offsetB)) : nothing;
  const fix =
    remedy === ''
      ? nothing
      : markup`<p class="remedy${quiet ? ' quiet' : ''}"><b>${quiet ? 'Note' : 'Fix'}</b> <span>${sentenceMarkup(remedy)}</span></p>`;
  return markup`<div class="finding">${findingLine(group, inner.length === 0)}${where}${pair(a, b)}${fix}</div>`;
}

/** A cause in one line, for where its evidence is shown beside it. */
export function findingLine({ finding, number }: FindingGroup, withOffset: boolean): Markup {
  const { cause, kind, certainty, offsetA, offsetB, consequence } = finding;
  const times = number > 1 ? markup` <span class="soft">${count(number, 'time')}</span>` : nothing;
  const sure =
    certainty === 'certain' ? nothing : markup` ${badge(certaintyWords(certainty), 'soft')}`;
  const shown = visible(kind, 100);
  const name = shown === causeWords(cause) ? nothing : markup` <strong>${shown}</strong>`;
  const following = consequence ? markup` ${badge('follows from another', 'soft')}` : nothing;
  return markup`<p class="what">${badge(causeWords(cause), consequence ? 'soft' : 'cause')}${name}${sure}${following}${times}${withOffset ? offsetMarkup(offsetA ?? offsetB) : nothing}</p>`;
}

function offsetMarkup(offset: number | undefined): Markup {
  return offset === undefined
    ? nothing
    : markup` <span class="soft">at ${offsetWords(offset)}</span>`;
}
