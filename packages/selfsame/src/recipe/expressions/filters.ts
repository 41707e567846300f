/** What a filter makes of a text; `problem` completes "… cannot be applied: ". */
export type FilterResult =
  { readonly ok: true; readonly value: string } | { readonly ok: false; readonly problem: string };

export interface Filter {
  /** Names of its arguments, all required. */
  readonly parameters: readonly string[];
  /** For the reference in docs/recipes.md. */
  readonly does: string;
  /** `value` is undefined for a variable that is not set; only `default` takes that. */
  apply(value: string, ...args: readonly string[]): FilterResult;
}

const is = (value: string): FilterResult => ({ ok: true, value });

/** The leading `count` numbers of a version: `1.2.3` → `1.2`. */
function leading(value: string, count: number): FilterResult {
  const numbers = new RegExp(`^[0-9]+(?:\\.[0-9]+){${count - 1}}`).exec(value)?.[0];
  if (numbers !== undefined) return is(numbers);
  return {
    ok: false,
    problem: `${JSON.stringify(value)} does not start with ${count === 1 ? 'a number' : 'two numbers and a dot between them'}`,
  };
}

/** All filters of expressions. Each is a function of its arguments alone. */
export const filters: Readonly<Record<string, Filter>> = {
  upper: {
    parameters: [],
    does: 'ASCII letters in upper case',
    apply: (value) => is(value.replace(/[a-z]+/g, (letters) => letters.toUpperCase())),
  },
  lower: {
    parameters: [],
    does: 'ASCII letters in lower case',
    apply: (value) => is(value.replace(/[A-Z]+/g, (letters) => letters.toLowerCase())),
  },
  trim: {
    parameters: [],
    does: 'without blanks and line breaks at both ends',
    apply: (value) => is(value.replace(/^[ \t\r\n]+/, '').replace(/(?<![ \t\r\n])[ \t\r\n]+$/, '')),
  },
  replace: {
    parameters: ['from', 'to'],
    does: 'every `from` replaced by `to`, both plain text',
    apply: (value, from = '', to = '') =>
      from === ''
        ? { ok: false, problem: 'the text to replace is empty' }
        : is(value.replaceAll(from, () => to)),
  },
  default: {
    parameters: ['value'],
    does: 'the argument where a variable is not set for this target, or is empty',
    apply: (value, fallback = '') => is(value === '' ? fallback : value),
  },
  basename: {
    parameters: [],
    does: 'what follows the last `/`',
    apply: (value) => is(value.slice(value.lastIndexOf('/') + 1)),
  },
  dirname: {
    parameters: [],
    does: 'what precedes the last `/`, or `.` without one',
    apply: (value) => {
      const slash = value.lastIndexOf('/');
      return is(slash === -1 ? '.' : slash === 0 ? '/' : value.slice(0, slash));
    },
  },
  'strip-prefix': {
    parameters: ['prefix'],
    does: 'without `prefix` if it starts with it',
    apply: (value, prefix = '') =>
      is(value.startsWith(prefix) ? value.slice(prefix.length) : value),
  },
  'strip-suffix': {
    parameters: ['suffix'],
    does: 'without `suffix` if it ends with it',
    apply: (value, suffix = '') =>
      is(value.endsWith(suffix) ? value.slice(0, value.length - suffix.length) : value),
  },
  major: {
    parameters: [],
    does: 'the first number of a version: `1.2.3` → `1`',
    apply: (value) => leading(value, 1),
  },
  'major-minor': {
    parameters: [],
    does: 'the first two numbers of a version: `1.2.3` → `1.2`',
    apply: (value) => leading(value, 2),
  },
  'shell-quote': {
    parameters: [],
    does: 'quoted for sh, so that it is one word whatever it holds',
    apply: (value) =>
      is(/^[A-Za-z0-9_@%+=:,./-]+$/.test(value) ? value : `'${value.replaceAll("'", "'\\''")}'`),
  },
};
