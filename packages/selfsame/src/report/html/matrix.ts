import type { ArtifactReport, CheckReport } from '../../vary/types.js';
import { visible } from '../visible.js';
import { causeWords, grouped } from '../words.js';
import { markup, nothing, type Markup, type Room } from './markup.js';
import { badge, pathMarkup } from './values.js';

/** Rows and columns of the matrix; what is beyond is counted. */
const mostRows = 2_000;
const mostColumns = 60;

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
  const columns = report.variations.slice(0, mostColumns);
  const differing = report.artifacts.filter(({ status }) => status === 'differs');
  if (columns.length === 0 || differing.length === 0) return undefined;
  const rows: Markup[] = [];
  for (const artifact of differing.slice(0, mostRows)) {
    const row = room.take(() => rowMarkup(artifact, columns, link(artifact)));
    if (row === undefined) break;
    rows.push(row);
  }
  const left = differing.length - rows.length;
  const hidden = report.variations.length - columns.length;
  return markup`<div class="card"><div class="scroll" tabindex="0" role="region" aria-label="Matrix of files and variations"><table class="matrix"><thead><tr><th scope="col">file</th>${columns.map(({ title }) => markup`<th scope="col"><div class="turn">${visible(title, 60)}</div></th>`)}<th scope="col">causes</th></tr></thead><tbody>${rows}</tbody></table></div><ul class="legend">${legend.map(([cell, text]) => markup`<li><span class="m ${cell}" aria-hidden="true"></span>${text}</li>`)}</ul>${left > 0 ? markup`<p class="soft">${grouped(left)} more files differ and are left out here.</p>` : nothing}${hidden > 0 ? markup`<p class="soft">${grouped(hidden)} more variations are left out here.</p>` : nothing}</div>`;
}

function rowMarkup(
  artifact: ArtifactReport,
  columns: CheckReport['variations'],
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
  { name, status }: CheckReport['variations'][number],
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
