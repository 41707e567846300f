/** Digests by the number of their bytes, as programs that list them have them. */
export const digestAlgorithms: ReadonlyMap<number, string> = new Map([
  [16, 'md5'],
  [20, 'sha1'],
  [28, 'sha224'],
  [32, 'sha256'],
  [48, 'sha384'],
  [64, 'sha512'],
]);

/** A file whose digests are known in one build. */
export interface Digested {
  readonly path: string;
  readonly size: number;
}

/** Hexadecimal digits, and base64 behind the name of an algorithm (RECORD of wheels, subresource integrity). */
const hexadecimal = /(?<![\da-z])[\da-f]{32,128}(?![\da-z])/gi;
const base64 = /(?<=\bsha(?:1|224|256|384|512)[-=:])[\w+/-]{27,88}={0,2}/gi;
/** The file's size, as lists have it behind a digest. */
const sizeBehind = /^(?: +|,)(\d{1,15})(?!\d)/;

/** Digests that stand in a text, lower-case hexadecimal, as far as they are of an algorithm that is known. */
export function digestsIn(text: string): readonly string[] {
  return [
    ...[...text.matchAll(hexadecimal)].map(([digits]) => digits.toLowerCase()),
    ...[...text.matchAll(base64)].map(([digits]) => fromBase64(digits)),
  ].filter((digest) => digestAlgorithms.has(digest.length / 2));
}

/**
 * The files whose digests, and sizes behind them, are all in which two texts differ; undefined: something else differs
 * as well. Lines that are sorted in both may be sorted by digests.
 */
export function differOnlyInDigests(
  a: string,
  b: string,
  digestsA: ReadonlyMap<string, Digested>,
  digestsB: ReadonlyMap<string, Digested>,
): readonly string[] | undefined {
  const [inA, inB] = [named(a, digestsA), named(b, digestsB)];
  const same =
    inA.text === inB.text ||
    (isSorted(a) && isSorted(b) && sortedLines(inA.text) === sortedLines(inB.text));
  if (!same) return undefined;
  return [...inA.paths].filter((path) => inB.paths.has(path)).sort();
}

/** A text with names where there are digests of files. */
function named(
  text: string,
  digests: ReadonlyMap<string, Digested>,
): { readonly text: string; readonly paths: ReadonlySet<string> } {
  const paths = new Set<string>();
  const found = [
    ...[...text.matchAll(hexadecimal)].map((match) => ({ match, digest: match[0].toLowerCase() })),
    ...[...text.matchAll(base64)].map((match) => ({ match, digest: fromBase64(match[0]) })),
  ].sort((one, other) => one.match.index - other.match.index);
  let at = 0;
  let out = '';
  for (const { match, digest } of found) {
    const file = digests.get(digest);
    if (file === undefined || match.index < at) continue;
    paths.add(file.path);
    // No text has a NUL and a path behind it by chance, and a text of two builds cannot know of it.
    out += `${text.slice(at, match.index)}\0${digest.length} ${file.path}\0`;
    at = match.index + match[0].length;
    const size = sizeBehind.exec(text.slice(at, at + 32));
    if (size !== null && Number(size[1]) === file.size) at += size[0].length;
  }
  return { text: out + text.slice(at), paths };
}

function fromBase64(digits: string): string {
  return Buffer.from(digits, 'base64').toString('hex');
}

function linesOf(text: string): string[] {
  return text.split('\n').filter(Boolean);
}

function isSorted(text: string): boolean {
  const lines = linesOf(text);
  return lines.every((line, at) => at === 0 || (lines[at - 1] ?? '') <= line);
}

function sortedLines(text: string): string {
  return linesOf(text).sort().join('\n');
}
