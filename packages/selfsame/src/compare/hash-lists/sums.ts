import { algorithms, hashListBounds } from './hash-list.js';
import type { HashEntry, HashList, NotAHashList } from './hash-list.js';

/** Digest, a space, a space or `*`, a name; `\` first: the name is escaped (coreutils manual, "md5sum invocation"). */
const gnu = /^(\\?)([0-9a-fA-F]{32,128}) [ *](.+)$/s;
/** What `--tag` and the programs of BSD write. */
const bsd = /^(\\?)(MD5|SHA1|SHA224|SHA256|SHA384|SHA512) ?\((.+)\) ?= ?([0-9a-fA-F]{32,128})$/s;

export type SumLine = Omit<HashEntry, 'line' | 'role' | 'within'>;

/** One line of a list of sums, or undefined. */
export function readSumLine(text: string): SumLine | undefined {
  const plain = gnu.exec(text);
  if (plain !== null) return entry(plain[2] ?? '', plain[3] ?? '', plain[1] !== '');
  const tagged = bsd.exec(text);
  if (tagged === null) return undefined;
  const found = entry(tagged[4] ?? '', tagged[3] ?? '', tagged[1] !== '');
  return found?.algorithm === tagged[2]?.toLowerCase() ? found : undefined;
}

function entry(digest: string, name: string, escaped: boolean): SumLine | undefined {
  const algorithm = algorithms[digest.length as keyof typeof algorithms];
  if (algorithm === undefined || Buffer.byteLength(name) > hashListBounds.name) return undefined;
  const path = escaped ? unescaped(name) : name;
  return path === undefined
    ? undefined
    : { path, algorithm, digest: digest.toLowerCase(), size: undefined };
}

/** `\n`, `\r` and `\\` are all that is escaped. */
function unescaped(name: string): string | undefined {
  if (/\\(?![nr\\])/.test(name.replaceAll('\\\\', ''))) return undefined;
  return name.replace(/\\([nr\\])/g, (_, letter: string) =>
    letter === 'n' ? '\n' : letter === 'r' ? '\r' : '\\',
  );
}

/** A whole list, of which every line that is not empty or a comment is a sum. */
export function readSums(lines: readonly string[]): HashList | NotAHashList {
  const entries: HashEntry[] = [];
  let isTagged = false;
  for (const [index, text] of lines.entries()) {
    if (text === '' || text.startsWith('#')) continue;
    const sum = readSumLine(text);
    if (sum === undefined) return { problem: 'is not a sum and a name', line: index + 1 };
    isTagged ||= bsd.test(text);
    entries.push({ ...sum, line: index + 1, role: 'artifact', within: undefined });
  }
  if (entries.length === 0) return { problem: 'it lists nothing', line: undefined };
  return { format: isTagged ? 'bsd' : 'sha256sum', entries, facts: {}, notes: [] };
}
