import type { Finding } from '../../compare/types.js';
import type { ArtifactReport } from '../../vary/types.js';
import { findingsOf, keyCharacters } from '../findings.js';
import { visible } from '../visible.js';
import { causeWords, count } from '../words.js';
import { markup, nothing, type Markup } from './markup.js';
import { badge, pathMarkup, sentenceMarkup } from './values.js';

/** Remedies told at the top. */
const mostFixes = 12;

interface Fix {
  readonly finding: Finding;
  readonly artifacts: ArtifactReport[];
}

/** One card for each remedy, with the files it helps: most files first. */
export function fixesMarkup(
  artifacts: readonly ArtifactReport[],
  link: (artifact: ArtifactReport) => string | undefined,
): Markup | undefined {
  const fixes = new Map<string, Fix>();
  for (const artifact of artifacts) {
    for (const finding of findingsOf(artifact.difference)) {
      if (finding.consequence || finding.remedy === '' || finding.cause === 'unknown') continue;
      const id = JSON.stringify([finding.cause, finding.remedy.slice(0, keyCharacters)]);
      const fix = fixes.get(id);
      if (fix === undefined) fixes.set(id, { finding, artifacts: [artifact] });
      else if (fix.artifacts.at(-1) !== artifact) fix.artifacts.push(artifact);
    }
  }
  if (fixes.size === 0) return undefined;
  const sorted = [...fixes.values()].sort(
    (one, other) => vague(one) - vague(other) || other.artifacts.length - one.artifacts.length,
  );
  const left = sorted.length - mostFixes;
  return markup`<ol class="fixes">${sorted
    .slice(0, mostFixes)
    .map(
      ({ finding, artifacts: helped }) =>
        markup`<li class="card"><p class="what">${badge(causeWords(finding.cause), 'cause')} <strong>${visible(finding.kind, 100)}</strong></p><p class="remedy"><b>Fix</b> <span>${sentenceMarkup(finding.remedy)}</span></p><p class="files">${filesOf(helped, link)}</p></li>`,
    )}</ol>${left > 0 ? markup`<p class="soft">${count(left, 'more remedy', 'more remedies')} with the files below.</p>` : nothing}`;
}

/** What only says that code or text differs comes after what says why. */
function vague({ finding: { cause } }: Fix): number {
  return cause === 'code' || cause === 'text' ? 1 : 0;
}

function filesOf(
  artifacts: readonly ArtifactReport[],
  link: (artifact: ArtifactReport) => string | undefined,
): Markup {
  const shown = artifacts.slice(0, 3).map((artifact, at) => {
    const target = link(artifact);
    const path = pathMarkup(artifact.path);
    return markup`${at > 0 ? ', ' : ''}${target === undefined ? path : markup`<a href="#${target}">${path}</a>`}`;
  });
  const left = artifacts.length - shown.length;
  return markup`for ${shown}${left > 0 ? ` and ${count(left, 'more file')}` : ''}`;
}
