import type { CauseName, Certainty, Place, RootCause, UnexaminedReason } from '../compare/types.js';
import type { CheckReport, Dependence } from '../vary/types.js';
import { visible } from './visible.js';

/** `1 file`, `2 files`, `1,234 files`. */
export function count(number: number, one: string, many = `${one}s`): string {
  return `${grouped(number)} ${number === 1 ? one : many}`;
}

/** `1,234,567`, whatever the machine's locale. */
export function grouped(number: number): string {
  return String(number).replace(/\B(?=(?:\d{3})+$)/g, ',');
}

/** `gzip header, likely`: which kind of a cause it is and how sure; empty where that says nothing more. */
export function kindWords(cause: CauseName, kind: string, certainty: Certainty): string {
  const shown = visible(kind, 100);
  const parts = [
    ...(shown === causeWords(cause) ? [] : [shown]),
    ...(certainty === 'certain' ? [] : [certaintyWords(certainty)]),
  ];
  return parts.join(', ');
}

/** A sentence with code between backticks, as its pieces: every second one is code. */
export function sentencePieces(text: string): string[] {
  const pieces = visible(text, 600).split('`');
  // A backtick without another is just a character.
  return pieces.length % 2 === 1 ? pieces : [...pieces.slice(0, -2), pieces.slice(-2).join('`')];
}

/** An offset in bytes: `0x1f40`. */
export function offsetWords(offset: number): string {
  return `0x${offset.toString(16)}`;
}

/** `a, b and c`. */
export function listed(words: readonly string[], last = 'and'): string {
  return words.length < 2
    ? words.join('')
    : `${words.slice(0, -1).join(', ')} ${last} ${words.at(-1) ?? ''}`;
}

/** `build-path` → `build path`. */
export function causeWords(cause: CauseName): string {
  return cause.replaceAll('-', ' ');
}

const certainties: Readonly<Record<Certainty, string>> = {
  certain: 'certain',
  likely: 'likely',
  possible: 'possible',
};

export function certaintyWords(certainty: Certainty): string {
  return certainties[certainty];
}

const reasons: Readonly<Partial<Record<UnexaminedReason, string>>> = {
  'too-deep': 'nested too deeply',
  'too-large': 'too large',
  'out-of-time': 'out of time',
  damaged: 'damaged',
  encrypted: 'encrypted',
  unsupported: 'not supported',
  unreadable: 'cannot be read',
  'tool-missing': 'a tool is missing',
  'too-many-differences': 'too many differences',
};

export function reasonWords(reason: UnexaminedReason): string {
  return reasons[reason] ?? reason.replaceAll('-', ' ');
}

/** How a variation is called in tables: its title in the report, or its name. Printable. */
export function variationTitles(report: CheckReport): (name: string) => string {
  const titles = new Map(report.variations.map(({ name, title }) => [name, visible(title, 60)]));
  return (name) => titles.get(name) ?? visible(name, 60);
}

/** `build path`, `CPU count + locale together`, `build path, or time`; every name through `title`. */
export function setsWords(
  sets: readonly (readonly string[])[],
  title: (name: string) => string,
): string {
  const shown = sets
    .slice(0, 6)
    .map((set) =>
      set.length < 2 ? set.map(title).join('') : `${set.map(title).join(' + ')} together`,
    );
  const more = sets.length > 6 ? [count(sets.length - 6, 'other set')] : [];
  return [...shown, ...more].join(', or ');
}

/** Why something differs, as the end of a sentence about it: `differs with: build path`. */
export function dependenceWords(
  dependence: Dependence | undefined,
  title: (name: string) => string,
  verb = 'differs',
): string {
  switch (dependence?.type) {
    case undefined:
      return verb;
    case 'always':
      return `${verb} always, even with nothing varied`;
    case 'with':
      return `${verb} with: ${setsWords(dependence.sets, title)}${dependence.incomplete === true ? ' (perhaps with others: the budget ended before the search)' : ''}`;
    case 'sometimes':
      return `${verb} sometimes: in ${dependence.differed} of ${count(dependence.builds, 'build')} under the same conditions`;
    case 'unsearched':
      return `${verb} with one or more of${candidateWords(dependence.candidates, title)} (${dependence.quick === true ? 'without a search, as was asked for' : 'the budget ended before the search'})`;
  }
}

/** How a build fails, as the end of a sentence about it: `fails with: build path`. */
export function failureWords(
  { verdict }: CheckReport,
  dependence: Dependence,
  title: (name: string) => string,
): string {
  // One build was made: that it would always fail was not tried.
  return verdict === 'does-not-build'
    ? 'fails with nothing varied'
    : dependenceWords(dependence, title, 'fails');
}

/** More than these are not named: nobody reads that it can be any of thirty. */
const namedCandidates = 8;

function candidateWords(candidates: readonly string[], title: (name: string) => string): string {
  return candidates.length > namedCandidates
    ? ` ${candidates.length} variations`
    : `: ${listed(candidates.map(title), 'or')}`;
}

/**
 * Of what differs because of a root cause, that which its own place does not name already: the innermost of each
 * chain, which names those around it.
 */
export function heldElsewhere({ place, explains }: RootCause): Place[] {
  const named = new Set(place.map((_, at) => JSON.stringify(place.slice(0, at + 1))));
  const elsewhere = explains.filter((one) => !named.has(JSON.stringify(one)));
  const around = new Set(
    elsewhere.flatMap((one) => one.slice(1).map((_, at) => JSON.stringify(one.slice(0, at + 1)))),
  );
  return elsewhere.filter((one) => !around.has(JSON.stringify(one)));
}
