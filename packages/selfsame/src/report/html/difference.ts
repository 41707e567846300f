import type { Difference, Place, Unexamined } from '../../compare/types.js';
import { formatBytes } from '../../text/bytes.js';
import { visible } from '../visible.js';
import { count, grouped, reasonWords } from '../words.js';
import { rangeMarkup } from './bytes.js';
import { findingLine, findingMarkup } from './finding.js';
import { markup, nothing, type Markup, type Room } from './markup.js';
import { textDiffMarkup } from './text-diff.js';
import { badge, chain, code, markedPair, pathMarkup } from './values.js';

/** Containers in containers that are shown. */
const deepest = 24;
/** Parts shown of any one thing. */
const mostChildren = 100;
const mostFields = 20;
const mostRanges = 4;
const mostFindings = 5;

/** Where diffoscope's pages are, by place. */
export type DeepLinks = (place: Place) => Markup;

/** What differs within something, from the outside in, as nested details. */
export function differenceMarkup(root: Difference, room: Room, deep: DeepLinks): Markup {
  return node(root, [root.name], room, deep);
}

/** As `differenceMarkup`, of something without parts whose name and findings the reader has seen already. */
export function leafMarkup(leaf: Difference, room: Room, deep: DeepLinks): Markup {
  return markup`${contentOf({ ...leaf, findings: [] }, [leaf.name], room)}${deep([leaf.name])}`;
}

function node(difference: Difference, place: Place, room: Room, deep: DeepLinks): Markup {
  const { children } = difference;
  const open = place.length < 3 || children.length < 4 ? markup` open` : nothing;
  const made = room.take(
    () =>
      markup`<details class="node"${open}><summary>${summaryOf(difference)}</summary><div class="inside">${contentOf(difference, place, room)}${deep(place)}${childrenOf(difference, place, room, deep)}</div></details>`,
  );
  return (
    made ?? markup`<p class="soft">${code(difference.name)} is left out: the page is full.</p>`
  );
}

function summaryOf({ name, nameInB, presence, format, sizeA, sizeB, types }: Difference): Markup {
  const renamed =
    nameInB === undefined
      ? nothing
      : markup` <span class="soft">in B</span> ${pathMarkup(nameInB)}`;
  const kind = format === undefined ? nothing : markup` ${badge(visible(format, 30), 'soft')}`;
  const only =
    presence === 'both'
      ? nothing
      : markup` ${badge(presence === 'only-a' ? 'only in A' : 'only in B', 'note')}`;
  const sizes = sizesOf(sizeA, sizeB);
  const typed =
    types === undefined
      ? nothing
      : markup` ${badge(`${visible(types[0], 30)} / ${visible(types[1], 30)}`, 'note')}`;
  return markup`${pathMarkup(name)}${renamed}${kind}${only}${typed}${sizes === '' ? nothing : markup` <span class="size">${sizes}</span>`}`;
}

function sizesOf(a: number | undefined, b: number | undefined): string {
  if (a === undefined && b === undefined) return '';
  if (a === b || b === undefined) return formatBytes(a ?? 0);
  if (a === undefined) return formatBytes(b);
  const more = b - a;
  return `${formatBytes(a)} / ${formatBytes(b)} (${more > 0 ? '+' : '−'}${grouped(Math.abs(more))} B)`;
}

function contentOf(difference: Difference, place: Place, room: Room): Markup {
  const { findings, fields, order, ranges, moreRanges, textDiff, unexamined } = difference;
  const parts: Markup[] = [];
  const add = (make: () => Markup) => {
    const made = room.take(make);
    if (made !== undefined) parts.push(made);
  };
  const evident =
    fields.length + ranges.length > 0 || textDiff !== undefined || order !== undefined;
  for (const finding of findings.slice(0, mostFindings)) {
    const group = { finding, number: 1 + finding.more };
    add(() => (evident ? findingLine(group, true) : findingMarkup(group, place.length)));
  }
  if (findings.length > mostFindings)
    parts.push(
      markup`<p class="soft">${count(findings.length - mostFindings, 'more finding')} here.</p>`,
    );
  if (fields.length > 0) add(() => fieldsTable(difference));
  if (order !== undefined)
    add(
      () =>
        markup`<p>The same parts in another order: ${count(order.moved, 'part')} moved; the first is ${code(order.first)} in A and ${code(order.firstInB)} in B.</p>`,
    );
  if (textDiff !== undefined && textDiff !== '') add(() => textDiffMarkup(textDiff));
  for (const range of ranges.slice(0, mostRanges)) add(() => rangeMarkup(range));
  const left = moreRanges + Math.max(0, ranges.length - mostRanges);
  if (left > 0)
    parts.push(markup`<p class="soft">${count(left, 'more range')} of bytes differ here.</p>`);
  if (unexamined.length > 0) add(() => unexaminedList(unexamined));
  return markup`${parts}`;
}

function fieldsTable({ fields }: Difference): Markup {
  const left = fields.length - mostFields;
  return markup`<div class="scroll" tabindex="0" role="region" aria-label="values that differ"><table class="fields"><thead><tr><th scope="col">value</th><th scope="col">A</th><th scope="col">B</th></tr></thead><tbody>${fields
    .slice(0, mostFields)
    .map(({ name, a, b }) => {
      const [inA, inB] = markedPair(a, b);
      return markup`<tr><th scope="row">${visible(name, 100)}</th><td>${inA}</td><td>${inB}</td></tr>`;
    })}</tbody></table></div>${left > 0 ? markup`<p class="soft">${count(left, 'more value')} differ.</p>` : nothing}`;
}

function childrenOf({ children }: Difference, place: Place, room: Room, deep: DeepLinks): Markup {
  if (children.length === 0) return nothing;
  if (place.length >= deepest)
    return markup`<p class="soft">What is within it is nested too deeply to be shown.</p>`;
  const shown = children
    .slice(0, mostChildren)
    .map((child) => node(child, [...place, child.name], room, deep));
  const left = children.length - shown.length;
  return markup`${shown}${left > 0 ? markup`<p class="soft">${count(left, 'more part')} differ.</p>` : nothing}`;
}

/** Parts of the answer that are missing. */
export function unexaminedList(unexamined: readonly Unexamined[], most = 20): Markup {
  const left = unexamined.length - most;
  return markup`<ul class="missing">${unexamined
    .slice(0, most)
    .map(
      ({ place, reason, detail }) =>
        markup`<li>${badge(reasonWords(reason), 'note')} ${chain(place)} <span>${visible(detail, 300)}</span></li>`,
    )}${left > 0 ? markup`<li class="soft">and ${grouped(left)} more</li>` : nothing}</ul>`;
}
