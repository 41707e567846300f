import type { Place } from '../../compare/types.js';
import type { Style } from '../../text/style.js';
import type { FindingGroup } from '../findings.js';
import { visible } from '../visible.js';
import type { Headline } from '../headline.js';
import { causeWords, count, grouped, kindWords, offsetWords } from '../words.js';
import { wrap } from './wrap.js';

export interface TerminalOptions {
  readonly style: Style;
  /** Columns of the terminal; 100 where there is none. */
  readonly columns?: number | undefined;
  /** Artifacts (or root causes) told in full; 10 if left out. */
  readonly most?: number;
  /** How to see the rest, as a command line has it: `--html FILE` if left out. */
  readonly rest?: string;
}

/** Characters of a name on a terminal. */
const nameCharacters = 160;
/** Findings told of one artifact. */
const mostFindings = 3;

const tones = { good: 'green', note: 'yellow', bad: 'red' } as const;

/** What stands where a side has nothing. */
const nothing = '(nothing)';

/** Lines of one answer, wrapped and painted. */
export class Lines {
  readonly style: Style;
  readonly columns: number;
  readonly most: number;
  readonly rest: string;
  readonly all: string[] = [];
  /** Remedies that were told in full. */
  readonly #remedies = new Set<string>();

  constructor({ style, columns = 100, most = 10, rest = '--html FILE' }: TerminalOptions) {
    this.style = style;
    this.columns = Math.max(30, columns);
    this.most = most;
    this.rest = rest;
  }

  /** Printable text behind `first`, each line of it painted. */
  add(text: string, first = '', paint: (line: string) => string = (line) => line): void {
    for (const line of wrap(text, this.columns, first)) {
      const indent = line.length - line.trimStart().length;
      this.all.push(line.slice(0, indent) + paint(line.slice(indent)));
    }
  }

  gap(): void {
    if (this.all.length > 0 && this.all.at(-1) !== '') this.all.push('');
  }

  headline({ tone, text, rest }: Headline): void {
    const paint = this.style[tones[tone]];
    this.add(text, '', (line) => this.style.bold(paint(line)));
    for (const sentence of rest) this.add(sentence);
  }

  /**
   * The causes of an artifact: what, where, both values, what to do; that in full where it stands first.
   *
   * @param depth names of places that the reader sees already, above
   */
  findings(groups: readonly FindingGroup[], indent: string, depth = 1): void {
    const causes = groups.filter(({ finding }) => !finding.consequence);
    const shown = (causes.length > 0 ? causes : groups).slice(0, mostFindings);
    for (const { finding, number } of shown) {
      const { cause, kind, certainty, place, offsetA, a, b, remedy } = finding;
      const words = kindWords(cause, kind, certainty);
      const where = place.length > depth ? ` in ${placeWords(place.slice(depth))}` : '';
      const at = offsetA === undefined ? '' : ` at ${offsetWords(offsetA)}`;
      const more = number > 1 ? `, ${count(number, 'time')}` : '';
      this.add(
        `${causeWords(cause)}${words === '' ? '' : ` (${words})`}${where}${at}${more}`,
        indent,
        (line) => this.style.yellow(line),
      );
      for (const [side, value] of Object.entries({ A: a, B: b }))
        this.add(value === '' ? nothing : visible(value), `${indent}  ${side}  `, (line) =>
          this.style.cyan(line),
        );
      this.#remedy(visible(remedy, 400), `${indent}  → `);
    }
    const left = causes.length - shown.length;
    if (causes.length > 0 && left > 0)
      this.add(`and ${count(left, 'other cause')}`, indent, (line) => this.style.dim(line));
  }

  #remedy(text: string, first: string): void {
    if (text === '') return;
    this.add(this.#remedies.has(text) ? 'as above' : text, first);
    this.#remedies.add(text);
  }

  /** `and 12 more files: --html FILE`. */
  more(number: number, one: string): void {
    if (number <= 0) return;
    this.gap();
    const what = number === 1 ? one : `${one}s`;
    this.add(`and ${grouped(number)} more ${what}: ${this.rest}`, '', (line) =>
      this.style.dim(line),
    );
  }

  /** A word, then a list on lines of its own; at most 5 of it. */
  list(heading: string, items: readonly string[]): void {
    if (items.length === 0) return;
    this.gap();
    this.add(heading, '', (line) => this.style.bold(line));
    for (const item of items.slice(0, 5)) this.add(item, '  ');
    if (items.length > 5)
      this.add(`and ${items.length - 5} more: ${this.rest}`, '  ', (line) => this.style.dim(line));
  }
}

/** `data.tar.xz › ./usr/bin/hello › .debug_str`. */
export function placeWords(place: Place): string {
  const names = place.length > 12 ? [...place.slice(0, 6), '…', ...place.slice(-5)] : place;
  return names.map((name) => visible(name, nameCharacters)).join(' › ');
}

export function nameWords(name: string): string {
  return visible(name, nameCharacters);
}
