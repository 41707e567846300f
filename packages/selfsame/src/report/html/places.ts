import type { Place } from '../../compare/types.js';
import { visible } from '../visible.js';
import { count, grouped } from '../words.js';
import { markup, nothing, type Markup } from './markup.js';
import { badge, chain, pathMarkup, type Tone } from './values.js';

/** What is said of a place, beside it. */
export type PlaceNote = readonly [text: string, tone: Tone] | undefined;

/** Lines of a list, and names in one line. */
const mostLines = 20;
const mostNames = 24;
/** So few lines are shown without being unfolded. */
const fewLines = 6;

/** A list of places to unfold: those in the same container, and the same name in several, share a line. */
export function placesMarkup(
  heading: string,
  all: readonly Place[],
  note: (place: Place) => PlaceNote,
): Markup {
  if (all.length === 0) return nothing;
  const lines = linesOf(all, note);
  const shown = lines.slice(0, mostLines);
  const left = lines.slice(mostLines).reduce((sum, { places }) => sum + places.length, 0);
  const open = lines.length <= fewLines ? markup` open` : nothing;
  return markup`<details class="more"${open}><summary>${heading}: ${grouped(all.length)}</summary><ul class="missing">${shown.map(lineMarkup)}${left > 0 ? markup`<li class="soft">and ${grouped(left)} more</li>` : nothing}</ul></details>`;
}

interface Line {
  readonly shares: 'container' | 'name' | 'nothing';
  /** At least one, of which the same is said. */
  readonly places: readonly Place[];
  readonly note: PlaceNote;
}

function linesOf(all: readonly Place[], note: (place: Place) => PlaceNote): readonly Line[] {
  const lines: Line[] = [];
  const alone: Place[] = [];
  for (const places of groupsBy(all, (place) => [place.slice(0, -1), note(place)])) {
    const [first] = places;
    if (first === undefined) continue;
    if (places.length === 1 || first.length < 2) alone.push(...places);
    else lines.push({ shares: 'container', places, note: note(first) });
  }
  for (const places of groupsBy(alone, (place) => [place.at(-1), note(place)])) {
    const [first] = places;
    if (first === undefined) continue;
    lines.push({ shares: places.length > 1 ? 'name' : 'nothing', places, note: note(first) });
  }
  const order = new Map(all.map((place, index) => [place, index]));
  const at = ({ places: [first] }: Line): number => (first && order.get(first)) ?? 0;
  return lines.sort((one, other) => at(one) - at(other));
}

function groupsBy(places: readonly Place[], key: (place: Place) => unknown): Iterable<Place[]> {
  const groups = new Map<string, Place[]>();
  for (const place of places) {
    const text = JSON.stringify(key(place));
    const group = groups.get(text);
    if (group === undefined) groups.set(text, [place]);
    else group.push(place);
  }
  return groups.values();
}

function lineMarkup({ shares, places, note }: Line): Markup {
  const [first = []] = places;
  const said = note === undefined ? nothing : markup` ${badge(...note)}`;
  if (shares === 'nothing') return markup`<li>${chain(first)}${said}</li>`;
  const left = places.length - mostNames;
  const rest = left > 0 ? markup` <span class="soft">and ${grouped(left)} more</span>` : nothing;
  const shown = places.slice(0, mostNames);
  if (shares === 'container') {
    const names = shown.map((place) => pathMarkup(place.at(-1) ?? ''));
    return markup`<li>${chain(first.slice(0, -1))} <span class="soft">${count(places.length, 'part')}:</span> ${joined(names)}${rest}${said}</li>`;
  }
  const containers = shown.map(
    (place) =>
      markup`<code>${place
        .slice(0, -1)
        .map((name) => visible(name, 100))
        .join(' › ')}</code>`,
  );
  return markup`<li>${pathMarkup(first.at(-1) ?? '')} <span class="soft">in ${count(places.length, 'place')}:</span> ${joined(containers)}${rest}${said}</li>`;
}

function joined(parts: readonly Markup[]): readonly Markup[] {
  return parts.map((part, at) => (at === 0 ? part : markup`, ${part}`));
}
