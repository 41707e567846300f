import type { HashEntry, HashList, NotAHashList } from './hash-list.js';
import { readSumLine } from './sums.js';

/** First line: `date`, commit of the tree, `clean` or `dirty` (linuxboot/heads, Makefile, BOARD_LOG). */
const header = /^(\S{1,64}(?: \S{1,64})?) ([0-9a-f]{40}) (clean|dirty)(?: \S{1,64})?$/;
const separator = '-----';
/** `   17853952:path`, as `stat -c '%8s:%n'` writes it in logs that have both. */
const size = /^ *(\d{1,15}):(.+)$/;

export function isHeads(lines: readonly string[]): boolean {
  return header.test(lines[0] ?? '');
}

/**
 * Reads Heads' `hashes.txt`: sums of what was built, in the order of building; behind the sum of an archive, between
 * two lines of dashes, those of the files in it (linuxboot/heads, Makefile, `do-cpio`).
 */
export function readHeads(lines: readonly string[]): HashList | NotAHashList {
  const [, , commit = '', state = ''] = header.exec(lines[0] ?? '') ?? [];
  const entries: HashEntry[] = [];
  const sizes = new Map<string, number>();
  let within: number | undefined;
  let isInside = false;
  for (const [index, text] of lines.entries()) {
    const line = index + 1;
    if (index === 0 || text === '') continue;
    if (text === separator) {
      isInside = !isInside;
      within = isInside && entries.length > 0 ? entries.length - 1 : undefined;
      continue;
    }
    const sum = readSumLine(text);
    if (sum !== undefined) {
      entries.push({ ...sum, line, role: 'artifact', within: isInside ? within : undefined });
      continue;
    }
    const [, bytes, path] = size.exec(text) ?? [];
    if (path !== undefined) sizes.set(path, Number(bytes));
    else return { problem: 'is neither a sum and a name nor dashes', line };
  }
  if (entries.length === 0) return { problem: 'it lists nothing', line: undefined };
  return {
    format: 'heads',
    entries: entries.map((entry) => ({ ...entry, size: sizes.get(entry.path) })),
    facts: { commit, state },
    notes: isInside ? ['the files of its last archive are cut off'] : [],
  };
}
