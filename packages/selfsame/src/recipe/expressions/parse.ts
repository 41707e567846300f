/** Where something stands in a text: UTF-16 code units from 0. */
export interface Span {
  readonly offset: number;
  readonly length: number;
}

/** `| replace("a", "b")` */
export interface FilterCall extends Span {
  readonly name: string;
  readonly args: readonly string[];
}

/** One `${{ … }}`. The span covers what stands between the braces, without blanks. */
export interface Expression extends Span {
  readonly subject:
    | (Span & { readonly type: 'text'; readonly value: string })
    | (Span & { readonly type: 'name'; readonly name: string });
  readonly filters: readonly FilterCall[];
}

export type Parsed =
  | { readonly ok: true; readonly parts: readonly (string | Expression)[] }
  | ({ readonly ok: false; readonly message: string; readonly hint?: string } & Span);

/** The most expressions in one text. */
const mostExpressions = 10_000;

/** True if there is anything to expand. */
export function hasExpressions(text: string): boolean {
  return text.includes('${{');
}

/**
 * Splits a text into literal parts and expressions.
 *
 *     text       := (literal | "${{" expression "}}")*
 *     expression := subject ("|" filter)*
 *     subject    := string | name
 *     filter     := word [ "(" string ("," string)* ")" ]
 *     string     := '…' without escapes | "…" with \" \\ \n \t
 *     name       := [A-Za-z0-9_] [A-Za-z0-9_+.-]*
 *
 * Everything outside `${{ }}` is literal, `${NAME}`, `$(…)` and a lone `}}` included. A literal `${{` is
 * written `${{ '${{' }}`.
 */
export function parseTemplate(text: string): Parsed {
  const parts: (string | Expression)[] = [];
  let at = 0;
  for (let count = 0; ; count++) {
    const open = text.indexOf('${{', at);
    if (open === -1) break;
    if (count === mostExpressions) {
      const message = `more than ${mostExpressions} expressions in one text`;
      return { ok: false, message, offset: open, length: 3 };
    }
    if (open > at) parts.push(text.slice(at, open));
    const reader = new Reader(text, open + 3);
    const expression = reader.expression(open);
    if ('message' in expression) return { ok: false, ...expression };
    parts.push(expression);
    at = reader.at;
  }
  if (at < text.length) parts.push(text.slice(at));
  return { ok: true, parts };
}

type Failure = { readonly message: string; readonly hint?: string } & Span;

const name = /[A-Za-z0-9_][A-Za-z0-9_+.-]*/y;
const word = /[a-z][a-z0-9-]*/y;
const blanks = /[ \t\r\n]*/y;
const escapes: Readonly<Record<string, string>> = { '"': '"', '\\': '\\', n: '\n', t: '\t' };

class Reader {
  at: number;
  readonly #text: string;

  constructor(text: string, at: number) {
    this.#text = text;
    this.at = at;
  }

  /** Reads to after `}}`. `open` is where `${{` stands. */
  expression(open: number): Expression | Failure {
    this.#match(blanks);
    const offset = this.at;
    const subject = this.#subject(open);
    if ('message' in subject) return subject;
    const filters: FilterCall[] = [];
    for (;;) {
      const end = this.at;
      this.#match(blanks);
      if (this.#text.startsWith('}}', this.at)) {
        this.at += 2;
        return { offset, length: end - offset, subject, filters };
      }
      if (this.#text[this.at] !== '|') return this.#unexpected(open, 'a filter (| …) or }}');
      this.at++;
      const filter = this.#filter(open);
      if ('message' in filter) return filter;
      filters.push(filter);
    }
  }

  #subject(open: number): Expression['subject'] | Failure {
    const offset = this.at;
    const quoted = this.#string();
    if (quoted !== undefined) {
      if (typeof quoted !== 'string') return quoted;
      return { type: 'text', value: quoted, offset, length: this.at - offset };
    }
    const found = this.#match(name);
    if (found === '') return this.#unexpected(open, 'a name or a string in quotes');
    return { type: 'name', name: found, offset, length: found.length };
  }

  #filter(open: number): FilterCall | Failure {
    this.#match(blanks);
    const offset = this.at;
    const filter = this.#match(word);
    if (filter === '') return this.#unexpected(open, 'the name of a filter');
    const args: string[] = [];
    const end = this.at;
    this.#match(blanks);
    if (this.#text[this.at] !== '(') {
      this.at = end;
      return { name: filter, args, offset, length: filter.length };
    }
    do {
      this.at++;
      this.#match(blanks);
      const argument = this.#string();
      if (argument === undefined) return this.#unexpected(open, 'a string in quotes');
      if (typeof argument !== 'string') return argument;
      args.push(argument);
      this.#match(blanks);
    } while (this.#text[this.at] === ',');
    if (this.#text[this.at] !== ')') return this.#unexpected(open, ', or )');
    this.at++;
    return { name: filter, args, offset, length: this.at - offset };
  }

  #string(): string | Failure | undefined {
    const quote = this.#text[this.at];
    if (quote !== '"' && quote !== "'") return undefined;
    const start = this.at++;
    let value = '';
    for (;;) {
      const character = this.#text[this.at];
      if (character === undefined || character === '\n') {
        return {
          message: 'this string is not closed',
          hint: `add a ${quote}`,
          offset: start,
          length: 1,
        };
      }
      this.at++;
      if (character === quote) return value;
      if (character !== '\\' || quote === "'") {
        value += character;
        continue;
      }
      const escape = this.#text[this.at] ?? '';
      const meaning = escapes[escape];
      if (meaning === undefined) {
        return {
          message: `\\${escape} means nothing here`,
          hint: 'escapes are \\" \\\\ \\n \\t; in single quotes there are none',
          offset: this.at - 1,
          length: 2,
        };
      }
      value += meaning;
      this.at++;
    }
  }

  #unexpected(open: number, expected: string): Failure {
    const found = this.#text.codePointAt(this.at);
    if (found === undefined || !this.#text.includes('}}', this.at)) {
      const hint = "close it with }}, or write a literal ${{ as ${{ '${{' }}";
      return { message: 'this expression is not closed', hint, offset: open, length: 3 };
    }
    const shown = this.#text.startsWith('}}', this.at) ? '}}' : String.fromCodePoint(found);
    return {
      message: `expected ${expected}, found ${JSON.stringify(shown)}`,
      offset: this.at,
      length: shown.length,
    };
  }

  #match(pattern: RegExp): string {
    pattern.lastIndex = this.at;
    const found = pattern.exec(this.#text)?.[0] ?? '';
    this.at += found.length;
    return found;
  }
}
