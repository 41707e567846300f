import { createHash } from 'node:crypto';
import { raw } from 'hono/html';
import type { Headline } from '../headline.js';
import { markup, nothing, type Markup } from './markup.js';
import { baseStyle } from './style-base.js';
import { partsStyle } from './style-parts.js';

/** Free of `<`, so that nothing in it ends the element. */
const style = baseStyle + partsStyle;

/**
 * Everything is forbidden but these styles: no script, no request, no form (CSP Level 3, §2.3.1 for the hash). It holds for
 * the documents of frames, too (§4.2.3 of HTML, `srcdoc`).
 */
function policyFor(styles: readonly string[]): string {
  const hashes = styles.map(
    (sheet) => `'sha256-${createHash('sha256').update(sheet).digest('base64')}'`,
  );
  return `default-src 'none'; style-src ${hashes.join(' ')}; base-uri 'none'; form-action 'none'`;
}

export interface Page {
  readonly title: string;
  /** `check` or `compare`. */
  readonly command: string;
  readonly sections: readonly Section[];
  readonly banner: Markup;
  /** Style sheets of the pages in frames. */
  readonly frameStyles?: readonly string[];
}

/** A part of a page with a heading; sections without content are left out. */
export interface Section {
  readonly id: string;
  readonly heading: string;
  readonly lead?: string;
  readonly content: Markup | undefined;
}

/** One self-contained HTML document without scripts. The same parts give the same bytes. */
export function pageOf({ title, command, sections, banner, frameStyles = [] }: Page): string {
  const shown = sections.filter(({ content }) => content !== undefined && content.length > 0);
  return markup`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="${raw(policyFor([style, ...frameStyles]))}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="referrer" content="no-referrer">
<meta name="robots" content="noindex">
<title>${title}</title>
<style>${raw(style)}</style>
</head>
<body>
<a class="skip" href="#content">To the findings</a>
<header class="top"><span><b>selfsame</b> ${command}</span><nav aria-label="Sections">${shown.map(({ id, heading }) => markup`<a href="#${id}">${heading}</a>`)}</nav></header>
<main id="content">
${banner}
${shown.map(
  ({
    id,
    heading,
    lead,
    content,
  }) => markup`<section aria-labelledby="${id}"><h2 id="${id}">${heading}</h2>
${lead === undefined ? nothing : markup`<p class="lead">${lead}</p>`}${content}</section>
`,
)}</main>
<footer>Made by selfsame. This page has no scripts and asks for nothing: it can be kept and sent as it is.</footer>
</body>
</html>
`.toString();
}

const signs = { good: '=', note: '?', bad: '≠' } as const;

export interface Banner {
  readonly headline: Headline;
  readonly subject: Markup;
  readonly numbers: readonly (readonly [value: string, name: string])[];
  /** Of all files, those that differ. */
  readonly part: { readonly differing: number; readonly all: number };
}

/** The verdict, in large. */
export function bannerMarkup({ headline, subject, numbers, part }: Banner): Markup {
  const { tone, text, rest } = headline;
  return markup`<section class="card banner ${tone}" aria-label="Verdict"><div class="sign" aria-hidden="true">${signs[tone]}</div><h1>${text}</h1><div class="rest"><div class="subject">${subject}</div>${rest.length === 0 ? nothing : markup`<ul>${rest.map((sentence) => markup`<li>${sentence}</li>`)}</ul>`}</div>${bar(part)}<dl class="numbers">${numbers.map(([value, name]) => markup`<div><dt>${name}</dt><dd>${value}</dd></div>`)}</dl></section>`;
}

function bar({ differing, all }: Banner['part']): Markup {
  if (all === 0) return nothing;
  const share = Math.min(100, Math.max(differing > 0 ? 1 : 0, (100 * differing) / all)).toFixed(2);
  return markup`<svg class="bar" aria-hidden="true" focusable="false"><rect class="rest" width="100%" height="100%"></rect><rect class="part" width="${share}%" height="100%"></rect></svg>`;
}
