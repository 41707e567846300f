import { VerifyError } from '@selfsame/verify';

/** How many more characters may be compared; shared by all rules of one verification. */
export interface GlobBudget {
  remaining: number;
}

type Token =
  { readonly star: true } | { readonly star: false; readonly has: (c: string) => boolean };

/**
 * Python's `fnmatch`, which in-toto's artifact rules use: `*` is any text, also with slashes, `?` one character,
 * `[abc]`, `[a-c]` and `[!a-c]` one of a set; a `[` that is never closed is itself. Characters are code points.
 * Throws `LIMIT_EXCEEDED` when the budget is used up.
 */
export function matches(pattern: string, text: string, budget: GlobBudget): boolean {
  const tokens = parse([...pattern]);
  const characters = [...text];
  let [token, at] = [0, 0];
  // Where to go on when what came after the last star does not fit.
  let [starToken, starAt] = [-1, 0];
  budget.remaining -= tokens.length + characters.length;
  while (at < characters.length) {
    budget.remaining -= 1;
    if (budget.remaining < 0) throw new VerifyError('LIMIT_EXCEEDED', 'too many names to match');
    const current = tokens[token];
    if (current?.star === true) {
      [starToken, starAt] = [token, at];
      token += 1;
    } else if (current?.has(characters[at] as string) === true) {
      token += 1;
      at += 1;
    } else if (starToken >= 0) {
      starAt += 1;
      [token, at] = [starToken + 1, starAt];
    } else {
      return false;
    }
  }
  return tokens.slice(token).every(({ star }) => star);
}

function parse(pattern: readonly string[]): readonly Token[] {
  const tokens: Token[] = [];
  for (let at = 0; at < pattern.length; at += 1) {
    const character = pattern[at] as string;
    // A bracket right after the opening, or after the "!", belongs to the set.
    const start = pattern[at + 1] === '!' ? at + 2 : at + 1;
    const end = character === '[' ? pattern.indexOf(']', start + 1) : -1;
    if (character === '*') tokens.push({ star: true });
    else if (character === '?') tokens.push({ star: false, has: () => true });
    else if (end < 0) tokens.push({ star: false, has: (c) => c === character });
    else {
      const isNegated = start === at + 2;
      const ranges = parseSet(pattern.slice(start, end));
      const inSet = (c: string): boolean =>
        ranges.some(([low, high]) => low <= code(c) && code(c) <= high);
      tokens.push({ star: false, has: (c) => inSet(c) !== isNegated });
      at = end;
    }
  }
  return tokens;
}

function parseSet(set: readonly string[]): readonly (readonly [number, number])[] {
  const ranges: [number, number][] = [];
  for (let at = 0; at < set.length; at += 1) {
    const low = code(set[at] as string);
    const isRange = set[at + 1] === '-' && at + 2 < set.length;
    ranges.push([low, isRange ? code(set[at + 2] as string) : low]);
    if (isRange) at += 2;
  }
  return ranges;
}

function code(character: string): number {
  return character.codePointAt(0) ?? -1;
}
