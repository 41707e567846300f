/**
 * Output patterns: paths with `/` between parts, in which `?` is one character, `*` any run of
 * characters within a part, and a part `**` any number of parts. Everything else stands for itself,
 * and names beginning with a dot are names like others. Matching takes at most pattern × path steps.
 */
export function matchesPattern(pattern: string, path: string): boolean {
  return matchParts(pattern.split('/'), path.split('/'));
}

function matchParts(pattern: readonly string[], path: readonly string[]): boolean {
  // reachable[j]: the pattern so far matches the first j parts of the path.
  let reachable = path.map(() => false);
  reachable = [true, ...reachable];
  for (const part of pattern) {
    const next = reachable.map(() => false);
    for (let j = 0; j <= path.length; j += 1) {
      if (part === '**') next[j] = reachable[j] === true || (j > 0 && next[j - 1] === true);
      else if (j > 0 && reachable[j - 1] === true) next[j] = matchPart(part, path[j - 1] ?? '');
    }
    reachable = next;
  }
  return reachable[path.length] === true;
}

/** One part, by the two-pointer method: on a mismatch the last `*` takes one character more. */
function matchPart(pattern: string, text: string): boolean {
  const want = [...pattern];
  const have = [...text];
  let p = 0;
  let t = 0;
  let star = -1;
  let mark = 0;
  while (t < have.length) {
    if (want[p] === '*') {
      star = p;
      mark = t;
      p += 1;
    } else if (p < want.length && (want[p] === '?' || want[p] === have[t])) {
      p += 1;
      t += 1;
    } else if (star >= 0) {
      p = star + 1;
      mark += 1;
      t = mark;
    } else {
      return false;
    }
  }
  while (want[p] === '*') p += 1;
  return p === want.length;
}
