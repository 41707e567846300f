import { html as template, type raw } from 'hono/html';

/** Text that is markup already. Made by `markup` only, so that whatever is put into it was escaped. */
export type Markup = ReturnType<typeof raw>;

export type MarkupValue = string | number | Markup | undefined | readonly MarkupValue[];

/** A template of HTML: strings put into it are escaped, `undefined` is nothing, lists are joined. */
export function markup(strings: TemplateStringsArray, ...values: readonly MarkupValue[]): Markup {
  // Only promises make it asynchronous, and a MarkupValue is none.
  return template(strings, ...values) as Markup;
}

export const nothing: Markup = markup``;

/**
 * How much more a page may hold, in characters. Parts are asked for one after the other and left out once it is
 * used up; what is left out is counted, and said at its place.
 */
export class Room {
  #left: number;
  #leftOut = 0;

  constructor(characters: number) {
    this.#left = characters;
  }

  /** The part, or undefined where there is no room any more. A part that is begun is finished: it is bounded itself. */
  take(make: () => Markup): Markup | undefined {
    if (this.#left <= 0) {
      this.#leftOut += 1;
      return undefined;
    }
    const before = this.#left;
    const made = make();
    // Parts within it have taken theirs already.
    this.#left = Math.min(this.#left, before - made.length);
    return made;
  }

  get leftOut(): number {
    return this.#leftOut;
  }
}
