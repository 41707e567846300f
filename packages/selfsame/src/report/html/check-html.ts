import { formatDuration } from '../../text/duration.js';
import type { ArtifactReport, CheckReport } from '../../vary/types.js';
import { buildNotes, limitsOfCheck } from '../limits.js';
import { visible } from '../visible.js';
import { artifactCount, checkHeadline } from '../headline.js';
import { count, failureWords, grouped, variationTitles } from '../words.js';
import { artifactMarkup } from './artifact.js';
import { deepLinks, deepMarkup, stylesOf, type DeepPages } from './deep-links.js';
import { fixesMarkup } from './fixes.js';
import { logMarkup } from './log.js';
import { markup, nothing, Room, type Markup } from './markup.js';
import { matrixMarkup } from './matrix.js';
import { bannerMarkup, pageOf } from './page.js';
import { badge, code, pathMarkup } from './values.js';
import { buildsMarkup, variationsMarkup } from './variations.js';

/** Characters of the details of artifacts, and of the matrix; both are bounded apart from each other. */
const detailCharacters = 5_000_000;
const matrixCharacters = 5_000_000;
/** Artifacts with a section of their own. */
const mostArtifacts = 300;

/** Pages of diffoscope, by place (the first name is the artifact's path), relative to the page. */
export type CheckHtmlOptions = Partial<DeepPages>;

/**
 * A check as one self-contained page: verdict, remedies, matrix of files and variations, each file with its causes
 * and what differs in it, and what was not tried. At most about 12 million characters, whatever the report;
 * what is left out is said where it would stand. Diffoscope's pages are added to that.
 */
export function checkHtml(report: CheckReport, options: CheckHtmlOptions = {}): string {
  const title = variationTitles(report);
  const differing = report.artifacts.filter(({ status }) => status === 'differs');
  const room = new Room(detailCharacters);
  const pages = { deep: [], ...options };
  const deep = deepLinks(pages);
  const sections = new Map<ArtifactReport, string>();
  const articles: Markup[] = [];
  for (const artifact of differing.slice(0, mostArtifacts)) {
    const id = `file-${articles.length + 1}`;
    const article = room.take(() =>
      artifactMarkup(artifact, id, { title, room, deep, level: report.level }),
    );
    if (article === undefined) break;
    sections.set(artifact, id);
    articles.push(article);
  }
  const left = differing.length - articles.length;
  if (left > 0) {
    articles.push(
      markup`<p class="card">${count(left, 'more file')} ${left === 1 ? 'differs' : 'differ'} and ${left === 1 ? 'is' : 'are'} left out here, to keep the page small. The JSON form has all of them.</p>`,
    );
  }
  const link = (artifact: ArtifactReport) => sections.get(artifact);
  const headline = checkHeadline(report);
  const all = artifactCount(report);
  // Without one build with nothing varied none was made with anything varied.
  const built = report.verdict !== 'does-not-build';
  const tried = built ? report.variations.filter(({ status }) => status === 'used').length : 0;
  return pageOf({
    title: `${headline.text}: ${visible(report.subject, 100)}`,
    command: 'check',
    frameStyles: stylesOf(pages),
    banner: bannerMarkup({
      headline,
      subject: markup`${code(report.subject, 300)} <span class="soft">in</span> ${pathMarkup(report.directory)}${levelMarkup(report)}`,
      part: { differing: differing.length, all },
      numbers: [
        [grouped(differing.length), differing.length === 1 ? 'file differs' : 'files differ'],
        [grouped(Math.max(0, all - differing.length)), 'the same'],
        [grouped(report.builds.length), report.builds.length === 1 ? 'build' : 'builds'],
        [grouped(tried), 'variations tried'],
        [grouped(report.variations.length - tried), 'not tried'],
        [formatDuration(report.milliseconds), 'in all'],
      ],
    }),
    sections: [
      { id: 'failures', heading: 'The build fails', content: failuresMarkup(report, title) },
      {
        id: 'fixes',
        heading: 'What to change',
        lead: 'Each remedy, with the files in which its cause was recognised. A file may have other causes, too.',
        content: fixesMarkup(differing, link),
      },
      {
        id: 'matrix',
        heading: 'Which condition matters',
        content: matrixMarkup(report, new Room(matrixCharacters), link),
      },
      {
        id: 'files',
        heading: 'Files that differ',
        content:
          articles.length === 0
            ? undefined
            : markup`<div class="${articles.length > 50 ? 'many' : 'few'}">${articles}</div>`,
      },
      { id: 'deep', heading: 'What diffoscope says', content: deepMarkup(pages) },
      {
        id: 'tried',
        heading: 'What was varied',
        content: built ? variationsMarkup(report) : undefined,
      },
      {
        id: 'limits',
        heading: 'What this does not cover',
        content: built ? limitsMarkup(report) : undefined,
      },
      { id: 'builds', heading: 'Builds', content: buildsMarkup(report, title) },
    ],
  });
}

function failuresMarkup(report: CheckReport, title: (name: string) => string): Markup | undefined {
  const { failures } = report;
  if (failures.length === 0) return undefined;
  const left = failures.length - 20;
  return markup`${failures
    .slice(0, 20)
    .map(
      ({ dependence, why, lastLines }) =>
        markup`<div class="card"><p class="badges">${badge(failureWords(report, dependence, title), 'bad')}</p><p>${visible(why, 400)}</p>${logMarkup(lastLines)}</div>`,
    )}${left > 0 ? markup`<p class="soft">${count(left, 'more failure')} left out.</p>` : nothing}`;
}

/** What `selfsame build` holds constant of a recipe, which the check varied all the same. */
function levelMarkup({ level }: CheckReport): Markup {
  return level === undefined
    ? nothing
    : markup`<br>The recipe's determinism level is ${badge(level, 'soft')}, which holds for <code>selfsame build</code>.`;
}

function limitsMarkup(report: CheckReport): Markup | undefined {
  const { wroteOutside, budgetSpent } = report;
  const notCovered = limitsOfCheck(report);
  const notes = buildNotes(report);
  const parts: Markup[] = [];
  if (budgetSpent)
    parts.push(
      markup`<p>The budget of builds or time ended before the search did: a longer check may find more.</p>`,
    );
  if (notCovered.length > 0)
    parts.push(
      markup`<ul>${notCovered.slice(0, 100).map((text) => markup`<li>${visible(text, 400)}</li>`)}</ul>`,
    );
  if (notes.length > 0)
    parts.push(
      markup`<h3>Of the builds</h3><ul>${notes.slice(0, 100).map((text) => markup`<li>${text}</li>`)}</ul>`,
    );
  if (wroteOutside.length > 0) {
    const left = wroteOutside.length - 50;
    parts.push(
      markup`<details class="more"><summary>${count(wroteOutside.length, 'path')} written outside of the tree, and lost</summary><ul class="plain">${wroteOutside.slice(0, 50).map((path) => markup`<li>${pathMarkup(path)}</li>`)}${left > 0 ? markup`<li class="soft">and ${grouped(left)} more</li>` : nothing}</ul></details>`,
    );
  }
  return parts.length === 0 ? undefined : markup`<div class="card">${parts}</div>`;
}
