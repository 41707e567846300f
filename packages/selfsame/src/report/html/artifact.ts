import type { Difference } from '../../compare/types.js';
import type { ArtifactReport, CheckReport, Writer } from '../../vary/types.js';
import { levelWords } from '../limits.js';
import { findingsOf, groupFindings } from '../findings.js';
import { visible } from '../visible.js';
import { count, dependenceWords, grouped, listed } from '../words.js';
import { differenceMarkup, leafMarkup, type DeepLinks } from './difference.js';
import { findingMarkup } from './finding.js';
import { markup, nothing, type Markup, type Room } from './markup.js';
import { badge, code, pathMarkup } from './values.js';

/** Causes told of one artifact before the details. */
const mostFindings = 4;
const mostWriters = 5;

/** What an artifact's section needs of the page around it. */
export interface ArtifactSurroundings {
  readonly title: (name: string) => string;
  readonly room: Room;
  readonly deep: DeepLinks;
  /** Of the recipe that was checked. */
  readonly level: CheckReport['level'];
}

/** All about one artifact that differs. */
export function artifactMarkup(
  artifact: ArtifactReport,
  id: string,
  { title, room, deep, level }: ArtifactSurroundings,
): Markup {
  const { path, dependence, consequenceOf, vanishesAt, difference, builds } = artifact;
  const groups = groupFindings(findingsOf(difference));
  const causes = groups.filter(({ finding }) => !finding.consequence);
  const shown = (causes.length > 0 ? causes : groups).slice(0, mostFindings);
  const left = groups.length - shown.length;
  const following =
    consequenceOf.length === 0
      ? nothing
      : markup`<p>Differs because of ${joined(consequenceOf.slice(0, 5).map((other) => code(other, 120)))}${consequenceOf.length > 5 ? ` and ${consequenceOf.length - 5} more` : ''}.</p>`;
  const between =
    builds === undefined
      ? nothing
      : markup` <span class="soft">A is ${visible(builds[0], 40)}, B is ${visible(builds[1], 40)}</span>`;
  const inside = insideMarkup(difference, between, room, deep);
  return markup`<article class="card" id="${id}"><h3>${pathMarkup(path)}</h3><p class="badges">${badge(dependenceWords(dependence, title), 'bad')}${vanishesAt === undefined ? nothing : badge(levelWords(vanishesAt, level), 'good')}</p>${dependence?.type === 'always' && dependence.why !== '' ? markup`<p>${visible(dependence.why, 300)}</p>` : nothing}${following}${presence(artifact)}${shown.map((group) => findingMarkup(group, 1))}${left > 0 ? markup`<p class="soft">${count(left, 'more finding')} in the details.</p>` : nothing}${inside}${writersMarkup(artifact.writers)}</article>
`;
}

function insideMarkup(
  difference: Difference | undefined,
  between: Markup,
  room: Room,
  deep: DeepLinks,
): Markup {
  if (difference === undefined) return nothing;
  if (difference.children.length > 0)
    return markup`<details class="more"><summary>What differs, from the outside in${between}</summary>${differenceMarkup(difference, room, deep)}</details>`;
  const leaf = leafMarkup(difference, room, deep);
  return leaf.length === 0
    ? nothing
    : markup`<details class="more" open><summary>What differs${between}</summary>${leaf}</details>`;
}

function joined(parts: readonly Markup[]): Markup[] {
  return parts.map((part, at) => (at === 0 ? part : markup`, ${part}`));
}

function presence({ difference }: ArtifactReport): Markup {
  switch (difference?.presence) {
    case undefined:
      return markup`<p class="soft">Its content was not compared.</p>`;
    case 'both':
      return nothing;
    case 'only-a':
      return markup`<p>Only build A made it.</p>`;
    case 'only-b':
      return markup`<p>Only build B made it.</p>`;
  }
}

/** Processes that wrote it, and what of the machine they asked for. */
function writersMarkup(writers: readonly Writer[]): Markup {
  if (writers.length === 0) return nothing;
  const left = writers.length - mostWriters;
  const names = [
    ...new Set(writers.map(({ executable }) => visible(executable.split('/').pop() ?? '', 40))),
  ];
  return markup`<details class="more"><summary>Written by ${listed(names.slice(0, 4))}</summary><ul class="plain">${writers
    .slice(0, mostWriters)
    .map(({ executable, arguments: words, directory, sources }) => {
      const used = Object.entries(sources).map(
        ([name, times]) => `${visible(name, 40)} ${grouped(times ?? 0)}×`,
      );
      return markup`<li>${pathMarkup(executable)} <code class="soft">${visible(
        words
          .slice(0, 40)
          .map((word) => word.slice(0, 200))
          .join(' '),
        300,
      )}</code><br><span class="soft">in</span> ${pathMarkup(directory)}${used.length === 0 ? nothing : markup` <span class="soft">asked for: ${used.slice(0, 20).join(', ')}</span>`}</li>`;
    })}${left > 0 ? markup`<li class="soft">and ${grouped(left)} more</li>` : nothing}</ul></details>`;
}
