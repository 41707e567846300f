import type { ArtifactReport, CheckReport } from '../../vary/types.js';
import { visible } from '../visible.js';
import { causeWords, count, grouped } from '../words.js';
import { markup, nothing, type Markup, type Room } from './markup.js';
import { badge, pathMarkup } from './values.js';

/** Rows and columns of the matrix. */
const mostRows = 2_000;
const mostColumns = 60;
/** Rows that are shown at once; the others open. */
const openRows = 40;
/** Columns that fit beside names and causes. */
const fewColumns = 16;

type Variations = CheckReport['variations'];

type Cell = 'd' | 't' | 's' | 'u' | 'k';

/** For readers of words; the style shows a sign instead, and says the same. */
const words: Readonly<Record<Cell, string>> = {
  d: 'differs',
  t: 'together',
  s: 'same',
  u: 'not known',
  k: 'not tried',
};

const legend: readonly (readonly [Cell, string])[] = [
  ['d', 'differs with this alone'],
  ['t', 'differs with this and others together'],
  ['s', 'same'],
  ['u', 'not known'],
  ['k', 'not tried'],
];

/** Artifact × variation. `link`: where an artifact is told of on the page, or undefined. */
export function matrixMarkup(
  report: CheckReport,
  room: Room,
  link: (artifact: ArtifactReport) => string | undefined,
): Markup | undefined {
  const differing = report.artifacts.filter(({ status }) => status === 'differs');
  if (report.variations.length === 0 || differing.length === 0) return undefined;
  const { columns, same, untried, more } = columnsOf(report.variations, differing);
  const rows: Markup[] = [];
  for (const artifact of differing.slice(0, mostRows)) {
    const row = room.take(() => rowMarkup(artifact, columns, link(artifact)));
    if (row === undefined) break;
    rows.push(row);
  }
  const left = differing.length - rows.length;
  const head = columns.map(
    ({ title }) => markup`<th scope="col"><div class="turn">${visible(title, 60)}</div></th>`,
  );
  const signs = legend.map(
    ([cell, text]) => markup`<li><span class="m ${cell}" aria-hidden="true"></span>${text}</li>`,
  );
  const table = (label: string, some: readonly Markup[]): Markup =>
    markup`<div class="scroll" tabindex="0" role="region" aria-label="${label}"><table class="matrix"><thead><tr><th scope="col">file</th>${head}<th scope="col">causes</th></tr></thead><tbody>${some}</tbody></table></div>`;
  // A few more than fit are no reason to hide them.
  const first = rows.length > openRows * 1.5 ? openRows : rows.length;
  const others = rows.slice(first);
  const folded =
    others.length === 0
      ? nothing
      : markup`<details class="more"><summary>${count(others.length, 'more file')}</summary>${table('More of the matrix', others)}</details>`;
  return markup`<div class="card">${table('Matrix of files and variations', rows.slice(0, first))}${folded}<ul class="legend">${signs}</ul>${named('No file differs with', same)}${named('Not tried', untried)}${named('Left out here', more)}${left > 0 ? markup`<p class="soft">${grouped(left)} more files differ and are left out here.</p>` : nothing}</div>`;
}

/**
 * Where there are many variations, those that say the same of every file are named below the matrix instead of being
 * columns of it.
 */
function columnsOf(variations: Variations, artifacts: readonly ArtifactReport[]) {
  if (variations.length <= fewColumns)
    return { columns: variations, same: [], untried: [], more: [] };
  const untried = variations.filter(({ status }) => status !== 'used');
  const used = variations.filter(({ status }) => status === 'used');
  const same = used.filter((one) => artifacts.every((artifact) => cellOf(artifact, one) === 's'));
  const telling = used.filter((one) => !same.includes(one));
  const columns = telling.slice(0, mostColumns);
  const more = telling.slice(mostColumns);
  return { columns, same, untried, more };
}

function named(heading: string, variations: Variations): Markup {
  if (variations.length === 0) return nothing;
  const titles = variations.slice(0, 100).map(({ title }) => visible(title, 60));
  return markup`<p class="soft">${heading}: ${titles.join(', ')}.</p>`;
}

function rowMarkup(
  artifact: ArtifactReport,
  columns: Variations,
  target: string | undefined,
): Markup {
  const path = pathMarkup(artifact.path);
  const name = target === undefined ? path : markup`<a href="#${target}">${path}</a>`;
  const causes =
    artifact.causes.length === 0 && artifact.consequenceOf.length > 0
      ? markup`${badge('follows from another', 'soft')}`
      : artifact.causes.slice(0, 4).map((cause) => markup`${badge(causeWords(cause), 'cause')} `);
  return markup`<tr><th scope="row">${name}</th>${columns.map((column) => cellMarkup(cellOf(artifact, column)))}<td>${causes}</td></tr>`;
}

function cellMarkup(cell: Cell): Markup {
  return markup`<td><span class="m ${cell}">${words[cell]}</span></td>`;
}

function cellOf(
  { matrix, dependence }: ArtifactReport,
  { name, status }: Variations[number],
): Cell {
  if (status !== 'used') return 'k';
  const differs = Object.hasOwn(matrix, name) ? matrix[name] : undefined;
  if (differs === true) return 'd';
  if (dependence?.type === 'with') {
    const sets = dependence.sets.filter((set) => set.includes(name));
    if (sets.some((set) => set.length === 1)) return 'd';
    if (sets.length > 0) return 't';
  }
  return differs === false ? 's' : 'u';
}
